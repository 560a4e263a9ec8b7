package recovers

import "testing"

func TestTry(t *testing.T) {
	if err := Try(func() { panic("no") }); err == nil || err.Error() != "recovered: no" {
		t.Errorf("Try = %v", err)
	}
	if err := Try(func() {}); err != nil {
		t.Errorf("Try = %v", err)
	}
}

func TestNamed(t *testing.T) {
	ran := false
	if Named(func() { panic("no") }) || !Named(func() { ran = true }) || !ran {
		t.Error("Named")
	}
}
