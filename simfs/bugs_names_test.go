package simfs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/spf13/afero"
)

// nameBugs are about names: those that were never made durable, and those that
// became so out of order.
var nameBugs = []bug{
	{
		number: 1, name: "marker outlives its manifest", report: "cockroachdb/pebble#5915", profile: "posix-strict",
		setup: func(f afero.Fs) error {
			return errors.Join(save(f, "/w/manifest.1", "1"), save(f, "/w/marker.1", ""))
		},
		work: func(f afero.Fs, r *run) error {
			err := saveDurably(f, "/w/manifest.2", "2")
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w"))
			}
			err = errors.Join(err, saveDurably(f, "/w/marker.2", ""), fsync(f, "/w"))
			return r.ack(err, "2")
		},
		check: func(f afero.Fs, r *run) error {
			newest := "1"
			if _, err := f.Stat("/w/marker.2"); err == nil {
				newest = "2"
			}
			b, err := readFile(f, "/w/manifest."+newest)
			if err != nil {
				return fmt.Errorf("marker.%s without its manifest: %w", newest, err)
			}
			return r.judge(string(b))
		},
		want: "marker.2 without its manifest",
	},
	{
		number: 2, name: "directories of synced files never synced", report: "cockroachdb/cockroach#114411", profile: "posix-strict",
		setup: func(f afero.Fs) error { return save(f, "/w/raft", "") },
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(f.MkdirAll("/w/sideloaded/r1", 0o700), saveDurably(f, "/w/sideloaded/r1/entry", "sst"))
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w/sideloaded/r1", "/w/sideloaded", "/w"))
			}
			return r.ack(errors.Join(err, add(f, "/w/raft", record("entry"))), "sst")
		},
		check: loadSideloaded,
		want:  "sideloaded file of entry: open /w/sideloaded/r1/entry",
	},
	{
		number: 3, name: "file removed before what made it redundant was durable", report: "cockroachdb/cockroach#113135", profile: "btrfs",
		setup: func(f afero.Fs) error {
			return errors.Join(f.MkdirAll("/w/sideloaded/r1", 0o700), save(f, "/w/sideloaded/r1/entry", "sst"),
				save(f, "/w/raft", string(record("entry"))), save(f, "/w/applied", ""))
		},
		work: func(f afero.Fs, r *run) error {
			err := r.ack(save(f, "/w/applied", string(record("sst"))), "sst")
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w/applied"))
			}
			return errors.Join(err, f.Remove("/w/sideloaded/r1/entry"))
		},
		check: func(f afero.Fs, r *run) error {
			applied, err := readFile(f, "/w/applied")
			if err != nil || len(records(applied)) == 0 {
				return errors.Join(err, loadSideloaded(f, r))
			}
			return r.judge(records(applied)...)
		},
		want: "sideloaded file of entry: open /w/sideloaded/r1/entry",
	},
	{
		number: 5, name: "log renamed into place, directory never synced", report: "etcd-io/etcd#6368", profile: "posix-strict",
		setup: nothing,
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(saveDurably(f, "/w/wal.tmp", ""), f.Rename("/w/wal.tmp", "/w/wal"))
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w"))
			}
			return r.ack(errors.Join(err, add(f, "/w/wal", record("entry"))), "entry")
		},
		check: judgeLog("/w/wal"),
		want:  `acknowledged "entry" is lost`,
	},
	{
		number: 21, name: "checkpoint directory durable, its files not", report: "prometheus/prometheus#6976", profile: "posix-strict",
		setup: func(f afero.Fs) error {
			return errors.Join(f.Mkdir("/w/checkpoint.1", 0o700), save(f, "/w/checkpoint.1/0", "series"))
		},
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(r.ack(nil, "series"),
				f.Mkdir("/w/checkpoint.2.tmp", 0o700), saveDurably(f, "/w/checkpoint.2.tmp/0", "series"))
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w/checkpoint.2.tmp"))
			}
			return errors.Join(err, f.Rename("/w/checkpoint.2.tmp", "/w/checkpoint.2"), fsync(f, "/w"),
				f.RemoveAll("/w/checkpoint.1"))
		},
		check: func(f afero.Fs, r *run) error {
			dir := "/w/checkpoint.2"
			if _, err := f.Stat(dir); errors.Is(err, fs.ErrNotExist) {
				dir = "/w/checkpoint.1"
			}
			segments, err := afero.ReadDir(f, dir)
			switch {
			case err != nil:
				return err
			case len(segments) == 0:
				return fmt.Errorf("%s has no segments", path.Base(dir))
			}
			b, err := readFile(f, dir+"/"+segments[0].Name())
			return errors.Join(err, r.judge(string(b)))
		},
		want: "checkpoint.2 has no segments",
	},
	{
		number: 22, name: "new log file, directory never synced", report: "dgraph-io/badger#104", profile: "posix-strict",
		setup: func(f afero.Fs) error { return save(f, "/w/1.vlog", string(record("a"))) },
		work: func(f afero.Fs, r *run) error {
			err := r.ack(saveDurably(f, "/w/2.vlog", ""), "a")
			if r.fixed {
				err = errors.Join(err, fsync(f, "/w"))
			}
			return r.ack(errors.Join(err, add(f, "/w/2.vlog", record("b"))), "b")
		},
		check: judgeLog("/w/1.vlog", "/w/2.vlog"),
		want:  `acknowledged "b" is lost`,
	},
}

// loadSideloaded loads the file of every entry of the raft log.
func loadSideloaded(f afero.Fs, r *run) error {
	log, err := readFile(f, "/w/raft")
	if err != nil {
		return err
	}
	var found []string
	for _, entry := range records(log) {
		b, err := readFile(f, "/w/sideloaded/r1/"+entry)
		if err != nil {
			return fmt.Errorf("sideloaded file of entry: %w", err)
		}
		found = append(found, string(b))
	}
	return r.judge(found...)
}
