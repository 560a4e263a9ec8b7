package core

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/afero"
)

// segment is one file of the journal.
type segment struct {
	number uint64
	path   string

	// Known once its header is read:
	base  int64  // log offset at which it begins
	first uint64 // its events have this sequence or a higher one, those before it lower ones
	token uint64 // the first fence token that was never used before it
	prev  uint32 // CRC of the last frame before it, or of the header before it

	snapshot bool // a file with the name of its snapshot is there
}

const (
	segmentPrefix = "segment-"
	segmentSuffix = ".bpj"
	segmentDigits = 16

	segmentBytesDefault = 64 << 20

	// segmentBytesMin leaves room for a header and a small frame.
	segmentBytesMin = 256

	// segmentBytesMax is more than any frame needs, and what is allocated at most for
	// a segment that is read.
	segmentBytesMax = 1 << 30
)

func segmentAt(dir string, number uint64) segment {
	name := fmt.Sprintf("%s%0*x%s", segmentPrefix, segmentDigits, number, segmentSuffix)
	return segment{number: number, path: filepath.Join(dir, name)}
}

// listSegments returns the segments in dir, by number, and the paths of what may be
// removed: what a crash left of the making of one, or of a base, and snapshots of
// others than full segments. A missing directory has none.
func listSegments(fsys afero.Fs, dir string) (segments []segment, leftovers []string, err error) {
	files, err := afero.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list segments: %w", err)
	}
	snapshots := make(map[string]bool)
	for _, file := range files {
		name := file.Name()
		snapshot := strings.HasPrefix(name, snapshotPrefix)
		switch {
		case !snapshot && name != baseName+tempSuffix && !strings.HasPrefix(name, segmentPrefix):
			continue
		case strings.HasSuffix(name, tempSuffix):
			leftovers = append(leftovers, filepath.Join(dir, name))
			continue
		case snapshot:
			snapshots[filepath.Join(dir, name)] = true
			continue
		}
		number, err := segmentNumber(name)
		if err != nil {
			return nil, nil, &JournalError{Path: filepath.Join(dir, name), Err: ErrJournalCorrupt, Reason: err.Error()}
		}
		segments = append(segments, segmentAt(dir, number))
	}
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.number, b.number) })
	return segments, append(leftovers, pairSnapshots(segments, snapshots)...), nil
}

// content reads the whole segment.
func (s segment) content(fsys afero.Fs) ([]byte, error) {
	b, err := readWhole(fsys, s.path, segmentBytesMax)
	if errors.Is(err, ErrTooLarge) {
		return nil, &JournalError{Path: s.path, Offset: segmentBytesMax, Err: ErrJournalCorrupt, Reason: err.Error()}
	}
	return b, err
}

// segmentNumber is the number in the name of a segment, which has one spelling only.
func segmentNumber(name string) (uint64, error) {
	digits := strings.TrimSuffix(strings.TrimPrefix(name, segmentPrefix), segmentSuffix)
	number, err := strconv.ParseUint(digits, 16, 64)
	if err != nil || name != filepath.Base(segmentAt("", number).path) {
		return 0, fmt.Errorf("not the name of a segment: want %s, %d hexadecimal digits, %s", segmentPrefix, segmentDigits, segmentSuffix)
	}
	return number, nil
}

// createSegment puts a segment of only a header in place and returns the header's
// CRC. Its name is durable once dir is synced, which is left to the caller.
func createSegment(fsys afero.Fs, dir string, header segmentHeader) (uint32, error) {
	path := segmentAt(dir, header.number).path
	b, crc := header.encode()
	if err := replaceFile(fsys, path+tempSuffix, path, b); err != nil {
		return 0, fmt.Errorf("create segment: %w", err)
	}
	return crc, nil
}

// logFiles are the files of a journal.
type logFiles struct {
	base      base
	segments  []segment // ascending, from the base on
	leftovers []string  // of what a crash interrupted: to be removed
}

// last returns the segment that grows.
func (l logFiles) last() segment { return l.segments[len(l.segments)-1] }

// listLog returns the files of the journal in dir: none if there is no journal.
func listLog(fsys afero.Fs, dir string) (logFiles, error) {
	var log logFiles
	var err error
	if log.segments, log.leftovers, err = listSegments(fsys, dir); err != nil {
		return logFiles{}, err
	}
	if log.base, err = loadBase(fsys, dir); err != nil {
		return logFiles{}, err
	}
	for len(log.segments) > 0 && log.segments[0].number < log.base.number {
		log.leftovers = append(log.leftovers, log.segments[0].path)
		if log.segments[0].snapshot {
			log.leftovers = append(log.leftovers, log.segments[0].snapshotPath())
		}
		log.segments = log.segments[1:]
	}
	if len(log.segments) == 0 && log.base.number > 0 {
		return logFiles{}, &JournalError{Path: segmentAt(dir, log.base.number).path, Err: ErrJournalCorrupt, Reason: "the log begins with this segment, which is missing"}
	}
	return log, nil
}
