package simfs_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"strings"

	"github.com/spf13/afero"
)

// logBugs are about logs that are torn, or hold zeros or worse.
var logBugs = []bug{
	{
		number: 6, name: "later append durable without the earlier one", report: "etcd-io/etcd#6378", profile: "posix-strict",
		setup: func(f afero.Fs) error { return save(f, "/w/wal", string(record("a"))) },
		work: func(f afero.Fs, r *run) error {
			err := errors.Join(r.ack(nil, "a"), extend(f, "/w/wal", record("b")), extend(f, "/w/wal", record("c")))
			return r.ack(errors.Join(err, fsync(f, "/w/wal")), "c")
		},
		check: func(f afero.Fs, r *run) error {
			log, err := readFile(f, "/w/wal")
			if err != nil {
				return err
			}
			names := records(log)
			if behind := len(log) - recordSize*(len(names)+1); behind > 0 && !r.fixed {
				return fmt.Errorf("crc mismatch, with %d bytes behind it", behind)
			}
			return r.judge(names...) // what was not synced need not be whole
		},
		want: "crc mismatch, with 700 bytes behind it",
	},
	{
		number: 7, name: "zeros in the log read as a huge record", report: "etcd-io/etcd#14098", profile: "posix-strict",
		setup: func(f afero.Fs) error { return save(f, "/w/wal", string(frame("a"))) },
		work: func(f afero.Fs, r *run) error {
			return r.ack(add(f, "/w/wal", frame("b")), "b")
		},
		check: func(f afero.Fs, r *run) error {
			log, err := readFile(f, "/w/wal")
			if err != nil {
				return err
			}
			names, err := frames(log, r.fixed)
			return errors.Join(err, r.judge(names...))
		},
		want: fmt.Sprintf("max entry size limit exceeded by a frame of %d bytes", 0x2e2e2e2e), // the padding
	},
	{
		number: 12, name: "repair takes a log tail that nobody wrote", report: "google/leveldb#251", profile: "ext4-ordered",
		setup: func(f afero.Fs) error { return save(f, "/w/log", "") },
		work: func(f afero.Fs, r *run) error {
			for _, value := range []string{"first", "second"} {
				b := frame(value)
				err := errors.Join(extend(f, "/w/log", b[:frameHead]), extend(f, "/w/log", b[frameHead:]))
				if err := r.ack(errors.Join(err, fsync(f, "/w/log")), value); err != nil {
					return err
				}
			}
			return nil
		},
		check: func(f afero.Fs, r *run) error {
			log, err := readFile(f, "/w/log")
			if err != nil {
				return err
			}
			var values []string
			for len(log) >= frameHead {
				n := min(int(binary.LittleEndian.Uint32(log)), len(log)-frameHead)
				if n == 0 || r.fixed && crc32.ChecksumIEEE(log[frameHead:][:n]) != binary.LittleEndian.Uint32(log[4:]) {
					break
				}
				value := strings.TrimRight(string(log[frameHead:][:n]), ".")
				if value != "first" && value != "second" {
					return fmt.Errorf("repair returns %.8q, which nobody put", value)
				}
				values, log = append(values, value), log[frameHead+n:]
			}
			return r.judge(values...)
		},
		want: `repair returns "\x00\x00\x00\x00\x00\x00\x00\x00", which nobody put`,
	},
	{
		number: 12, name: "zeros of a log made in advance are an error", report: "cockroachdb/pebble#107", profile: "zfs-like",
		setup: func(f afero.Fs) error { return save(f, "/w/log", string(make([]byte, 3*recordSize))) },
		work: func(f afero.Fs, r *run) error {
			h, err := f.OpenFile("/w/log", os.O_RDWR, 0)
			for _, name := range []string{"a", "b"} {
				if err != nil {
					return err
				}
				_, err = h.Write(record(name))
				err = r.ack(errors.Join(err, h.Sync()), name)
			}
			return errors.Join(err, h.Truncate(2*recordSize), h.Close())
		},
		check: func(f afero.Fs, r *run) error {
			log, err := readFile(f, "/w/log")
			if err != nil {
				return err
			}
			names := records(log)
			if rest := log[len(names)*recordSize:]; bytes.HasPrefix(rest, make([]byte, frameHead)) && !r.fixed {
				return fmt.Errorf("block %d appears to be zeroed", len(names))
			}
			return r.judge(names...)
		},
		want: "block 0 appears to be zeroed",
	},
}

// extend appends to a file and syncs nothing.
func extend(f afero.Fs, name string, content []byte) error {
	h, err := f.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = h.Write(content)
	return errors.Join(err, h.Close())
}

const (
	frameHead = 8   // bytes: a length and a checksum
	frameBody = 600 // bytes, so that a frame ends in another unit than it begins
)

// frame is a log record that says how long it is.
func frame(name string) []byte {
	body := []byte(name + strings.Repeat(".", frameBody-len(name)))
	b := binary.LittleEndian.AppendUint32(nil, frameBody)
	return append(binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(body)), body...)
}

// frames reads a log of frames up to the first that is torn. Unless strict it
// takes zeros for padding between frames.
func frames(log []byte, strict bool) ([]string, error) {
	var names []string
	for len(log) >= frameHead {
		n, sum := int(binary.LittleEndian.Uint32(log)), binary.LittleEndian.Uint32(log[4:])
		rest := log[frameHead:]
		switch {
		case n == 0 && !strict:
			log = rest
			continue
		case n > len(rest) && !strict:
			return names, fmt.Errorf("max entry size limit exceeded by a frame of %d bytes", n)
		case n == 0 || n > len(rest) || crc32.ChecksumIEEE(rest[:n]) != sum:
			return names, nil
		}
		names, log = append(names, strings.TrimRight(string(rest[:n]), ".")), rest[n:]
	}
	return names, nil
}
