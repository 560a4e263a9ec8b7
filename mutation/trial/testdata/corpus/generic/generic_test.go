package generic

import "testing"

func TestSum(t *testing.T) {
	if got := (Pair[int]{1, 2}).Sum(); got != 3 {
		t.Errorf("Sum = %d, want 3", got)
	}
	if got := (Pair[float64]{0.5, 1}).Sum(); got != 1.5 {
		t.Errorf("Sum = %v, want 1.5", got)
	}
}

func TestFilter(t *testing.T) {
	got := Filter([]int{1, 2, 3, 4}, func(n int) bool { return n%2 == 0 })
	if len(got) != 2 || got[0] != 2 || got[1] != 4 {
		t.Errorf("Filter = %v, want [2 4]", got)
	}
}
