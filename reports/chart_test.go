package reports

import "testing"

// TestRounder holds axes to whole numbers at their ticks.
func TestRounder(t *testing.T) {
	for _, tt := range []struct{ n, want float64 }{
		{0, 4}, {1, 4}, {4, 4}, {4.1, 8}, {8, 8}, {9, 12}, {12, 12}, {18, 20}, {37, 40}, {59, 60}, {61, 80}, {81, 100}, {100, 100}, {101, 120},
		{950, 1000}, {23_000, 24_000}, {1e9, 1e9},
	} {
		if got := rounder(tt.n); got != tt.want {
			t.Errorf("rounder(%g) = %g, want %g", tt.n, got, tt.want)
		}
	}
}
