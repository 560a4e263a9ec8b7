package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"
)

// ErrUnrepairable: nothing of the log would be left, or what would be cut cannot be
// kept. Restore a copy.
var ErrUnrepairable = errors.New("batpak: log cannot be repaired")

// RepairConfig says how a log is repaired. The zero value is for a disk.
type RepairConfig struct {
	Runtime Runtime // nil = System()
}

// Repair cuts the damaged log in dir at its first damage, or torn tail, so that Open
// takes what is before it. All that stood behind is lost to the log, but never to
// you: the bytes that are cut off a segment, the segments after it, and a report are
// kept in the directory repair-N within dir, durably before anything is cut, where N
// counts the repairs. On a sound log nothing is done, and the report says so.
//
// Restoring a copy is better, where there is one: events that were acknowledged and
// delivered may be among those that go, and their sequences are assigned again.
// Checkpoints that stand on them are reported, left as they are, and refused by their
// cursors.
//
// A repair that was interrupted is finished by the next one. It fails with ErrLocked
// while a store has the log open, with ErrUnrepairable if nothing would be left, and
// with ErrJournalFuture on the log of a later version.
func Repair(ctx context.Context, fsys afero.Fs, dir string, config RepairConfig) (RepairReport, error) {
	if config.Runtime == nil {
		config.Runtime = System()
	}
	dir = filepath.Clean(dir)
	lock, err := acquireLock(config.Runtime, fsys, dir)
	if err != nil {
		return RepairReport{}, fmt.Errorf("repair %s: %w", dir, err)
	}
	report, err := repair(ctx, fsys, dir)
	if err := errors.Join(err, lock.release()); err != nil {
		return RepairReport{}, fmt.Errorf("repair %s: %w", dir, err)
	}
	return report, nil
}

func repair(ctx context.Context, fsys afero.Fs, dir string) (RepairReport, error) {
	r, err := currentRepair(fsys, dir)
	if err != nil {
		return RepairReport{}, err
	}
	if !r.begun {
		in, broken, err := inspect(ctx, fsys, dir)
		if err != nil {
			return RepairReport{}, err
		}
		if r.report, err = planRepair(in, broken); err != nil || in.Damage == nil {
			return r.report, err
		}
		if err := r.keep(broken); err != nil {
			return RepairReport{}, err
		}
	}
	if err := r.finish(); err != nil {
		return RepairReport{}, err
	}
	r.report.Dir = r.path
	return r.report, nil
}

// planRepair says what will be cut and moved.
func planRepair(in Inspection, broken []byte) (RepairReport, error) {
	report := RepairReport{Lineage: in.Lineage.String(), Events: in.Events, Hidden: in.Hidden, Next: in.Next}
	damage := in.Damage
	switch {
	case damage == nil:
		return report, nil
	case errors.Is(damage, ErrJournalFuture):
		return RepairReport{}, damage
	}
	for _, s := range in.Segments {
		switch {
		case s.State == SegmentBeyond, s.State == SegmentDamaged && damage.Offset < segmentHeaderSize:
			report.Moved = append(report.Moved, s.Number)
		case s.State != SegmentSound:
			report.Cut = int64(len(broken)) - damage.Offset
		}
		if s.State == SegmentDamaged || s.State == SegmentTorn {
			report.Segment = s.Number
		}
	}
	report.Offset, report.Reason = damage.Offset, strings.ToValidUTF8(damage.Reason, "?")
	for _, c := range in.Checkpoints {
		if c.Refusal != "" {
			refused := RefusedCheckpoint{filepath.Base(c.Path), c.Refusal}
			refused.File, refused.Reason = strings.ToValidUTF8(refused.File, "?"), strings.ToValidUTF8(refused.Reason, "?")
			report.Refused = append(report.Refused, refused)
		}
	}
	if len(report.Moved) == len(in.Segments) {
		return RepairReport{}, fmt.Errorf("%w: nothing would be left: %w", ErrUnrepairable, damage)
	}
	if err := report.fault(); err != nil {
		return RepairReport{}, fmt.Errorf("%w: %w", ErrUnrepairable, damage)
	}
	return report, nil
}

