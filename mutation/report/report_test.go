package report_test

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/batpak/batpak-sim/internal/schematest"
	"github.com/batpak/batpak-sim/mutation/operator"
	"github.com/batpak/batpak-sim/mutation/report"
	"github.com/batpak/batpak-sim/mutation/trial"
)

// fixture is a trial with a mutant of every status.
func fixture(t *testing.T) trial.Report {
	t.Helper()
	root := t.TempDir()
	file := filepath.Join(root, "p", "x.go")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("package p\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := trial.Report{Module: "m", Root: root, Took: time.Minute, Stale: []trial.Entry{{ID: "gone", Package: "m/p", Function: "f", Change: "a to b"}}}
	for i, s := range []trial.Status{trial.Killed, trial.Hung, trial.Survived, trial.Unreached, trial.Accepted, trial.Equivalent, trial.Invalid, trial.Ignored} {
		v := trial.Verdict{Status: s, Mutant: operator.Mutant{
			ID: "id-" + string(s), Operator: "boundary", Package: "m/p", Function: "f", File: file, Old: "<", New: "<=",
			Before: "\tif n, m := 50%2, 0; n ", After: " m {", Line: i + 1, LineEnd: i + 1, Column: 3, ColEnd: 4,
		}}
		switch s {
		case trial.Killed, trial.Hung:
			v.Killer, v.Took, v.Reached = "m/p.TestF", 1500*time.Millisecond, []string{"m/p.TestF"}
			v.Race = s == trial.Killed
		case trial.Survived:
			v.Reached, v.Flaky = []string{"m/p.T1", "m/p.T2", "m/p.T3", "m/p.T4", "m/p.T5", "m/p.T6"}, true
		case trial.Accepted:
			v.Reason = "of no matter"
		}
		r.Verdicts = append(r.Verdicts, v)
	}
	return r
}

func render(t *testing.T, write func(io.Writer, trial.Report) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b, fixture(t)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	want := `survived id-survived p/x.go:3: boundary in f
  -     if n, m := 50%2, 0; n < m {
  +     if n, m := 50%2, 0; n <= m {
  reached by m/p.T1, m/p.T2, m/p.T3, m/p.T4, m/p.T5 and 1 more
  a test failed with it once, and passed when it ran again

unreached id-unreached p/x.go:4: boundary in f
  -     if n, m := 50%2, 0; n < m {
  +     if n, m := 50%2, 0; n <= m {
  no test reaches it

stale in the ledger: gone m/p f: a to b
operator  dead  alive  not counted
boundary  2     3      3

8 mutants: 1 killed, 1 hung, 1 survived, 1 unreached, 1 accepted, 1 equivalent, 1 invalid, 1 ignored
score 40.0 %, 1m0s, 7 mutants a minute
`
	if d := cmp.Diff(want, render(t, report.Text)); d != "" {
		t.Errorf("text (-want +got):\n%s", d)
	}
}

// TestTextOfNamed shows a table of the named mutants instead of that of operators.
func TestTextOfNamed(t *testing.T) {
	r := fixture(t)
	r.Verdicts, r.Stale = r.Verdicts[:1], nil
	r.Verdicts[0].Name, r.Verdicts[0].Killer = "M-1", "m/p.TestF"
	var b strings.Builder
	if err := report.Text(&b, r); err != nil {
		t.Fatal(err)
	}
	want := `mutant  proposed by  place     status  killer   took
M-1     boundary     p/x.go:1  killed  p.TestF  1.5s

1 mutants: 1 killed
score 100.0 %, 1m0s, 1 mutants a minute
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("text (-want +got):\n%s", d)
	}
}

func TestGitHub(t *testing.T) {
	const diff = "  -     if n, m := 50%252, 0; n < m {%0A  +     if n, m := 50%252, 0; n <= m {%0A\n"
	want := "::error file=p/x.go,line=3,endLine=3,col=3,title=mutant survived%3A boundary::" + diff +
		"::error file=p/x.go,line=4,endLine=4,col=3,title=mutant unreached%3A boundary::" + diff
	if d := cmp.Diff(want, render(t, report.GitHub)); d != "" {
		t.Errorf("annotations (-want +got):\n%s", d)
	}
}

func TestJSON(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(render(t, report.JSON)), "\n")
	if len(lines) != 8 {
		t.Fatalf("%d lines, want 8", len(lines))
	}
	want := `{"version":1,"id":"id-killed","operator":"boundary","status":"killed","package":"m/p","function":"f","file":"p/x.go","line":1,"column":3,` +
		`"old":"\u003c","new":"\u003c=","killer":"m/p.TestF","ms":1500,"reached":["m/p.TestF"],"race":true}`
	if d := cmp.Diff(want, lines[0]); d != "" {
		t.Errorf("first line (-want +got):\n%s", d)
	}
	for _, line := range lines {
		if err := schematest.Check(os.DirFS("../../reports/schema"), "mutant-1.json", line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestStryker(t *testing.T) {
	var got struct {
		SchemaVersion string
		Files         map[string]struct {
			Language, Source string
			Mutants          []struct{ ID, Status, StatusReason string }
		}
	}
	if err := json.Unmarshal([]byte(render(t, report.Stryker)), &got); err != nil {
		t.Fatal(err)
	}
	f := got.Files["p/x.go"]
	if got.SchemaVersion != "2" || f.Language != "go" || f.Source != "package p\n" {
		t.Errorf("report = %+v", got)
	}
	var statuses []string
	for _, m := range f.Mutants {
		statuses = append(statuses, strings.TrimSpace(m.Status+" "+m.StatusReason))
	}
	want := []string{"Killed", "Timeout", "Survived", "NoCoverage", "Ignored of no matter", "Ignored equivalent", "CompileError", "Ignored ignored"}
	if d := cmp.Diff(want, statuses); d != "" {
		t.Errorf("statuses (-want +got):\n%s", d)
	}
}

// TestStrykerFollowsThePublishedSchema validates a report with every status.
func TestStrykerFollowsThePublishedSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/mutation-testing-report-schema/mutation-testing-report-schema.json")
	if err != nil {
		t.Fatal(err)
	}
	written := render(t, report.Stryker)
	validate := func(text string) error {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(document)
	}
	if err := validate(written); err != nil {
		t.Error(err)
	}
	if validate(strings.Replace(written, `"CompileError"`, `"Nonsense"`, 1)) == nil {
		t.Error("a status that the schema does not know is valid")
	}
}

// TestStrykerNamesTheTests checks that the tests of the mutants can be looked up.
func TestStrykerNamesTheTests(t *testing.T) {
	type test struct{ ID, Name string }
	var got struct {
		TestFiles map[string]struct{ Tests []test }
	}
	if err := json.Unmarshal([]byte(render(t, report.Stryker)), &got); err != nil {
		t.Fatal(err)
	}
	var want []test
	for _, name := range []string{"T1", "T2", "T3", "T4", "T5", "T6", "TestF"} {
		want = append(want, test{"m/p." + name, name})
	}
	if d := cmp.Diff(want, got.TestFiles["m/p"].Tests); d != "" || len(got.TestFiles) != 1 {
		t.Errorf("tests in %d files (-want +got):\n%s", len(got.TestFiles), d)
	}
}

// pages makes TestHTML leave its page in a directory, for the tests in a browser.
var pages = flag.String("pages", "", "leave the page that the test makes in this directory")

// TestHTML holds the page to have the report in it, whatever the source says, and to need
// nothing else.
func TestHTML(t *testing.T) {
	r := fixture(t)
	source := "package p\n// </script><b> & \"\n" + strings.Repeat("\tif n, m := 50%2, 0; n < m {\n", 9)
	if err := os.WriteFile(r.Verdicts[0].File, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := report.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "</script>"); n != 3 {
		t.Errorf("%d scripts end, want 3: the source broke out", n)
	}
	if found := regexp.MustCompile(`<[a-z]+ [^>]*(src|href)="(https?:)?//`).FindString(b.String()); found != "" {
		t.Errorf("the page asks for %q", found)
	}
	_, data, _ := strings.Cut(b.String(), `id="report">`)
	data, _, _ = strings.Cut(data, "</script>")
	var got struct {
		Files map[string]struct{ Source string }
	}
	if err := json.Unmarshal([]byte(data), &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(source, got.Files["p/x.go"].Source); d != "" {
		t.Errorf("source in the page (-want +got):\n%s", d)
	}
	if *pages != "" {
		if err := os.WriteFile(filepath.Join(*pages, "mutants.html"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestJUnit(t *testing.T) {
	var got struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Skipped  int    `xml:"skipped,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(render(t, report.JUnit)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Suites) != 1 || got.Suites[0].Tests != 8 || got.Suites[0].Failures != 2 || got.Suites[0].Skipped != 4 {
		t.Errorf("suites = %+v, want one with 8 tests, 2 failures, 4 skipped", got.Suites)
	}
}
