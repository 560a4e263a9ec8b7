package simfs_test

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/afero"
)

// recoveryBugs are about what recovery does to the disk that it recovers.
var recoveryBugs = []bug{
	{
		number: 17, name: "log zeroed before the snapshot that replaces it", report: "spacejam/sled#851", profile: "posix-strict",
		setup: func(f afero.Fs) error { return save(f, "/w/log", "") },
		work: func(f afero.Fs, r *run) error {
			for _, batch := range []string{"a", "b"} {
				if err := r.ack(add(f, "/w/log", record(batch)), batch); err != nil {
					return err
				}
			}
			return nil
		},
		check: func(f afero.Fs, r *run) error {
			batches, torn, err := loadBatches(f)
			if err := errors.Join(err, r.judge(batches...)); err != nil {
				return err
			}
			if torn >= 0 && !r.fixed {
				err = zeroSegment(f, torn)
			}
			snapshot := ""
			for _, batch := range batches {
				snapshot += string(record(batch))
			}
			err = errors.Join(err, replaceDurably(f, "/w/snapshot", snapshot))
			if torn >= 0 && r.fixed {
				err = errors.Join(err, zeroSegment(f, torn))
			}
			return err
		},
		twice: true,
		want:  `acknowledged "a" is lost, found []`,
	},
	{
		number: 18, name: "log goes on behind a torn tail", report: "pmcfadin/cqlite#1390", profile: "ext4-ordered",
		setup: func(f afero.Fs) error { return save(f, "/w/log", "") },
		work: func(f afero.Fs, r *run) error {
			return r.ack(add(f, "/w/log", record("a")), "a")
		},
		check: func(f afero.Fs, r *run) error {
			h, err := f.OpenFile("/w/log", os.O_RDWR, 0)
			if err != nil {
				return err
			}
			log, err := io.ReadAll(h)
			names := records(log)
			err = errors.Join(err, r.judge(names...))
			if r.fixed {
				end := int64(len(names)) * recordSize
				_, err2 := h.Seek(end, io.SeekStart)
				err = errors.Join(err, err2, h.Truncate(end), h.Sync())
			}
			if err != nil {
				return err
			}
			_, err = h.Write(record("next"))
			return r.ack(errors.Join(err, h.Sync(), h.Close()), "next")
		},
		twice: true,
		want:  `acknowledged "next" is lost, found []`,
	},
}

// loadBatches reads the snapshot and the log and takes whichever reaches further.
// torn is where in the log the first torn batch begins, -1 = none.
func loadBatches(f afero.Fs) (batches []string, torn int64, err error) {
	log, err := readFile(f, "/w/log")
	if err != nil {
		return nil, 0, err
	}
	snapshot, err := readFile(f, "/w/snapshot")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, 0, err
	}
	batches, torn = records(log), -1
	if end := len(batches) * recordSize; end < len(log) {
		torn = int64(end)
	}
	if kept := records(snapshot); len(kept) > len(batches) {
		batches = kept
	}
	return batches, torn, nil
}

// zeroSegment frees the segment of the log where a torn batch begins, and with it
// the end of the batch before.
func zeroSegment(f afero.Fs, torn int64) error {
	const segment = 512
	h, err := f.OpenFile("/w/log", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = h.WriteAt(make([]byte, segment), torn/segment*segment)
	return errors.Join(err, h.Sync(), h.Close())
}
