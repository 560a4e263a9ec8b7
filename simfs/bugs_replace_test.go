package simfs_test

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/afero"
)

// replaceBugs are about a file that is replaced by another.
var replaceBugs = []bug{
	{
		number: 10, name: "removal of the old manifest overtakes the rename of CURRENT", report: "google/leveldb#195", profile: "posix-strict",
		setup: setupCurrent,
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(saveDurably(f, "/w/MANIFEST-2", "kept"), fsync(f, "/w"),
				saveDurably(f, "/w/dbtmp", "MANIFEST-2\n"), f.Rename("/w/dbtmp", "/w/CURRENT"))
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w"))
			}
			return r.ack(errors.Join(err, f.Remove("/w/MANIFEST-1")), "kept")
		},
		check: openCurrent,
		want:  "CURRENT names no manifest: open /w/MANIFEST-1",
	},
	{
		number: 11, name: "CURRENT replaced by a rename without a sync", report: "google/leveldb#74", profile: "ext4-ordered",
		setup: setupCurrent,
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(saveDurably(f, "/w/MANIFEST-2", "kept"), fsync(f, "/w"), save(f, "/w/dbtmp", "MANIFEST-2\n"))
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w/dbtmp"))
			}
			return r.ack(errors.Join(err, f.Rename("/w/dbtmp", "/w/CURRENT"), fsync(f, "/w")), "kept")
		},
		check: openCurrent,
		want:  `CURRENT does not end with a newline: "\x00\x00`,
	},
	{
		number: 15, name: "rename reported done, never made durable", report: "PostgreSQL commit 606e0f98", profile: "zfs-like",
		setup: func(f afero.Fs) error { return save(f, "/w/control", "old") },
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(saveDurably(f, "/w/control.tmp", "new"), f.Rename("/w/control.tmp", "/w/control"))
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w"))
			}
			return r.ack(err, "new")
		},
		check: func(f afero.Fs, r *run) error {
			b, err := readFile(f, "/w/control")
			return errors.Join(err, r.judge(string(b)))
		},
		want: `acknowledged "new" is lost, found ["old"]`,
	},
	{
		number: 24, name: "snapshot truncated, then written again", report: "uwplse/verdi#39", profile: "zfs-like",
		setup: func(f afero.Fs) error { return save(f, "/w/snapshot", string(record("a"))) },
		work: func(f afero.Fs, r *run) error {
			write := saveDurably
			if r.fixed {
				write = replaceDurably
			}
			err := r.ack(nil, "a")
			return r.ack(errors.Join(err, write(f, "/w/snapshot", string(record("a"))+string(record("b")))), "b")
		},
		check: judgeLog("/w/snapshot"),
		want:  `acknowledged "a" is lost, found []`,
	},
}

func setupCurrent(f afero.Fs) error {
	return errors.Join(save(f, "/w/MANIFEST-1", "kept"), save(f, "/w/CURRENT", "MANIFEST-1\n"))
}

// openCurrent opens the manifest that CURRENT names.
func openCurrent(f afero.Fs, r *run) error {
	current, err := readFile(f, "/w/CURRENT")
	if err != nil {
		return err
	}
	name, ok := strings.CutSuffix(string(current), "\n")
	if !ok || name == "" {
		return fmt.Errorf("CURRENT does not end with a newline: %q", current)
	}
	manifest, err := readFile(f, "/w/"+name)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("CURRENT names no manifest: %w", err)
	}
	return errors.Join(err, r.judge(string(manifest)))
}
