package switches

import "testing"

func TestAdd(t *testing.T) {
	var b Box
	if b.Add(2) != 2 || b.Add(3) != 5 {
		t.Error("add")
	}
}

func TestName(t *testing.T) {
	if Name("x") != "x" || Name(1) != "int" || Name(nil) != "?" {
		t.Error("name")
	}
}

func TestNext(t *testing.T) {
	a, b := make(chan int, 1), make(chan int, 1)
	a <- 1
	b <- 2
	if Next(a, b) != 1 || Next(a, b) != 2 {
		t.Error("next")
	}
}
