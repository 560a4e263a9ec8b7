package bounds

import "testing"

func TestAdult(t *testing.T) {
	for age, want := range map[int]bool{17: false, 18: true, 19: true} {
		if got := Adult(age); got != want {
			t.Errorf("Adult(%d) = %v, want %v", age, got, want)
		}
	}
}

func TestSenior(t *testing.T) {
	if Senior(1) || !Senior(99) {
		t.Error("not even roughly")
	}
}
