package tags

import "testing"

func TestTwice(t *testing.T) {
	if got := Twice(4); got != 8 {
		t.Errorf("Twice = %d, want 8", got)
	}
}
