package simfs_test

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// A write-ahead log promises each record once it is synced. Its recovery believes the
// length of the file; a crash may leave the length of a record without its bytes.
// Checksums are the cure.
func ExampleCrashTest_log() {
	log := func(checksums bool) simfs.CrashTest {
		return simfs.CrashTest{
			Setup: func(fs afero.Fs) error { return afero.WriteFile(fs, "/log", nil, 0o600) },
			Workload: func(fs afero.Fs, acks *simfs.Acks) error {
				f, err := fs.OpenFile("/log", os.O_WRONLY|os.O_APPEND, 0)
				if err != nil {
					return err
				}
				for _, record := range []string{"debit", "credit"} {
					if _, err := fmt.Fprintf(f, "%08x %s\n", crc32.ChecksumIEEE([]byte(record)), record); err != nil {
						return err
					}
					if err := f.Sync(); err != nil {
						return err
					}
					acks.Add(record)
				}
				return f.Close()
			},
			Check: func(fs afero.Fs, acks *simfs.Acks) error {
				f, err := fs.Open("/log")
				if err != nil {
					return err
				}
				content, err := io.ReadAll(f)
				var found []string
				for line := range strings.Lines(string(content)) {
					sum, record, _ := strings.Cut(strings.TrimSpace(line), " ")
					if checksums && sum != fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(record))) {
						break // the tail is torn
					}
					found = append(found, record)
				}
				whole := strings.Join([]string{"debit", "credit"}[:min(len(found), 2)], " ")
				if strings.Join(found, " ") != whole || len(found) < len(acks.All()) {
					return errors.Join(err, fmt.Errorf("promised %q, found %q", acks.All(), found))
				}
				return err
			},
		}
	}
	for _, checksums := range []bool{false, true} {
		report, err := log(checksums).Run()
		if err != nil {
			fmt.Println(err)
			return
		}
		if report.Failure != nil {
			fmt.Println(report.Failure)
		}
		fmt.Println(report)
	}
	// Output:
	// simfs: a crash leaves what the check does not accept
	//   objection   promised [], found [""]
	//   crash       before #6 sync /log, under posix-strict: image 6-1 of 4
	//   operations
	//     #4 open /log
	//     #5 write /log [0,+15)
	//   durable for sure
	//     /log  0 bytes  ""
	//   unsynced, and what became of it
	//     partly    write /log [0,+15): the size of 15 bytes survived without them  (the file was not synced since)
	//   the disk after the crash
	//     /log  15 bytes  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	//   again       CrashTest{..., Only: []simfs.StateID{"6-1"}}
	// an objection: 3 images checked, 0 duplicates, not all of 4 states at 1 crash points
	// no objection: 9 images checked, 0 duplicates, all of 9 states at 3 crash points
}

// A program that takes an afero.Fs is tested as it is: here one that keeps a counter,
// below a wrapper of its own.
func ExampleCrashTest_wrapped() {
	increment := func(fs afero.Fs) (n int, err error) {
		content, err := afero.ReadFile(fs, "count")
		if err == nil {
			_, err = fmt.Sscan(string(content), &n)
		} else if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		n++
		return n, errors.Join(err, afero.WriteFile(fs, "count", []byte(fmt.Sprint(n)), 0o600))
	}
	report, err := simfs.CrashTest{
		Config: simfs.Config{Profile: simfs.Ext4Ordered},
		Setup:  func(fs afero.Fs) error { return fs.Mkdir("/home", 0o700) },
		Workload: func(fs afero.Fs, acks *simfs.Acks) error {
			for range 2 {
				n, err := increment(afero.NewBasePathFs(fs, "/home"))
				if err != nil {
					return err
				}
				acks.Add(fmt.Sprint(n))
			}
			return nil
		},
		Check: func(fs afero.Fs, acks *simfs.Acks) error {
			_, err := increment(afero.NewBasePathFs(fs, "/home"))
			return err
		},
	}.Run()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Failure)
	// Output:
	// simfs: a crash leaves what the check does not accept
	//   objection   EOF
	//   promised    ["1" "2"]
	//   crash       at the end, under ext4-ordered: image 13-2 of 8
	//   operations
	//     #2 open /home/count: open /home/count: no such file or directory
	//     #3 create /home/count
	//     #4 write /home/count [0,+1)
	//     #5 close /home/count
	//     #6 open /home/count
	//     #7 stat /home/count
	//     #8 read /home/count [0,+513)
	//     #9 read /home/count [1,+512): EOF
	//     #10 close /home/count
	//     #11 create /home/count
	//     #12 write /home/count [0,+1)
	//     #13 close /home/count
	//   durable for sure
	//     /home/
	//   unsynced, and what became of it
	//     survived  link /home/count  (directory /home was not synced since)
	//     survived  write /home/count [0,+1)  (the file was not synced since)
	//     survived  truncate /home/count to 0  (the file was not synced since)
	//     lost      write /home/count [0,+1)  (the file was not synced since)
	//   the disk after the crash
	//     /home/
	//     /home/count  0 bytes  ""
	//   again       CrashTest{..., Only: []simfs.StateID{"13-2"}}
}
