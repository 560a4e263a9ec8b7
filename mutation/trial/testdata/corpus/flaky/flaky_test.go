package flaky

import (
	"os"
	"testing"
)

// TestAnswer notices a wrong answer every other time. What it remembers lies outside
// of its module, in FLAKY_STATE, and is about one mutant.
func TestAnswer(t *testing.T) {
	if Answer() == 42 {
		return
	}
	mark := os.Getenv("FLAKY_STATE") + "/mark" + os.Getenv("BATPAK_MUTANT")
	if os.Remove(mark) == nil {
		return
	}
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Error("wrong answer")
}
