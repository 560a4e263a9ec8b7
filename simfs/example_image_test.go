package simfs_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// What a crash did to a disk is the difference between a copy made before it and the
// image. Of this log only the first record was synced; its directory entry was, too,
// and that of the lock file was not.
func ExampleDiff() {
	disk, err := simfs.New(simfs.Config{Choose: func(label string, n uint64) uint64 {
		switch label {
		case simfs.LabelSurvival:
			return 2 // each thing by itself
		case simfs.LabelSize:
			return n - 1 // the file has grown,
		}
		return 0 // and nothing else survives
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = errors.Join(
		appendRecord(disk, "first record...\n", true),
		appendRecord(disk, "second record\n", false),
		afero.WriteFile(disk, "/log.lock", nil, 0o600),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	before, err := simfs.Load(simfs.Config{}, disk, "/")
	if err != nil {
		fmt.Println(err)
		return
	}
	differences, err := simfs.Diff(before, disk.Crash(), "/")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range differences {
		fmt.Println(d)
	}
	// Output:
	// /log: content, first and second:
	//   00000010  7365636f 6e642072 65636f72 640a     |second record.|    00000000 00000000 00000000 0000     |..............|
	// /log.lock: only in the first: a file, size 0, mode -rw-------
}

// appendRecord appends to /log and, when asked to, syncs it and its name.
func appendRecord(fs afero.Fs, record string, sync bool) error {
	log, err := fs.OpenFile("/log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	if _, err := log.WriteString(record); err != nil || !sync {
		return err
	}
	root, err := fs.Open("/")
	if err != nil {
		return err
	}
	defer root.Close()
	return errors.Join(log.Sync(), root.Sync())
}

// An image can be copied to a directory on disk, for a look with other tools.
func ExampleCopy() {
	image, err := simfs.New(simfs.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := afero.WriteFile(image, "/config", []byte("colour=blue"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "image")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := simfs.Copy(afero.NewBasePathFs(afero.NewOsFs(), dir), image, "/"); err != nil {
		fmt.Println(err)
		return
	}
	content, err := os.ReadFile(filepath.Join(dir, "config"))
	fmt.Printf("%s %v\n", content, err)
	// Output: colour=blue <nil>
}
