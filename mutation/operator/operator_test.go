package operator_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/mutation/operator"
)

func load(t *testing.T, text string) *operator.Package {
	t.Helper()
	p := &operator.Package{Path: "m/x", Fset: token.NewFileSet(), Info: &types.Info{
		Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object), Types: make(map[ast.Expr]types.TypeAndValue)}}
	tree, err := parser.ParseFile(p.Fset, "x.go", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	p.Files = []operator.File{{Name: "x.go", Text: []byte(text), Tree: tree}}
	if p.Types, err = (&types.Config{Importer: importer.Default()}).Check("m/x", p.Fset, []*ast.File{tree}, p.Info); err != nil {
		t.Fatal(err)
	}
	return p
}

// rest is declared in every package of the table.
const rest = `
type file struct{}

func (file) Sync() error                { return nil }
func (file) Write([]byte) (int, error)  { return 0, nil }
func (file) Lock()                      {}
func (file) Unlock()                    {}

func syncDir() error                    { return nil }
func publish()                          {}
func epoch() int                        { return 0 }
func poll() int                         { return 0 }
func accept()                           {}
func save()                             {}
func g(a, b int, c string)              {}

var d file
var crc, sum, region int
`

func TestOperators(t *testing.T) {
	tests := []struct {
		operator string
		body     string // of func f(n, m int, s []int, ok bool) error
		want     []string
	}{
		{"boundary", "_ = n < m; _ = n >= m; _ = n == m; _ = 1 < 2", []string{"< -> <=", ">= -> >"}},
		{"negate", "_ = n == m; _ = !ok; if ok {}; if ok && n > m {}", []string{"== -> !=", "!ok -> ok", "ok -> !ok", "ok -> !ok", "> -> <="}},
		{"logical", "_ = ok && ok || ok", []string{"&& -> ||", "|| -> &&"}},
		{"arithmetic", "n = n + m; n *= m; _ = \"a\" + string(rune(n)); _ = 1 + 2", []string{"+ -> -", "*= -> /="}},
		{"bitwise", "n = n & m << 2; n |= m", []string{"& -> |", "<< -> >>", "|= -> &="}},
		{"increment", "n++; m--", []string{"++ -> --", "-- -> ++"}},
		{"constant", "n = 7 + 0o600 + 0x10; ok = true; var a [3]int; _ = a", []string{"7 -> 8", "0x10 -> 17", "true -> false"}},
		{"return-value", "_ = func() (int, bool) { return n, ok }", []string{"n -> 0", "ok -> false", "ok -> true"}},
		{"drop-error", "return syncDir()", []string{"syncDir() -> nil"}},
		{"remove-call", "publish(); go publish(); d.Lock(); panic(n)", []string{"publish() -> ", "go publish() -> "}},
		{"remove-statement", "n = m; n += m; n++; x := n; _ = x", []string{"n = m -> ", "n += m -> ", "n++ -> "}},
		{"remove-defer", "defer publish(); defer d.Unlock()", []string{"defer publish() -> "}},
		{"remove-lock", "d.Lock(); n++; d.Unlock()", []string{"d.Lock(); n++; d.Unlock() -> ; n++; "}},
		{"remove-branch", "if n > m { n++ } else if ok { m++ }", []string{"n > m -> false", "n > m -> true", "ok -> false"}},
		{"remove-case", "switch n { case 1: n++; case 2: m++; fallthrough; default: n-- }", []string{"case 1: n++ -> ", "case 2: m++; fallthrough -> "}},
		{"remove-comm", "var c chan int; select { case <-c: n++; default: }; select { case <-c: }", []string{"case <-c: n++ -> ", "default: -> "}},
		{"loop-control", "for n < m { if ok { break }; switch { case ok: break }; continue }; for { continue }", []string{"break -> continue", "continue -> break"}},
		{"slice-bound", "_ = s[n:m]; _ = s[:]; s = s[:0]", []string{"n -> (n)+1", "m -> (m)-1"}},
		{"swap-arguments", "g(n, m, \"x\"); g(n, n, \"x\"); n = max(n, m)", []string{"n, m -> m, n"}},
		{"empty-body", "n++; return d.Sync()", []string{" n++; return d.Sync()  ->  return nil "}},

		{"drop-sync", "if err := d.Sync(); err != nil { return err }; return syncDir()", []string{"d.Sync() -> error(nil)"}},
		{"drop-directory-sync", "_ = d.Sync(); return syncDir()", []string{"syncDir() -> error(nil)"}},
		{"reorder-publish-sync", "_ = d.Sync(); publish(); n++", []string{"_ = d.Sync(); publish() -> publish(); _ = d.Sync()"}},
		{"late-epoch", "e := epoch(); b := poll(); _, _ = e, b", []string{"e := epoch(); b := poll() -> b := poll(); e := epoch()"}},
		{"skip-crc-check", "if crc != sum { n++ }; if n != m { n++ }", []string{"crc != sum -> false"}},
		{"skip-region-check", "if region == 0 { n++ }", []string{"region == 0 -> false"}},
		{"persist-before-accept", "accept(); save()", []string{"accept(); save() -> save(); accept()"}},
		{"ignore-short-write", "k, err := d.Write(nil); if k < n { n++ }; k, _ = d.Write(nil); if ok { n++ }; return err", []string{"k < n -> false"}},
	}
	untested := make(map[string]bool)
	for _, name := range operator.Names() {
		untested[name] = true
	}
	for _, tt := range tests {
		delete(untested, tt.operator)
		t.Run(tt.operator, func(t *testing.T) {
			end := "; return }"
			if strings.HasSuffix(tt.body, "return d.Sync()") {
				end = " }"
			}
			p := load(t, "package x\n\nfunc f(n, m int, s []int, ok bool) (err error) { "+tt.body+end+"\n"+rest)
			chosen, err := operator.Select([]string{tt.operator})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range operator.Find(p, chosen) {
				if m.Function == "f" {
					got = append(got, fmt.Sprintf("%s -> %s", m.Old, m.New))
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("mutants (-want +got):\n%s", d)
			}
		})
	}
	for name := range untested {
		t.Errorf("%s has no row", name)
	}
}

// TestDomainNamesWin checks that one edit makes one mutant, named by what it means.
func TestDomainNamesWin(t *testing.T) {
	p := load(t, "package x\n\nfunc f(a int) { if a != crc { panic(a) } }\n"+rest)
	n := 0
	for _, m := range operator.Find(p, operator.All()) {
		if m.Function == "f" && m.New == "false" {
			n++
			if m.Operator != "skip-crc-check" {
				t.Errorf("operator = %s, want skip-crc-check", m.Operator)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d mutants put false there, want 1", n)
	}
}

func ids(t *testing.T, text string) map[string]string {
	all := make(map[string]string)
	for _, m := range operator.Find(load(t, text), operator.All()) {
		if other, taken := all[m.ID]; taken {
			t.Errorf("%s is of %q and of %q", m.ID, other, m.Old)
		}
		all[m.ID] = m.Operator + " " + m.Old
	}
	return all
}

// TestIDsSurvive checks what an ID does not depend on, and what it does.
func TestIDsSurvive(t *testing.T) {
	const body = "func f(n int) bool {\n\tn = n + 1\n\tn = n + 1\n\treturn n < 3\n}\n"
	before := ids(t, "package x\n\n"+body)
	moved := ids(t, "package x\n\n// A comment.\n\nfunc other(n int) bool { return n > 7 }\n\n"+strings.ReplaceAll(body, "\t", "\t  "))
	for id, what := range before {
		if strings.HasPrefix(what, "empty-body") {
			continue // the white space inside changed
		}
		if moved[id] != what {
			t.Errorf("%s, %s: gone after a move", id, what)
		}
	}
	changed := ids(t, "package x\n\n"+strings.ReplaceAll(body, "n < 3", "n < 4"))
	lost := 0
	for id := range before {
		if changed[id] == "" {
			lost++
		}
	}
	if want := 6; lost != want { // five of the line, and the body's
		t.Errorf("%d IDs are gone after one line changed, want %d", lost, want)
	}
}

func TestSelectNamesTheLegalOnes(t *testing.T) {
	if _, err := operator.Select([]string{"nonsense"}); err == nil || !strings.Contains(err.Error(), "boundary") {
		t.Errorf("Select(nonsense) = %v, want the legal names", err)
	}
}
