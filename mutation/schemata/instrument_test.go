package schemata_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/mutation/schemata"
)

// input type-checks a file and makes mutants of the edits "old => new", each of which
// is of the first place of old.
func input(t *testing.T, text string, edits ...string) schemata.Input {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "x.go", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object), Types: make(map[ast.Expr]types.TypeAndValue)}
	pkg, err := (&types.Config{Importer: importer.Default()}).Check("x", fset, []*ast.File{tree}, info)
	if err != nil {
		t.Fatal(err)
	}
	in := schemata.Input{Fset: fset, Tree: tree, Text: []byte(text), Types: pkg, Info: info, Switch: "m/sw", First: 1}
	for _, e := range edits {
		old, replaced, _ := strings.Cut(e, " => ")
		at := strings.Index(text, old)
		if at < 0 {
			t.Fatalf("no %q in the source", old)
		}
		in.Mutants = append(in.Mutants, schemata.Mutant{Start: at, End: at + len(old), New: replaced})
	}
	return in
}

func TestInstrument(t *testing.T) {
	tests := []struct {
		name    string
		body    string // of package x
		edits   []string
		want    string // empty = every mutant is apart
		numbers []int
	}{
		{"statement", "func f(n int) int { return n + 1 }", []string{"+ => -"},
			"func f(n int) int { if mutationswitchAt := mutationswitch.At(1, 1); mutationswitchAt == 1 { return n - 1 } else { return n + 1 } }", []int{1}},
		{"two of one statement", "func f(n int) int { return n + 1 }", []string{"+ => -", "1 => 2"},
			"func f(n int) int { if mutationswitchAt := mutationswitch.At(1, 2); mutationswitchAt == 1 { return n - 1 } else if mutationswitchAt == 2 { return n + 2 } else { return n + 1 } }", []int{1, 2}},
		{"condition", "func f(n int) { if n < 1 { f(2) } }", []string{"< => <="},
			"func f(n int) { if (mutationswitch.At(1, 1) == 0 && (n < 1) || mutationswitch.On != 0 && (mutationswitch.On == 1 && (n <= 1))) { f(2) } }", []int{1}},
		{"declaration is hoisted", "func f(n int) int { m, k := n+1, n; return m*k }", []string{"+ => -"},
			"func f(n int) int { var m int; var k int; if mutationswitchAt := mutationswitch.At(1, 1); mutationswitchAt == 1 { m, k = n-1, n } else { m, k = n+1, n }; return m*k }", []int{1}},
		{"name would be captured", "func f(n int) int { { n := n+1; _ = n }; return 0 }", []string{"+ => -"},
			"func f(n int) int { if mutationswitchAt := mutationswitch.At(1, 1); mutationswitchAt == 1 { { n := n-1; _ = n } } else { { n := n+1; _ = n } }; return 0 }", []int{1}},
		{"label is renamed in the copy", "func f() {\nl:\n\tfor i := 0; i < 3; i++ { break l }\n}", []string{"0 => 1"},
			"func f() {\nif mutationswitchAt := mutationswitch.At(1, 1); mutationswitchAt == 1 { l_mutant1:\n\tfor i := 1; i < 3; i++ { break l_mutant1 } } else { l:\n\tfor i := 0; i < 3; i++ { break l } }\n}", []int{1}},
		{"constant", "const c = 1", []string{"1 => 2"}, "", []int{0}},
		{"variable of the package", "var v = len(`x`) + 1", []string{"+ => -"}, "", []int{0}},
		{"arm of a switch", "func f(n int) { switch n { case 1: f(2); case 3: } }", []string{"case 1: f(2); => "},
			"func f(n int) { if mutationswitchAt := mutationswitch.At(1, 1); mutationswitchAt == 1 { switch n {  case 3: } } else { switch n { case 1: f(2); case 3: } } }", []int{1}},
		{"type that a parameter hides", "type t int\nfunc f(t t) int { m := t+1; return int(m) }", []string{"+ => -"}, "", []int{0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := schemata.Instrument(input(t, "package x\n"+tt.body+"\n", tt.edits...))
			want := "package x; import mutationswitch \"m/sw\"\n" + tt.want + "\n"
			if tt.want == "" {
				want = "package x\n" + tt.body + "\n"
			}
			if d := cmp.Diff(want, s.Text); d != "" {
				t.Errorf("text (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.numbers, s.Numbers); d != "" {
				t.Errorf("numbers (-want +got):\n%s", d)
			}
		})
	}
}

func TestBlame(t *testing.T) {
	s := schemata.Instrument(input(t, "package x\nfunc f(n int) int {\n\tn++\n\treturn n + 1\n}\n", "++ => --", "n + 1 => n - 1"))
	lines := strings.Split(s.Text, "\n")
	column := strings.Index(lines[3], "n - 1") + 1
	if d := cmp.Diff([]int{1}, s.Blame(4, column)); d != "" {
		t.Errorf("in a copy (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{0, 1}, s.Blame(5, 1)); d != "" {
		t.Errorf("at the end of the function (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]int{0}, s.Blame(3, 0)); d != "" {
		t.Errorf("somewhere in a line (-want +got):\n%s", d)
	}
	if got := s.Blame(1, 1); got != nil {
		t.Errorf("outside of functions: %v, want none", got)
	}
}
