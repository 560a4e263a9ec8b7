package hangs

import "testing"

func TestDrain(t *testing.T) {
	if got := Drain(3); got != 3 {
		t.Errorf("Drain = %d, want 3", got)
	}
}
