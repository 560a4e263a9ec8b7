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
	acks  *simfs.Acks
}

// ack promises what, unless err says that there is nothing to promise; it returns
// err.
func (r *run) ack(err error, what string) error {
	if err == nil {
		r.acks.Add(what)
	}
	return err
}

// judge objects when something promised is not among what was found.
func (r *run) judge(found ...string) error {
	for _, what := range r.acks.All() {
		if !slices.Contains(found, what) {
			return fmt.Errorf("acknowledged %q is lost, found %.40q", what, found)
		}
	}
	return nil
}

// test is one variant of the bug under a profile. Of the buggy variant only the
// objection that is wanted counts, whatever else goes wrong in other images.
func (b bug) test(t *testing.T, p simfs.Profile, fixed bool) simfs.CrashTest {
	rules, err := simfs.ParseRules(b.faults)
	must(t, err)
	test := simfs.CrashTest{
		Config: simfs.Config{Profile: p, Faults: rules},
		Setup:  func(f afero.Fs) error { return errors.Join(f.Mkdir("/w", 0o755), b.setup(f)) },
		Workload: func(f afero.Fs, acks *simfs.Acks) error {
			err := b.work(f, &run{fixed, acks})
			if err == nil && len(acks.All()) == 0 {
				err = errors.New("the work promised nothing")
			}
			return err
		},
		Check: func(f afero.Fs, acks *simfs.Acks) error {
			err := b.check(f, &run{fixed, acks})
			if err != nil && !fixed && !strings.Contains(err.Error(), b.want) {
				return nil
			}
			return err
		},
	}
	if b.twice {
		test.Depth = 1
	}
	return test
}

// Every bug is found, for the reason that it was reported for, under the profile that
// promises most of those that expose it and under the strict one; and once it is fixed
// nothing is, under any.
func TestBugs(t *testing.T) {
	for _, b := range slices.Concat(nameBugs, replaceBugs, syncBugs, logBugs, startBugs, recoveryBugs) {
		t.Run(fmt.Sprintf("%d %s", b.number, b.name), func(t *testing.T) {
			exposed, err := simfs.ParseProfile(b.profile)
			must(t, err)
			for _, p := range []simfs.Profile{exposed, simfs.PosixStrict} {
				report, err := b.test(t, p, false).Run()
				must(t, err)
				if report.Failure == nil || !strings.Contains(report.Failure.Err.Error(), b.want) || len(report.Unfired) > 0 {
					t.Errorf("%s under %s, buggy: %s, want an objection with %q", b.report, p, report, b.want)
				}
			}
			for _, p := range simfs.Profiles() {
				report := b.test(t, p, true).Test(t)
				if !report.Complete {
					t.Errorf("%s under %s, fixed: %s, want a complete search", b.report, p, report)
				}
			}
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