// repairFiles is the directory of one repair.
type repairFiles struct {
	fs     afero.Fs
	log    string // the log's directory
	path   string
	report RepairReport
	begun  bool // all that is to be cut is kept, and so is the report
}

const (
	repairPrefix = "repair-"
	reportName   = "report.txt"
	cutName      = "cut"
)

// currentRepair returns the repair that was interrupted, or else the next one. One
// that has no report has changed nothing in the log and begins anew.
func currentRepair(fsys afero.Fs, dir string) (*repairFiles, error) {
	for n := uint64(1); n < math.MaxUint64; n++ {
		r := &repairFiles{fs: fsys, log: dir, path: filepath.Join(dir, fmt.Sprintf("%s%d", repairPrefix, n))}
		b, err := readWhole(fsys, r.at(reportName), reportBytesMax)
		if err != nil {
			return r, ignoreMissing(err)
		}
		if r.report, err = decodeReport(b); err != nil {
			return nil, &JournalError{Path: r.at(reportName), Reason: err.Error(), Err: ErrJournalCorrupt}
		}
		if !r.report.Done {
			r.begun = true
			return r, nil
		}
	}
	return nil, ErrUnrepairable
}

// keep puts aside what will be cut of the broken segment, and then the report that
// says that it will.
func (r *repairFiles) keep(broken []byte) error {
	if err := makeDirDurable(r.fs, r.path); err != nil {
		return err
	}
	if r.report.Cut > 0 {
		if err := r.put(cutName, broken[r.report.Offset:]); err != nil {
			return err
		}
	}
	return r.putReport()
}

// put makes a file of the repair durable.
func (r *repairFiles) put(name string, content []byte) error {
	if err := replaceFile(r.fs, r.at(name+tempSuffix), r.at(name), content); err != nil {
		return err
	}
	return syncDir(r.fs, r.path)
}

func (r *repairFiles) putReport() error {
	b, err := r.report.encode()
	if err != nil {
		return err
	}
	return r.put(reportName, b)
}

// finish does what the report says and is not done yet. Every step may have been
// taken before: a crash comes between any two, and after it a store may have opened
// the log, which cuts it where the repair would, and appended to it.
func (r *repairFiles) finish() error {
	if err := r.syncDirs(); err != nil { // who wrote the report may have died before that
		return err
	}
	if err := r.move(); err != nil {
		return err
	}
	if err := r.cut(); err != nil {
		return err
	}
	r.report.Done = true
	return r.putReport()
}

// move moves segments aside. While one is left, Open refuses the log.
func (r *repairFiles) move() error {
	for _, number := range r.report.Moved {
		from := segmentAt(r.log, number).path
		to := r.at(filepath.Base(from))
		moved, err := exists(r.fs, to)
		if err == nil && !moved {
			err = r.fs.Rename(from, to)
		}
		if err != nil {
			return fmt.Errorf("move segment aside: %w", err)
		}
	}
	return r.syncDirs()
}

// cut cuts off the segment the bytes that were kept, if they are still what it ends
// with.
func (r *repairFiles) cut() error {
	if r.report.Cut == 0 {
		return nil
	}
	kept, err := readWhole(r.fs, r.at(cutName), segmentBytesMax)
	if err != nil {
		return err
	}
	file := segmentAt(r.log, r.report.Segment)
	content, err := file.content(r.fs)
	if err != nil {
		return err
	}
	f, err := openFile(r.fs, file.path)
	if err != nil {
		return err
	}
	if at := r.report.Offset; at <= int64(len(content)) && bytes.Equal(content[at:], kept) {
		err = f.Truncate(at)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("cut segment: %w", err)
	}
	return nil
}

func (r *repairFiles) syncDirs() error {
	return errors.Join(syncDir(r.fs, r.path), syncDir(r.fs, r.log))
}

func (r *repairFiles) at(name string) string { return filepath.Join(r.path, name) }

// exists reports whether anything stands at path.
func exists(fsys afero.Fs, path string) (bool, error) {
	_, err := lstat(fsys, path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
