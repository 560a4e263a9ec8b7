package labels

import "testing"

func TestFind(t *testing.T) {
	rows := [][]int{{1, 2}, {-1, 3}, {4, 3, 3}}
	if r, c := Find(rows, 3); r != 2 || c != 1 {
		t.Errorf("Find = %d, %d, want 2, 1", r, c)
	}
	if r, c := Find(rows, 9); r != -1 || c != -1 {
		t.Errorf("Find = %d, %d, want -1, -1", r, c)
	}
}

func TestCount(t *testing.T) {
	if got := Count(3); got != 3 {
		t.Errorf("Count = %d, want 3", got)
	}
}

func TestClassify(t *testing.T) {
	for n, want := range map[int]string{1: "small", 10: "small", 11: "big", 100: "big", 101: "huge big"} {
		if got := Classify(n); got != want {
			t.Errorf("Classify(%d) = %q, want %q", n, got, want)
		}
	}
}
