package simfs_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/spf13/afero"
)

// syncBugs are about what a sync that failed, or was left out, or was of less than
// the file, did not make durable.
var syncBugs = []bug{
	{
		number: 4, name: "entries of a failed sync acknowledged by the next", report: "cockroachdb/cockroach#37102", profile: "posix-strict",
		setup:  func(f afero.Fs) error { return save(f, "/w/wal", "") },
		faults: "sync path=wal nth=2: fail-sync err=EIO",
		work: func(f afero.Fs, r *run) error {
			h, err := f.OpenFile("/w/wal", os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			var waiting []string // written, not yet acknowledged
			for _, name := range []string{"a", "b", "c"} {
				_, err := h.Write(record(name))
				waiting = append(waiting, name)
				err = errors.Join(err, h.Sync())
				switch {
				case err == nil:
					for _, what := range waiting {
						r.acks.Add(what)
					}
					waiting = nil
				case !errors.Is(err, syscall.EIO):
					return err
				case r.fixed:
					return h.Close() // the error sticks: this log takes no more
				}
			}
			return h.Close()
		},
		check: judgeLog("/w/wal"),
		want:  `acknowledged "b" is lost, found ["a"]`,
	},
	{
		number: 14, name: "checkpoint retries a failed sync", report: "PostgreSQL fsyncgate (2018)", profile: "btrfs",
		setup:  func(f afero.Fs) error { return errors.Join(save(f, "/w/heap", "old"), save(f, "/w/wal", "")) },
		faults: "sync path=heap nth=1: fail-sync err=EIO",
		work: func(f afero.Fs, r *run) error {
			if err := r.ack(add(f, "/w/wal", record("new")), "new"); err != nil {
				return err
			}
			h, err := f.OpenFile("/w/heap", os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = h.WriteString("new")
			err = errors.Join(err, h.Sync())
			if errors.Is(err, syscall.EIO) {
				if r.fixed {
					return nil // panic: the log is replayed at the next start
				}
				err = h.Sync()
			}
			return errors.Join(err, h.Close(), replaceDurably(f, "/w/wal", ""))
		},
		check: replayWAL,
		want:  `acknowledged "new" is lost, found ["old"]`,
	},
	{
		number: 16, name: "range sync without the size of the file", report: "spacejam/sled#1077", profile: "btrfs",
		setup: func(f afero.Fs) error {
			return errors.Join(save(f, "/w/db", string(record("free"))), save(f, "/w/stable", string(length(0))))
		},
		work: func(f afero.Fs, r *run) error {
			h, err := f.OpenFile("/w/db", os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			for i, name := range []string{"a", "b"} {
				_, err := h.Write(record(name))
				// a reuses a segment, b makes the file longer. sync_file_range keeps
				// the first, and promises nothing of bytes beyond the durable size.
				if grows := i > 0; r.fixed || !grows {
					err = errors.Join(err, h.Sync())
				}
				err = errors.Join(err, replaceDurably(f, "/w/stable", string(length((i+1)*recordSize))))
				if r.ack(err, name) != nil {
					return err
				}
			}
			return h.Close()
		},
		check: func(f afero.Fs, r *run) error {
			db, err := readFile(f, "/w/db")
			stable, err2 := readFile(f, "/w/stable")
			if err = errors.Join(err, err2); err != nil {
				return err
			}
			if end := int(binary.LittleEndian.Uint64(stable)); len(db) < end {
				return fmt.Errorf("the log is stable up to %d and ends at %d", end, len(db))
			}
			return r.judge(records(db)...)
		},
		want: "the log is stable up to 1400 and ends at 700",
	},
	{
		number: 20, name: "log kept in use behind a short write", report: "prometheus/prometheus#7835", profile: "zfs-like",
		setup:  func(f afero.Fs) error { return save(f, "/w/wal", "") },
		faults: "write path=wal nth=2: short k=100 err=ENOSPC",
		work: func(f afero.Fs, r *run) error {
			end := int64(0)
			for _, name := range []string{"a", "b", "c"} {
				err := add(f, "/w/wal", record(name))
				switch {
				case r.ack(err, name) == nil:
					end += recordSize
				case !errors.Is(err, syscall.ENOSPC):
					return err
				case r.fixed: // the user was told; the log must not remember half of it
					if err := truncate(f, "/w/wal", end); err != nil {
						return err
					}
				}
			}
			return nil
		},
		check: judgeLog("/w/wal"),
		want:  `acknowledged "c" is lost, found ["a"]`,
	},
}

// length is a length as 8 bytes.
func length(n int) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(n)) }

// truncate cuts a file, durably.
func truncate(f afero.Fs, name string, size int64) error {
	h, err := f.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(h.Truncate(size), h.Sync(), h.Close())
}

// replayWAL puts the newest record of the log into the heap.
func replayWAL(f afero.Fs, r *run) error {
	log, err := readFile(f, "/w/wal")
	if err != nil {
		return err
	}
	if names := records(log); len(names) > 0 {
		if err := saveDurably(f, "/w/heap", names[len(names)-1]); err != nil {
			return err
		}
	}
	heap, err := readFile(f, "/w/heap")
	return errors.Join(err, r.judge(string(heap)))
}
