package shadow

import "testing"

func TestOdd(t *testing.T) {
	if Odd(2) || !Odd(3) {
		t.Error("odd")
	}
}

func TestFirst(t *testing.T) {
	if First("a", "b") != "a" || First("", "b") != "b" {
		t.Error("first")
	}
}
