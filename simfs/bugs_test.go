package simfs_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// Bugs of real databases as small workloads. Each is run to every operation that it
// may crash at, and every image of that crash is recovered and judged: the buggy
// variant must be found, the fixed one must be silent.

// explore crashes work before its k-th operation, for every k and after the end,
// and judges every image; work returns early with ErrCrashed. It returns the
// first objection.
func explore(t *testing.T, setup, work func(f afero.Fs) error, judge func(f *simfs.FS) error) error {
	t.Helper()
	for k := uint64(1); ; k++ {
		o := newOdometer()
		f := newFS(t, simfs.Config{Choose: o.choose})
		must(t, setup(f))
		must(t, f.SetFaults(simfs.Rule{Nth: k, Effect: simfs.CrashBefore}))
		err := work(f)
		if err != nil && !errors.Is(err, simfs.ErrCrashed) {
			t.Fatal(err)
		}
		for done := false; !done; done = !o.advance() {
			g := f.Crash()
			must(t, g.SetFaults())
			image := numbers(t, g)
			if err := judge(g); err != nil {
				return fmt.Errorf("crash before operation %d left %q: %w", k, image, err)
			}
		}
		if err == nil {
			return nil
		}
	}
}

func nothing(afero.Fs) error { return nil }

// write makes a file with durable content.
func write(f afero.Fs, name, content string) error {
	h, err := f.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = h.WriteString(content)
	return errors.Join(err, h.Sync(), h.Close())
}

func syncNames(f afero.Fs, dir string) error {
	d, err := f.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// find runs both variants of a bug.
func find(t *testing.T, setup func(afero.Fs) error, work func(f afero.Fs, fixed bool) error, judge func(f *simfs.FS, fixed bool) error) {
	for _, fixed := range []bool{false, true} {
		t.Run(map[bool]string{false: "buggy is found", true: "fixed is silent"}[fixed], func(t *testing.T) {
			err := explore(t, setup,
				func(f afero.Fs) error { return work(f, fixed) },
				func(f *simfs.FS) error { return judge(f, fixed) })
			if (err == nil) != fixed {
				t.Errorf("objection: %v", err)
			}
		})
	}
}

// A marker names a manifest, both are new names of one directory, and one sync of it
// comes after both: the marker may survive alone (cockroachdb/pebble#5915).
func TestBugMarkerOutlivesManifest(t *testing.T) {
	find(t, nothing,
		func(f afero.Fs, fixed bool) error {
			if err := write(f, "/w/manifest", "1"); err != nil {
				return err
			}
			if fixed {
				if err := syncNames(f, "/w"); err != nil {
					return err
				}
			}
			if err := write(f, "/w/marker", "1"); err != nil {
				return err
			}
			return syncNames(f, "/w")
		},
		func(f *simfs.FS, _ bool) error {
			if _, err := f.Stat("/w/marker"); err != nil {
				return nil
			}
			_, err := f.Stat("/w/manifest")
			return err
		})
}

// A log is made under a temporary name and renamed, its directory is never synced,
// and what is appended afterwards is acknowledged (etcd-io/etcd#6368).
func TestBugRenamedLogNeverSynced(t *testing.T) {
	acknowledged := false
	find(t, func(afero.Fs) error { acknowledged = false; return nil },
		func(f afero.Fs, fixed bool) error {
			if err := errors.Join(write(f, "/w/wal.tmp", "header"), f.Rename("/w/wal.tmp", "/w/wal")); err != nil {
				return err
			}
			if fixed {
				if err := syncNames(f, "/w"); err != nil {
					return err
				}
			}
			h, err := f.OpenFile("/w/wal", os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return err
			}
			_, err = h.WriteString("entry")
			if err = errors.Join(err, h.Sync()); err == nil {
				acknowledged = true
			}
			return errors.Join(err, h.Close())
		},
		func(f *simfs.FS, _ bool) error {
			b, err := readFile(f, "/w/wal")
			if acknowledged && string(b) != "headerentry" {
				return fmt.Errorf("acknowledged entry is gone: %q, %v", b, err)
			}
			return nil
		})
}

// Recovery reads up to a torn record and leaves it there; what is appended behind it
// and acknowledged cannot be read at the next recovery (pmcfadin/cqlite#1390). It
// takes two crashes.
func TestBugAppendAfterTornTail(t *testing.T) {
	find(t,
		func(f afero.Fs) error { return errors.Join(write(f, "/w/log", ""), syncNames(f, "/w")) },
		func(f afero.Fs, fixed bool) error {
			l, err := openLog(f, fixed)
			if err != nil {
				return err
			}
			return errors.Join(l.append(1), l.append(2), l.h.Close())
		},
		func(f *simfs.FS, fixed bool) error {
			l, err := openLog(f, fixed)
			if err != nil {
				return err
			}
			kept := l.records
			if err := l.append(9); err != nil {
				return err
			}
			again, err := openLog(f.Crash(), fixed)
			if err != nil {
				return err
			}
			if want := append(kept, 9); fmt.Sprint(again.records) != fmt.Sprint(want) {
				return fmt.Errorf("the second recovery reads %v, want %v", again.records, want)
			}
			return nil
		})
}

// recordLog is a log of records of 700 bytes: checksum, number, padding.
type recordLog struct {
	h       afero.File
	records []uint32
}

const recordSize = 700

func openLog(f afero.Fs, truncate bool) (*recordLog, error) {
	h, err := f.OpenFile("/w/log", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	l := &recordLog{h: h}
	b, err := io.ReadAll(h)
	if err != nil {
		return nil, err
	}
	end := int64(0)
	for ; len(b) >= recordSize && crc32.ChecksumIEEE(b[4:recordSize]) == binary.LittleEndian.Uint32(b); b = b[recordSize:] {
		l.records = append(l.records, binary.LittleEndian.Uint32(b[4:]))
		end += recordSize
	}
	if truncate {
		if err := errors.Join(h.Truncate(end), h.Sync()); err != nil {
			return nil, err
		}
		_, err = h.Seek(end, io.SeekStart)
	}
	return l, err
}

func (l *recordLog) append(n uint32) error {
	b := bytes.Repeat([]byte{0xaa}, recordSize)
	binary.LittleEndian.PutUint32(b[4:], n)
	binary.LittleEndian.PutUint32(b, crc32.ChecksumIEEE(b[4:]))
	if _, err := l.h.Write(b); err != nil {
		return err
	}
	return l.h.Sync()
}

// The helper itself: what it explores ends, and reaches the end of the work.
func TestExploreReachesTheEnd(t *testing.T) {
	ends := 0
	err := explore(t, nothing,
		func(f afero.Fs) error {
			if err := write(f, "/w/f", "x"); err != nil {
				return err
			}
			ends++
			return nil
		},
		func(f *simfs.FS) error {
			if _, err := f.Stat("/w/f"); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		})
	if err != nil || ends != 1 {
		t.Errorf("explore() = %v after %d whole runs, want nil after 1", err, ends)
	}
}
