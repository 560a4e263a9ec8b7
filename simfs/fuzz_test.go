package simfs_test

import (
	"errors"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
)

// Whatever parses is legal, and prints and parses as the same; the rest has a place
// where it went wrong.
func FuzzParseRule(f *testing.F) {
	for _, tt := range canonical {
		f.Add(tt.text)
	}
	f.Add("any: crash; write: torn k=1\n")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := simfs.ParseRules(text)
		if err != nil {
			var wrong *simfs.ParseError
			if !errors.As(err, &wrong) || wrong.Line < 1 || wrong.Column < 1 {
				t.Fatalf("ParseRules() = %v, want a ParseError with a place", err)
			}
			return
		}
		if _, err := simfs.New(simfs.Config{Faults: rules}); err != nil {
			t.Fatalf("rules that parse are refused: %v", err)
		}
		for _, r := range rules {
			if got, err := simfs.ParseRule(r.String()); err != nil || got != r {
				t.Fatalf("%#v prints as %s and parses back as %#v, %v", r, r, got, err)
			}
		}
	})
}
