package archtest_test

import (
	"os"
	"testing"

	"github.com/batpak/batpak-sim/internal/archtest"
)

// simulated are the folders whose code a simulated run executes.
var simulated = []string{"core", "sim", "simfs", "scenarios"}

// clocks are the names of package time that ask the machine's clock.
var clocks = archtest.Names("time",
	"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick")

// house is the architecture of this module. Imports run downward only.
var house = archtest.House{
	Module: "github.com/batpak/batpak-sim",
	Rooms: []archtest.Room{
		{Folder: "core", Outside: []string{"github.com/spf13/afero", "github.com/tinylib/msgp", "github.com/zeebo/blake3", "golang.org/x/sys"}, Test: tested},
		{Folder: "simfs", Outside: []string{"github.com/spf13/afero"}, Test: tested},
		{Folder: "sim", Test: tested},
		{Folder: "scenarios", Below: []string{"core", "simfs", "sim"},
			Outside: []string{"github.com/spf13/afero", "github.com/tinylib/msgp"}, Test: tested},
		{Folder: "reports", Below: []string{"scenarios", "core", "sim", "internal/workflow"}, Test: append([]string{"internal/schematest"}, tested...)},
		{Folder: "properties", Below: []string{"scenarios", "core", "simfs", "sim"},
			Test: append([]string{"github.com/spf13/afero", "github.com/tinylib/msgp"}, tested...), TestsOnly: true},
		{Folder: "mutation", Below: []string{"internal/workflow"}, Outside: []string{"golang.org/x/tools"}, Test: append([]string{"internal/schematest"}, tested...)},
		{Folder: "cmd/batpak-sim", Below: []string{"reports", "mutation", "scenarios", "core", "simfs", "sim"},
			Outside: []string{"github.com/schollz/progressbar/v3", "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term"}, Test: append([]string{"internal/schematest"}, tested...)},
		{Folder: "internal/archtest", Test: tested},
		{Folder: "internal/workflow"},
		{Folder: "internal/schematest", Outside: []string{"github.com/santhosh-tekuri/jsonschema/v6"}},
	},
	Bans: []archtest.Ban{
		{Name: "clock", Folders: simulated, Breach: clocks},
		{Name: "goroutine", Folders: simulated, Breach: archtest.Goroutines},
		{Name: "channel", Folders: simulated, Breach: archtest.Channels},
		{Name: "select", Folders: simulated, Breach: archtest.Selects},
		{Name: "machine", Folders: simulated, Breach: archtest.NamesBut("os", `O_[A-Z]+|File(Info|Mode)|(Path|Link)Error`)},
		{Name: "random import", Folders: simulated, Breach: archtest.Imports("math/rand", "crypto/rand", "hash/maphash", "unsafe")},
		{Name: "random engine", Folders: []string{"core"}, Breach: archtest.Imports("math/rand/v2")},
		{Name: "random global", Folders: simulated, Breach: archtest.NamesBut("math/rand/v2", `New|NewPCG|PCG|NewChaCha8|ChaCha8|Rand|Source`)},
		{Name: "address", Folders: simulated, Breach: archtest.Pointers},
		{Name: "unordered", Folders: append([]string{"reports"}, simulated...), Breach: archtest.UnorderedKeys},
	},
	Exceptions: []archtest.Exception{
		{"core/system.go", "clock", "the runtime of production is what reads the clock"},
		{"core/system.go", "goroutine", "and what starts goroutines"},
		{"core/system.go", "channel", "and what they block on"},
		{"core/system.go", "select", "waiting for a notification or a timer, whichever comes first"},
		{"core/system.go", "random import", "identities come from crypto/rand"},
		{"core/lock_here.go", "machine", "who holds a lock of the machine, by process id and host; no simulation takes one"},
		{"sim/coroutine_race.go", "goroutine", "a task's, under the race detector, which never learns that a coroutine has ended"},
		{"sim/coroutine_race.go", "channel", "hands on from a task to its caller and back, so that one thing runs at a time"},
		{"sim/process.go", "goroutine", "a coroutine that ends by Goexit takes the goroutine with it that resumed it"},
		{"sim/process.go", "channel", "it is awaited at once, so that one thing runs at a time"},
		{"sim/console.go", "clock", "a line of progress every two seconds; no run sees it"},
		{"sim/console.go", "machine", "standard error, and the interrupt that ends a shrinking"},
		{"sim/context.go", "channel", "context.Context asks for Done; nothing here waits at it"},
		{"simfs/latency.go", "clock", "a delay takes real time unless Config.Sleep says otherwise; no value depends on it"},
		{"sim/corpus.go", "machine", "scripts of failures that a test saves for the next time"},
		{"simfs/fs.go", "machine", "os.TempDir is where afero's helpers put files; its depth shifts nothing"},
		{"scenarios/sweep.go", "goroutine", "runs that know nothing of each other, spread over the processors"},
		{"scenarios/sweep.go", "channel", "their results, put into the order of their seeds"},
	},
}

// tested are the modules that any test may use.
var tested = []string{
	"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal", "github.com/spf13/afero",
	"github.com/santhosh-tekuri/jsonschema/v6",
}

func TestHouse(t *testing.T) {
	source, err := archtest.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range house.Check(source) {
		t.Error(f)
	}
}
