package core

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outcome is Commit or Cancel, and what of the events "a" and "b" readers see
// after it, "b" being under the fence.
type outcome struct {
	name    string
	resolve func(*Fence, context.Context) error
	shows   []string
}

var outcomes = []outcome{
	{"commit", (*Fence).Commit, []string{"a", "b"}},
	{"cancel", (*Fence).Cancel, []string{"a"}},
}

// fencedStore is a log with "a" in it and "b" under an open fence.
func fencedStore(t testing.TB) (*Store, *Fence, *powerDisk, *solo) {
	t.Helper()
	disk, rt := newPowerDisk(), newSolo()
	s := openOn(t, disk, Config{Runtime: rt})
	appendTexts(t, s, "a")
	f, err := s.BeginFence(ctx)
	must(t, err)
	_, err = f.Append(ctx, textEvent("b"))
	must(t, err)
	return s, f, disk, rt
}

// I-17: an outcome that cannot be written leaves the fence open, and may be tried
// again, or the other one instead.
func TestFenceOutcomeIsTriedAgain(t *testing.T) {
	for _, first := range outcomes {
		for _, second := range outcomes {
			t.Run(first.name+" then "+second.name, func(t *testing.T) {
				s, f, disk, _ := fencedStore(t)
				disk.fail(opWriteAt, diskFault{bytes: 10, err: errDisk})
				if err := first.resolve(f, ctx); !errors.Is(err, errDisk) {
					t.Errorf("%s = %v, want %v", first.name, err, errDisk)
				}
				if _, err := s.Append(ctx, textEvent("x")); !errors.Is(err, ErrFenceActive) {
					t.Errorf("Append beside the fence = %v, want %v", err, ErrFenceActive)
				}
				logHolds(t, s, "a")
				must(t, second.resolve(f, ctx))
				logHolds(t, s, second.shows...)
				for _, next := range []*powerDisk{disk.crash(t), disk} {
					logHolds(t, openOn(t, next, Config{Runtime: newSolo()}), second.shows...)
				}
			})
		}
	}
}

// H-6: an outcome that cannot be synced is unknown: nobody sees the events, and a crash
// leaves what was durable.
func TestFenceOutcomeUnknown(t *testing.T) {
	for _, o := range outcomes {
		t.Run(o.name, func(t *testing.T) {
			s, f, disk, _ := fencedStore(t)
			disk.fail(opSync, diskFault{err: errDisk})
			for range 2 {
				if err := o.resolve(f, ctx); !errors.Is(err, ErrPoisoned) {
					t.Errorf("%s = %v, want %v", o.name, err, ErrPoisoned)
				}
				logHolds(t, s, "a")
			}
			logHolds(t, openOn(t, disk.crash(t), Config{Runtime: newSolo()}), "a")
			logHolds(t, openOn(t, disk, Config{Runtime: newSolo()}), o.shows...)
		})
	}
}

// J-11: an outcome is durable before readers know of it, so that no crash takes
// back what they saw.
func TestFenceOutcomeIsDurableFirst(t *testing.T) {
	for _, o := range outcomes {
		t.Run(o.name, func(t *testing.T) {
			s, f, disk, rt := fencedStore(t)
			for _, before := range []Point{PointAppendReserved, PointSyncCaptured, PointSyncDone} {
				rt.once(before, func() { logHolds(t, s, "a") })
			}
			var after *powerDisk
			rt.once(PointFenceResolved, func() {
				logHolds(t, s, "a")
				after = disk.crash(t)
			})
			must(t, o.resolve(f, ctx))
			logHolds(t, s, o.shows...)
			logHolds(t, openOn(t, after, Config{Runtime: newSolo()}), o.shows...)
		})
	}
}

// X-6a: a failed append under a fence burns sequences, which move no range: after
// a crash the same events are hidden and the same are shown.
func TestFenceWithBurnedSequences(t *testing.T) {
	s, f, disk, _ := fencedStore(t)
	disk.fail(opWriteAt, diskFault{bytes: 10, err: errDisk})
	if _, err := f.Append(ctx, textEvent("burned")); !errors.Is(err, errDisk) {
		t.Errorf("Append = %v, want %v", err, errDisk)
	}
	_, err := f.Append(ctx, textEvent("c"))
	must(t, err)
	must(t, f.Cancel(ctx))
	appendTexts(t, s, "d", "e")
	before := drained(t, s)
	after := drained(t, openOn(t, disk.crash(t), Config{Runtime: newSolo()}))
	if d := cmp.Diff(before, after, compareFrames); d != "" {
		t.Errorf("entries (-before +after the crash):\n%s", d)
	}
	if d := cmp.Diff([]string{"a", "d", "e"}, textsOf(after)); d != "" {
		t.Errorf("texts (-want +got):\n%s", d)
	}
}
