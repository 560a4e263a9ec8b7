package properties

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

const (
	repairedLog = "/log"
	segmentName = "/log/segment-000000000000000%d.bpj"
)

// noted is an event with that payload.
func noted(text string) core.Event {
	coordinate, err := core.NewCoordinate("order:17", "shop")
	if err != nil {
		panic(err)
	}
	return core.Event{Coordinate: coordinate, Kind: core.KindData, Payload: []byte(text)}
}

// damagedLog makes a log of three segments, whose second has a flipped bit in its
// second frame, or in its header.
func damagedLog(fs afero.Fs, inHeader bool) error {
	store, err := core.Open(context.Background(), fs, repairedLog, core.Config{SegmentBytes: 512})
	if err != nil {
		return err
	}
	for i := range 5 {
		if _, err := store.Append(context.Background(), noted(strings.Repeat(fmt.Sprint(i), 60))); err != nil {
			return err
		}
	}
	if err := store.Close(); err != nil {
		return err
	}
	second := fmt.Sprintf(segmentName, 2)
	b, err := afero.ReadFile(fs, second)
	if err != nil {
		return err
	}
	if inHeader {
		b[30] ^= 1
	} else {
		b[len(b)-20] ^= 1
	}
	return afero.WriteFile(fs, second, b, 0o600)
}

// copySegments makes on fs the log that is on pristine.
func copySegments(fs, pristine afero.Fs) error {
	if err := fs.Mkdir(repairedLog, 0o700); err != nil {
		return err
	}
	for number := 1; number <= 3; number++ {
		name := fmt.Sprintf(segmentName, number)
		b, err := afero.ReadFile(pristine, name)
		if err == nil {
			err = afero.WriteFile(fs, name, b, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Whatever a crash leaves of a repair, the next one finishes it: the log holds what
// was sound, every byte that was cut is kept, and what a store appended in between
// stays.
func TestRepairSurvivesCrashes(t *testing.T) {
	for _, tt := range []struct {
		name     string
		inHeader bool
		reopen   bool // a store tries to open the log, and appends, before the repair goes on
		depth    int  // crashes in the repair that goes on
		left     uint64
	}{
		{"cut in a segment", false, false, 0, 3},
		{"whole segments", true, false, 0, 2},
		{"cut in a segment, crashed twice", false, false, 1, 3},
		{"whole segments, crashed twice", true, false, 1, 2},
		{"cut in a segment, opened in between", false, true, 0, 3},
		{"whole segments, opened in between", true, true, 0, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pristine := afero.NewMemMapFs()
			if err := damagedLog(pristine, tt.inHeader); err != nil {
				t.Fatal(err)
			}
			report := simfs.CrashTest{
				Setup: func(fs afero.Fs) error { return copySegments(fs, pristine) },
				Workload: func(fs afero.Fs, acks *simfs.Acks) error {
					_, err := core.Repair(context.Background(), fs, repairedLog, core.RepairConfig{})
					if err == nil {
						acks.Add("repaired")
					}
					return err
				},
				Check: func(fs afero.Fs, acks *simfs.Acks) error {
					events := tt.left
					if tt.reopen {
						appended, err := appendIfOpen(fs)
						if err != nil {
							return err
						}
						events += appended
					}
					report, err := core.Repair(context.Background(), fs, repairedLog, core.RepairConfig{})
					if err != nil {
						return err
					}
					if repaired := len(acks.All()) > 0; repaired && report.Repaired() {
						return fmt.Errorf("repaired twice: %v", report)
					}
					in, err := core.Inspect(context.Background(), fs, repairedLog)
					if err != nil {
						return err
					}
					if in.Damage != nil || in.Events != events {
						return fmt.Errorf("want %d sound events:\n%v", events, in)
					}
					return keepsAll(fs, pristine)
				},
				EveryOp: true,
				Depth:   tt.depth,
			}.Test(t)
			if report.Points < 20 || tt.depth == 0 && !report.Complete {
				t.Errorf("%v, want 20 crash points and more, and without a second crash all their states", report)
			}
		})
	}
}

// appendIfOpen appends an event, if Open takes the log, and returns how many.
func appendIfOpen(fs afero.Fs) (uint64, error) {
	store, err := core.Open(context.Background(), fs, repairedLog, core.Config{SegmentBytes: 512})
	if errors.Is(err, core.ErrJournalCorrupt) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if _, err := store.Append(context.Background(), noted("in between")); err != nil {
		return 0, err
	}
	return 1, store.Close()
}

// keepsAll checks that the first repair kept all that is not in the log any more.
func keepsAll(fs, pristine afero.Fs) error {
	for number := 1; number <= 3; number++ {
		name := fmt.Sprintf(segmentName, number)
		want, err := afero.ReadFile(pristine, name)
		if err != nil {
			return err
		}
		moved, err := afero.ReadFile(fs, strings.Replace(name, repairedLog, repairedLog+"/repair-1", 1))
		if err == nil {
			if string(moved) != string(want) {
				return fmt.Errorf("segment %d was moved with other bytes", number)
			}
			continue
		}
		have, err := afero.ReadFile(fs, name)
		if err != nil {
			return fmt.Errorf("segment %d: neither moved nor there: %w", number, err)
		}
		cut, err := afero.ReadFile(fs, repairedLog+"/repair-1/cut")
		if number == 2 && err != nil {
			return fmt.Errorf("what was cut is not kept: %w", err)
		}
		if number == 2 {
			have = append(have[:len(want)-len(cut)], cut...)
		}
		if !strings.HasPrefix(string(have), string(want)) {
			return fmt.Errorf("segment %d cannot be put together again", number)
		}
	}
	return nil
}
