package simfs_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// bug is a crash bug that a storage engine really had, as the least workload that
// has it too.
type bug struct {
	number  int    // of the bug; workloads that share one are forms of the same bug
	name    string // what goes wrong
	report  string // where the public can read of it
	profile string // the most orderly profile expected to expose it; posix-strict allows whatever it does

	setup func(f afero.Fs) error         // makes what is there before; all of it is then made durable
	work  func(f afero.Fs, r *run) error // what the engine does; it may crash at any point
	check func(f afero.Fs, r *run) error // recovers, may go on working, and objects to what it finds

	faults string // armed during the work, "" = none
	twice  bool   // check is crashed too, and runs again on what that leaves
	want   string // part of the objection to the buggy variant
}

// run is the life of one variant: what it is, and what it has promised its user.
type run struct {
	fixed bool
	acked []string
}

// ack promises what, unless err says that there is nothing to promise; it returns
// err.
func (r *run) ack(err error, what string) error {
	if err == nil {
		r.acked = append(r.acked, what)
	}
	return err
}

// judge objects when something promised is not among what was found.
func (r *run) judge(found ...string) error {
	for _, what := range r.acked {
		if !slices.Contains(found, what) {
			return fmt.Errorf("acknowledged %q is lost, found %.40q", what, found)
		}
	}
	return nil
}

// rules are the faults that the workloads ask for.
func (b bug) rules() []simfs.Rule {
	known := map[string]simfs.Rule{
		"sync path=wal nth=2: fail-sync err=EIO": {
			Ops: simfs.Ops(simfs.OpSync), Path: "wal", Nth: 2, Effect: simfs.FailSync, Err: syscall.EIO},
		"sync path=heap nth=1: fail-sync err=EIO": {
			Ops: simfs.Ops(simfs.OpSync), Path: "heap", Nth: 1, Effect: simfs.FailSync, Err: syscall.EIO},
		"write path=wal nth=2: short-write bytes=100 err=ENOSPC": {
			Ops: simfs.Ops(simfs.OpWrite), Path: "wal", Nth: 2, Effect: simfs.ShortWrite, Bytes: 100, Err: syscall.ENOSPC},
	}
	if b.faults == "" {
		return nil
	}
	return []simfs.Rule{known[b.faults]}
}

// Every bug is found, for the reason that it was reported for, and once fixed
// nothing is: under every crash and in every image of it.
func TestBugs(t *testing.T) {
	for _, b := range slices.Concat(nameBugs, replaceBugs, syncBugs, logBugs, startBugs, recoveryBugs) {
		t.Run(fmt.Sprintf("%d %s", b.number, b.name), func(t *testing.T) {
			t.Run("buggy is found", func(t *testing.T) {
				if err := b.explore(t, false); err == nil || !strings.Contains(err.Error(), b.want) {
					t.Errorf("%s, %s: objection %v, want one with %q", b.report, b.profile, err, b.want)
				}
			})
			t.Run("fixed is silent", func(t *testing.T) {
				if err := b.explore(t, true); err != nil {
					t.Errorf("%s, %s: objection %v, want none", b.report, b.profile, err)
				}
			})
		})
	}
}

func nothing(afero.Fs) error { return nil }

// save makes a file, or replaces what is in it, and syncs nothing.
func save(f afero.Fs, name, content string) error {
	h, err := f.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = h.WriteString(content)
	return errors.Join(err, h.Close())
}

// fsync syncs files and directories.
func fsync(f afero.Fs, names ...string) error {
	for _, name := range names {
		h, err := f.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(h.Sync(), h.Close()); err != nil {
			return err
		}
	}
	return nil
}

// saveDurably saves and makes the bytes durable; a new name is not.
func saveDurably(f afero.Fs, name, content string) error {
	return errors.Join(save(f, name, content), fsync(f, name))
}

// replaceDurably replaces a file of /w so that a crash leaves the old content or
// the new, and its return the new.
func replaceDurably(f afero.Fs, name, content string) error {
	return errors.Join(saveDurably(f, name+".tmp", content), f.Rename(name+".tmp", name), fsync(f, "/w"))
}

// add appends to a file and syncs it.
func add(f afero.Fs, name string, content []byte) error {
	h, err := f.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = h.Write(content)
	return errors.Join(err, h.Sync(), h.Close())
}

// recordSize is more than a unit, so that a record can be torn, and no multiple of
// one, so that neighbours share a unit.
const recordSize = 700

// record is a log record: a checksum, a name, padding.
func record(name string) []byte {
	b := bytes.Repeat([]byte{'.'}, recordSize)
	copy(b[4:], name)
	binary.LittleEndian.PutUint32(b, crc32.ChecksumIEEE(b[4:]))
	return b
}

// records lists the names of the valid records at the head of a log.
func records(log []byte) []string {
	var names []string
	for ; len(log) >= recordSize && valid(log[:recordSize]); log = log[recordSize:] {
		names = append(names, string(bytes.TrimRight(log[4:recordSize], ".")))
	}
	return names
}

func valid(b []byte) bool { return crc32.ChecksumIEEE(b[4:]) == binary.LittleEndian.Uint32(b) }

// judgeLog reads logs, those that there are, and judges by their records.
func judgeLog(names ...string) func(afero.Fs, *run) error {
	return func(f afero.Fs, r *run) error {
		var found []string
		for _, name := range names {
			log, err := readFile(f, name)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			found = append(found, records(log)...)
		}
		return r.judge(found...)
	}
}
