package simfs_test

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/afero"
)

// startBugs are about what the next start makes of files that are empty, torn, or
// not there.
var startBugs = []bug{
	{
		number: 8, name: "database torn while it is made", report: "etcd-io/bbolt#567", profile: "ext4-ordered",
		setup: nothing,
		work: func(f afero.Fs, r *run) error {
			pages := string(record("meta")) + string(record("root"))
			if r.fixed {
				return r.ack(replaceDurably(f, "/w/db", pages), "root")
			}
			return r.ack(errors.Join(saveDurably(f, "/w/db", pages), fsync(f, "/w")), "root")
		},
		check: func(f afero.Fs, r *run) error {
			b, err := readFile(f, "/w/db")
			if errors.Is(err, fs.ErrNotExist) || err == nil && len(b) == 0 {
				return r.judge() // a new one is made
			}
			pages := records(b)
			if len(pages) != 2 {
				return fmt.Errorf("invalid database: %d of 2 pages (%v)", len(pages), err)
			}
			return r.judge(pages...)
		},
		want: "invalid database: 0 of 2 pages",
	},
	{
		number: 9, name: "log names a snapshot that was not synced", report: "LazyFS (VLDB 2024), etcd", profile: "btrfs",
		setup: func(f afero.Fs) error { return save(f, "/w/wal", "") },
		work: func(f afero.Fs, r *run) error {
			err := save(f, "/w/1.snap", string(record("state")))
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w/1.snap", "/w"))
			}
			return r.ack(errors.Join(err, add(f, "/w/wal", record("1.snap"))), "state")
		},
		check: func(f afero.Fs, r *run) error {
			log, err := readFile(f, "/w/wal")
			if err != nil || len(records(log)) == 0 {
				return errors.Join(err, r.judge())
			}
			snap, err := readFile(f, "/w/1.snap")
			if err != nil || len(records(snap)) == 0 {
				return fmt.Errorf("no snapshot but log entries (%v)", err)
			}
			return r.judge(records(snap)...)
		},
		want: "no snapshot but log entries",
	},
	{
		number: 13, name: "torn header of the newest log stops the start", report: "LazyFS (VLDB 2024), ZooKeeper", profile: "ext4-ordered",
		setup: func(f afero.Fs) error { return save(f, "/w/log.1", string(record("a"))) },
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(r.ack(nil, "a"), save(f, "/w/log.2", string(record("magic"))), fsync(f, "/w"))
			return r.ack(errors.Join(err, add(f, "/w/log.2", record("b"))), "b")
		},
		check: func(f afero.Fs, r *run) error {
			log, err := readFile(f, "/w/log.2")
			if len(log) > 0 && len(records(log)) == 0 && !r.fixed {
				return errors.New("log.2: invalid magic number")
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return judgeLog("/w/log.1", "/w/log.2")(f, r)
		},
		want: "log.2: invalid magic number",
	},
	{
		number: 19, name: "log deleted because the database is empty", report: "tursodatabase/turso#4899", profile: "btrfs",
		setup: nothing,
		work: func(f afero.Fs, r *run) error {
			err := save(f, "/w/db", "page 1")
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w/db"))
			}
			err = errors.Join(err, save(f, "/w/wal", ""), fsync(f, "/w"))
			return r.ack(errors.Join(err, add(f, "/w/wal", record("row"))), "row")
		},
		check: func(f afero.Fs, r *run) error {
			db, err := readFile(f, "/w/db")
			if err == nil && len(db) == 0 {
				return errors.Join(f.RemoveAll("/w/wal"), r.judge()) // of a database that is gone
			}
			return judgeLog("/w/wal")(f, r)
		},
		want: `acknowledged "row" is lost`,
	},
}
