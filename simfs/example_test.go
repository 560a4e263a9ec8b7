package simfs_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// A configuration is replaced by writing a new file and renaming it over the old
// one. Without a sync the crash may leave any mixture of the two steps; this
// Choose makes it keep the names and lose the bytes.
func Example() {
	fs, err := simfs.New(simfs.Config{Choose: func(label string, n uint64) uint64 {
		switch label {
		case simfs.LabelUnit, simfs.LabelGap:
			return 0
		case simfs.LabelSurvival:
			return 2 // each thing by itself
		}
		return n - 1
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	replace := func(content string) error {
		return errors.Join(
			afero.WriteFile(fs, "/config.tmp", []byte(content), 0o600),
			fs.Rename("/config.tmp", "/config"),
		)
	}
	if err := replace("colour=blue"); err != nil {
		fmt.Println(err)
		return
	}
	for _, u := range fs.Pending() {
		fmt.Println("unsynced:", u)
	}
	after := fs.Crash()
	content, err := afero.ReadFile(after, "/config")
	fmt.Printf("after the crash: %q %v\n", content, err)
	// Output:
	// unsynced: link /config.tmp
	// unsynced: write /config [0,+11)
	// unsynced: rename /config.tmp -> /config
	// after the crash: "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" <nil>
}

// Rules are faults as data: they print and parse, are armed and disarmed at run
// time, and counted.
func ExampleFS_SetFaults() {
	fs, err := simfs.New(simfs.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	rules, err := simfs.ParseRules(`
		write path=*.log nth=2: short k=3 err=ENOSPC
		sync path=*.log nth=1: fail-sync; rename: crash`)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := fs.SetFaults(rules...); err != nil {
		fmt.Println(err)
		return
	}
	log, err := fs.OpenFile("/a.log", os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		n, err := log.WriteString("record")
		fmt.Println(n, err)
	}
	fmt.Println(log.Sync())
	for _, f := range fs.Faults() {
		fmt.Printf("%s: seen %d, fired %d\n", f.Rule, f.Seen, f.Fired)
	}
	// Output:
	// 6 <nil>
	// 3 write /a.log: no space left on device
	// 6 <nil>
	// sync /a.log: input/output error
	// write path=*.log nth=2: short k=3 err=ENOSPC: seen 3, fired 1
	// sync path=*.log nth=1: fail-sync: seen 1, fired 1
	// rename: crash: seen 0, fired 0
}
