package helpers_test

import (
	"testing"

	"corpus.example/corpus/helpers"
)

func TestDouble(t *testing.T) {
	if got := helpers.Double(3); got != 6 {
		t.Errorf("Double = %d, want 6", got)
	}
}
