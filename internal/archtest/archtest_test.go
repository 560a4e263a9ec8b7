package archtest_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/internal/archtest"
)

// check applies rules to files given as text and returns the findings as lines.
func check(t *testing.T, h archtest.House, files map[string]string) []string {
	t.Helper()
	tree := make(fstest.MapFS)
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	source, err := archtest.Load(tree)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range h.Check(source) {
		lines = append(lines, f.String())
	}
	return lines
}

// Each ban of the house finds what it is there to find, under any name, and nothing
// that merely looks like it.
func TestBans(t *testing.T) {
	tests := []struct {
		name string
		file string // empty = core/x.go
		text string // after the package clause, which is line 1
		want []string
	}{
		{"clock", "", "import \"time\"\nvar t = time.Now()", []string{"core/x.go:3: clock: time.Now"}},
		{"clock renamed", "", "import wall \"time\"\nvar t = wall.Now()", []string{"core/x.go:3: clock: time.Now"}},
		{"clock as a value", "", "import \"time\"\nvar now = time.Now", []string{"core/x.go:3: clock: time.Now"}},
		{"clock hidden by a variable", "", "import \"time\"\nvar d time.Duration\nfunc f(time c) { time.Now() }", nil},
		{"clock in a comment", "", "// time.Now()\nvar t = \"time.Now()\"", nil},
		{"timers", "sim/x.go", "import \"time\"\nfunc f() { <-time.After(1); time.NewTimer(1); time.Sleep(1); time.Tick(1) }", []string{
			"sim/x.go:3: clock: time.After", "sim/x.go:3: clock: time.NewTimer", "sim/x.go:3: clock: time.Sleep", "sim/x.go:3: clock: time.Tick"}},
		{"durations", "", "import \"time\"\nvar d = time.Second + time.Unix(0, 0).Sub(time.Time{})", nil},
		{"clock in a test", "core/x_test.go", "import \"time\"\nvar t = time.Now()", nil},
		{"clock where nothing is simulated", "cmd/batpak-sim/x.go", "import \"time\"\nvar t = time.Now()", nil},
		{"clock in a folder below", "core/coretest/x.go", "import \"time\"\nvar t = time.Now()", []string{"core/coretest/x.go:3: clock: time.Now"}},
		{"goroutine", "simfs/x.go", "func f() {\n\tgo f()\n}", []string{"simfs/x.go:3: goroutine: go statement"}},
		{"goroutine by a wait group", "", "import \"sync\"\nvar w sync.WaitGroup", []string{
			"core/x.go:3: goroutine: sync.WaitGroup, which starts and awaits goroutines"}},
		{"channel", "", "var c chan int", []string{"core/x.go:2: channel: channel"}},
		{"condition variable", "", "import \"sync\"\nvar c *sync.Cond\nvar m sync.Mutex", []string{"core/x.go:3: channel: sync.Cond"}},
		{"select of two", "", "func f(a, b func() <-chan int) { select { case <-a(): case <-b(): } }", []string{
			"core/x.go:2: channel: channel", "core/x.go:2: select: select with several communications"}},
		{"select of one and a default", "", "var c interface{ C() int }\nfunc f() { select { case <-c.C(): default: } }", nil},
		{"machine", "", "import \"os\"\nvar f, err = os.Open(\"x\")", []string{"core/x.go:3: machine: os.Open"}},
		{"constants of the machine", "", "import \"os\"\nvar f = os.O_RDWR|os.O_CREATE\nvar m os.FileMode\nvar i os.FileInfo", nil},
		{"environment", "scenarios/x.go", "import \"os\"\nvar e = os.Getenv(\"SEED\")", []string{"scenarios/x.go:3: machine: os.Getenv"}},
		{"old randomness", "", "import \"math/rand\"", []string{"core/x.go:2: random import: import of math/rand"}},
		{"hash of another seed each time", "simfs/x.go", "import \"hash/maphash\"", []string{"simfs/x.go:2: random import: import of hash/maphash"}},
		{"dot import", "sim/x.go", "import . \"time\"", []string{
			"sim/x.go:2: random import: import of time"}},
		{"global randomness", "sim/x.go", "import \"math/rand/v2\"\nvar n = rand.IntN(5)\nvar r = rand.New(rand.NewPCG(1, 2))", []string{
			"sim/x.go:3: random global: math/rand/v2.IntN"}},
		{"randomness in the engine", "", "import \"math/rand/v2\"", []string{"core/x.go:2: random engine: import of math/rand/v2"}},
		{"address", "sim/x.go", "const a, b, c = \"at %p\", `%-8p`, \"%d %s up\"", []string{
			"sim/x.go:2: address: address in a format, \"at %p\"", "sim/x.go:2: address: address in a format, `%-8p`"}},
		{"unordered keys", "reports/x.go", "import (\n\t\"maps\"\n\t\"slices\"\n)\nfunc f(m map[int]int) {\n\tfor k := range maps.Keys(m) { f(nil); _ = k }\n\tslices.Collect(maps.Values(m))\n\tslices.Sorted(maps.Keys(m))\n}", []string{
			"reports/x.go:7: unordered: maps.Keys that is not sorted on the spot",
			"reports/x.go:8: unordered: maps.Values that is not sorted on the spot"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := tt.file
			if file == "" {
				file = "core/x.go"
			}
			rules := house
			rules.Exceptions = nil
			got := check(t, rules, map[string]string{file: "package x\n" + tt.text + "\n"})
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}

// Every arrow that the house does not draw is refused.
func TestImports(t *testing.T) {
	tests := []struct {
		name, file, imported string
		legal                bool
	}{
		{"core to simfs", "core/x.go", "simfs", false},
		{"core to sim", "core/x.go", "sim", false},
		{"core to scenarios", "core/x.go", "scenarios", false},
		{"a test of core to simfs", "core/x_test.go", "simfs", false},
		{"core below to core", "core/coretest/x.go", "core", true},
		{"simfs to sim", "simfs/x.go", "sim", false},
		{"sim to simfs", "sim/x.go", "simfs", false},
		{"scenarios to core", "scenarios/x.go", "core", true},
		{"scenarios to simfs", "scenarios/x.go", "simfs", true},
		{"scenarios to reports", "scenarios/x.go", "reports", false},
		{"a test of scenarios to below core", "scenarios/x_test.go", "core/coretest", true},
		{"reports to scenarios", "reports/x.go", "scenarios", true},
		{"reports to simfs", "reports/x.go", "simfs", false},
		{"reports to cmd", "reports/x.go", "cmd/batpak-sim", false},
		{"properties to scenarios", "properties/x_test.go", "scenarios", true},
		{"mutation to core", "mutation/x.go", "core", false},
		{"cmd to reports", "cmd/batpak-sim/x.go", "reports", true},
		{"a namesake", "core/x.go", "corex", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := house.Module + "/" + tt.imported
			got := check(t, withoutExceptions(), map[string]string{tt.file: fmt.Sprintf("package x\nimport %q\n", path)})
			var want []string
			if !tt.legal {
				room := tt.file[:strings.LastIndexByte(tt.file, '/')]
				want = []string{fmt.Sprintf("%s:2: import: %s may not import %s", tt.file, room, path)}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("findings (-want +got):\n%s", d)
			}
		})
	}
}

func TestImportsFromOutside(t *testing.T) {
	got := check(t, withoutExceptions(), map[string]string{
		"sim/x.go":      "package x\nimport (\n\t\"github.com/spf13/afero\"\n\t\"fmt\"\n)\n",
		"sim/x_test.go": "package x\nimport (\n\t\"pgregory.net/rapid\"\n\t\"github.com/google/go-cmp/cmp\"\n)\n",
		"simfs/x.go":    "package x\nimport (\n\t\"github.com/spf13/afero/mem\"\n\t\"github.com/spf13/aferox\"\n)\n",
		"core/x.go":     "package x\nimport \"pgregory.net/rapid\"\n",
	})
	want := []string{
		"core/x.go:2: import: core may not import pgregory.net/rapid",
		"sim/x.go:3: import: sim may not import github.com/spf13/afero",
		"simfs/x.go:4: import: simfs may not import github.com/spf13/aferox",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

func withoutExceptions() archtest.House {
	h := house
	h.Exceptions = nil
	return h
}

func TestRooms(t *testing.T) {
	got := check(t, withoutExceptions(), map[string]string{
		"properties/doc.go":        "package x\n",
		"properties/x_test.go":     "package x\nvar x int\n",
		"properties/helper.go":     "package x\nvar x int\n",
		"util/x.go":                "package x\n",
		"core/testdata/x.go":       "package",
		"_old/x.go":                "package",
		".git/x.go":                "package",
		"simulation/x.go":          "package x\n",
		"internal/archtest/doc.go": "package x\n",
	})
	want := []string{
		"properties/helper.go:2: room: properties holds tests only",
		"simulation/x.go:0: room: no room of the house stands for this folder",
		"util/x.go:0: room: no room of the house stands for this folder",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

// A folder with a go.mod is another house, with all below it; the root's own go.mod
// makes it none.
func TestOtherModulesArePassedOver(t *testing.T) {
	clock := "package x\nimport \"time\"\nvar t = time.Now()\n"
	got := check(t, withoutExceptions(), map[string]string{
		"go.mod":                      "module example.org/house\n",
		"core/x.go":                   clock,
		"simfs/realtest/go.mod":       "module example.org/other\n",
		"simfs/realtest/x.go":         clock,
		"simfs/realtest/below/x.go":   "package",
		"simfs/go.mod.txt":            "",
		"simfs/realtester/x.go":       clock,
		"sim/go.mod/folder/not/a.mod": "",
		"sim/x.go":                    clock,
	})
	want := []string{
		"core/x.go:3: clock: time.Now",
		"sim/x.go:3: clock: time.Now",
		"simfs/realtester/x.go:3: clock: time.Now",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

// An exception lifts one ban in one file, and only while there is something to lift.
func TestExceptions(t *testing.T) {
	h := withoutExceptions()
	h.Exceptions = []archtest.Exception{
		{File: "core/a.go", Rule: "clock", Reason: "needed"},
		{File: "core/b.go", Rule: "clock", Reason: "no longer needed"},
		{File: "core/gone.go", Rule: "clock", Reason: "for a file that went away"},
	}
	clock := "package x\nimport \"time\"\nvar t = time.Now()\nfunc f() { go f() }\n"
	got := check(t, h, map[string]string{"core/a.go": clock, "core/b.go": "package x\n", "core/c.go": clock})
	want := []string{
		"core/a.go:4: goroutine: go statement",
		"core/b.go:0: exception: the exception from clock lifts nothing",
		"core/c.go:3: clock: time.Now",
		"core/c.go:4: goroutine: go statement",
		"core/gone.go:0: exception: the exception from clock lifts nothing",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

func TestLoadReportsBadSource(t *testing.T) {
	_, err := archtest.Load(fstest.MapFS{"core/x.go": {Data: []byte("package")}})
	if err == nil || !strings.Contains(err.Error(), "core/x.go") {
		t.Errorf("Load = %v, want an error that names core/x.go", err)
	}
}

// What the rules name must be there: a folder that was renamed is not guarded.
func TestHouseStandsOnRealFolders(t *testing.T) {
	folders := slices.Clone(simulated)
	for _, room := range house.Rooms {
		folders = append(folders, room.Folder)
	}
	for _, folder := range folders {
		if files, err := filepath.Glob("../../" + folder + "/*.go"); err != nil || len(files) == 0 {
			t.Errorf("%s holds %d Go files (%v), want some", folder, len(files), err)
		}
	}
}
