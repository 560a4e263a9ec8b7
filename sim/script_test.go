package sim_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func TestScriptText(t *testing.T) {
	script := sim.Script{
		Signature: "violation: balance is %d",
		Decisions: []sim.Decision{
			{"schedule", sim.Key{"ann", sim.Site{Kind: sim.SiteYield, Object: "looked twice"}, 2}, 3, 1, "p/bob#2"},
			{"workload/op", sim.Key{Ordinal: 1}, 8, 7, ""},
			{"fault", sim.Key{}, 1 << 63, 1 << 62, ""},
			{"#odd \"label\"", sim.Key{"-", sim.Site{Kind: "a\nb", Object: ""}, 1}, 2, 1, "-"},
		},
	}
	want := `sim script 1
signature "violation: balance is %d"
schedule ann yield "looked twice" #2 -> p/bob#2 1 of 3
workload/op - - - #1 -> 7 of 8
fault - - - #0 -> 4611686018427387904 of 9223372036854775808
"#odd \"label\"" "-" "a\nb" - #1 -> "-" 1 of 2
`
	if diff := cmp.Diff(want, script.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	var got sim.Script
	if err := got.UnmarshalText([]byte("\n# how it was found\n" + want + "  # the end")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(script, got); diff != "" {
		t.Errorf("script read (-want +got):\n%s", diff)
	}
}

func TestScriptErrors(t *testing.T) {
	const head = "sim script 1\nsignature x\n"
	tests := []struct {
		name, text, want string
	}{
		{"empty", "", "sim: script line 0: it ends before the signature"},
		{"another kind of file", "hello\n", `sim: script line 1: want "sim script 1"`},
		{"no signature", "sim script 1\nschedule a\n", "sim: script line 2: want signature and a text"},
		{"too short", head + "a b c\n", "sim: script line 3: want label task kind object #ordinal -> [task] value of range"},
		{"no ordinal", head + "a b c d 1 -> 1 of 2\n", "sim: script line 3: want label task kind object #ordinal -> [task] value of range"},
		{"no number", head + "a b c d #1 -> one of 2\n", "sim: script line 3: one is no number"},
		{"out of range", head + "\na b c d #1 -> 2 of 2\n", "sim: script line 4: value 2 is not below its range 2"},
		{"open literal", head + "\"a b c d #1 -> 1 of 2\n", "sim: script line 3: a string literal does not end"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := sim.Script{Signature: "untouched"}
			got := before
			err := got.UnmarshalText([]byte(test.text))
			if !errors.As(err, new(*sim.ScriptError)) || err.Error() != test.want {
				t.Errorf("UnmarshalText = %v, want %s", err, test.want)
			}
			if diff := cmp.Diff(before, got); diff != "" {
				t.Errorf("script changed (-before +after):\n%s", diff)
			}
		})
	}
}

// FuzzScript reads any bytes: what is a script is the same when written and read again.
func FuzzScript(f *testing.F) {
	f.Add([]byte("sim script 1\nsignature \"a b\"\nschedule ann yield x #1 -> bob 1 of 3\n# note\nw - - - #0 -> 1 of 2\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var first, second sim.Script
		if first.UnmarshalText(text) != nil {
			return
		}
		if err := second.UnmarshalText([]byte(first.String())); err != nil {
			t.Fatalf("%v in\n%s", err, first)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("script (-read +written and read):\n%s", diff)
		}
	})
}
