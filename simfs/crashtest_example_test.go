package simfs_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// A configuration file is replaced by a rename, step by step better: the crash test says
// what is still missing until it is silent.
func ExampleCrashTest() {
	write := func(fs afero.Fs, name, content string, sync bool) error {
		f, err := fs.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = f.WriteString(content)
		if sync {
			err = errors.Join(err, f.Sync())
		}
		return errors.Join(err, f.Close())
	}
	syncDir := func(fs afero.Fs, name string) error {
		d, err := fs.Open(name)
		if err != nil {
			return err
		}
		return errors.Join(d.Sync(), d.Close())
	}
	attempts := []struct {
		name                      string
		syncFile, promise, syncUp bool
	}{
		{"write, rename", false, false, false},
		{"write, sync, rename", true, false, false},
		{"write, sync, rename, promise", true, true, false},
		{"write, sync, rename, sync the directory, promise", true, true, true},
	}
	for _, a := range attempts {
		report, err := simfs.CrashTest{
			Setup: func(fs afero.Fs) error { return write(fs, "/config", "old", false) },
			Workload: func(fs afero.Fs, acks *simfs.Acks) error {
				if err := write(fs, "/config.tmp", "new", a.syncFile); err != nil {
					return err
				}
				if err := fs.Rename("/config.tmp", "/config"); err != nil {
					return err
				}
				if a.syncUp {
					if err := syncDir(fs, "/"); err != nil {
						return err
					}
				}
				if a.promise {
					acks.Add("new")
				}
				return nil
			},
			Check: func(fs afero.Fs, acks *simfs.Acks) error {
				acked := acks.All()
				content, err := afero.ReadFile(fs, "/config")
				switch {
				case err != nil:
					return err
				case string(content) != "new" && len(acked) > 0:
					return fmt.Errorf("the user was promised %q and finds %q", acked, content)
				case string(content) != "new" && string(content) != "old":
					return fmt.Errorf("neither old nor new: %q", content)
				}
				return nil
			},
		}.Run()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("---", a.name)
		if report.Failure != nil {
			fmt.Println(report.Failure)
		}
		fmt.Println(report)
	}
	// Output:
	// --- write, rename
	// simfs: a crash leaves what the check does not accept
	//   objection   neither old nor new: ""
	//   crash       at the end, under posix-strict: image 7-3 of 9
	//   operations
	//     #4 create /config.tmp
	//     #5 write /config.tmp [0,+3)
	//     #6 close /config.tmp
	//     #7 rename /config.tmp -> /config
	//   durable for sure
	//     /config  3 bytes  "old"
	//   unsynced, and what became of it
	//     survived  link /config.tmp  (directory / was not synced since)
	//     lost      write /config [0,+3)  (the file was not synced since)
	//     survived  rename /config.tmp -> /config  (directory / was not synced since)
	//   the disk after the crash
	//     /config  0 bytes  ""
	//   again       CrashTest{..., Only: []simfs.StateID{"7-3"}}
	// an objection: 4 images checked, 0 duplicates, not all of 9 states at 1 crash points
	// --- write, sync, rename
	// no objection: 6 images checked, 2 duplicates, all of 8 states at 2 crash points
	// --- write, sync, rename, promise
	// simfs: a crash leaves what the check does not accept
	//   objection   the user was promised ["new"] and finds "old"
	//   promised    ["new"]
	//   crash       at the end, under posix-strict: image 8-0 of 3
	//   operations
	//     #4 create /config.tmp
	//     #5 write /config.tmp [0,+3)
	//     #6 sync /config.tmp
	//     #7 close /config.tmp
	//     #8 rename /config.tmp -> /config
	//   durable for sure
	//     /config  3 bytes  "old"
	//   unsynced, and what became of it
	//     lost      link /config.tmp  (directory / was not synced since)
	//     lost      rename /config.tmp -> /config  (directory / was not synced since)
	//   the disk after the crash
	//     /config  3 bytes  "old"
	//   again       CrashTest{..., Only: []simfs.StateID{"8-0"}}
	// an objection: 7 images checked, 0 duplicates, not all of 8 states at 2 crash points
	// --- write, sync, rename, sync the directory, promise
	// no objection: 7 images checked, 2 duplicates, all of 9 states at 3 crash points
}
