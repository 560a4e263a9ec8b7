package properties

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/simfs"
)

// twoRegions draws two different regions, as often as not differing in one axis only,
// or in whether an axis that keeps everything is set.
func twoRegions() *rapid.Generator[[2]core.Region] {
	return rapid.Custom(func(t *rapid.T) [2]core.Region {
		a := legalRegion().Draw(t, "one")
		b := rapid.OneOf(legalRegion(), rapid.SampledFrom([]core.Region{
			a.WithFact(core.AnyKind()), a.WithLane(0), a.WithEntity("*"), a.WithScope("*"),
			a.WithClock(core.ClockRange{}), a.WithClock(core.ClockRange{End: 1<<32 - 1}),
		})).Draw(t, "other")
		return [2]core.Region{a, b}
	}).Filter(func(pair [2]core.Region) bool { return pair[0] != pair[1] })
}

// A checkpoint opens under the region that it was saved for, and under no other: not
// before the first event and not after, not in this life of the store and not in the
// next. C-12.
func TestRegionMismatchIsRefused(t *testing.T) {
	often(t, 5, func(t *rapid.T) {
		m := newMachine(t, simfs.Config{})
		s := m.open(t)
		appendSome(t, s)
		pair := twoRegions().Draw(t, "regions")
		config := core.CursorConfig{Checkpoint: checkpointID(t, "consumer")}
		c, err := s.Cursor(ctx, pair[0], config)
		need(t, err)
		_, err = c.PollBatch(ctx, rapid.IntRange(0, 5).Draw(t, "polled"))
		need(t, err)
		position, started := c.Position()
		need(t, c.Commit(ctx))
		need(t, c.Close())
		if rapid.Bool().Draw(t, "reopen") {
			need(t, s.Close())
			s = m.open(t)
		}
		refusesRegion(t, s, pair, config)
		c, err = s.Cursor(ctx, pair[0], config)
		need(t, err)
		if p, ok := c.Position(); p != position || ok != started {
			t.Fatalf("after the refusal the cursor stands on %d, %t, want %d, %t", p, ok, position, started)
		}
	})
}

// refusesRegion checks that the checkpoint of the first region is refused under the
// second, by cursors and workers, with an error that names both.
func refusesRegion(t *rapid.T, s *core.Store, pair [2]core.Region, config core.CursorConfig) {
	t.Helper()
	_, err := s.Cursor(ctx, pair[1], config)
	var mismatch *core.MismatchError
	if !errors.Is(err, core.ErrRegionMismatch) || !errors.As(err, &mismatch) {
		t.Fatalf("checkpoint of %s under %s: %v, want %v", pair[0].Identity(), pair[1].Identity(), err, core.ErrRegionMismatch)
	}
	if mismatch.Stored != pair[0].Identity() || mismatch.Expected != pair[1].Identity() {
		t.Fatalf("refusal names %q and %q, want %q and %q", mismatch.Stored, mismatch.Expected, pair[0].Identity(), pair[1].Identity())
	}
	_, err = s.Worker(ctx, core.WorkerConfig{Region: pair[1], Checkpoint: config.Checkpoint}, func(context.Context, core.Delivery) core.Action {
		t.Errorf("a worker of another region was handed something")
		return core.Stop
	})
	if !errors.Is(err, core.ErrRegionMismatch) {
		t.Fatalf("worker = %v, want %v", err, core.ErrRegionMismatch)
	}
}

// What a region holds does not depend on the log: an event lies in it or not, and each
// axis narrows it..
func TestRegionsNarrow(t *testing.T) {
	often(t, 20, func(t *rapid.T) {
		r := legalRegion().Draw(t, "region")
		c, k := coordinate().Draw(t, "coordinate"), kind().Draw(t, "kind")
		lane, clock := rapid.Uint32Range(0, 3).Draw(t, "lane"), rapid.Uint32Range(0, 8).Draw(t, "clock")
		inside := r.Matches(c, k, lane, clock)
		for _, narrowed := range []core.Region{
			r.WithEntity(c.Entity()), r.WithScope(c.Scope()), r.WithLane(lane),
			r.WithFact(core.ExactKind(k)), r.WithClock(core.ClockRange{Start: clock, End: clock}),
		} {
			if inside && !narrowed.Matches(c, k, lane, clock) {
				t.Fatalf("%v %v lane %d clock %d lies in %s, not in %s", c, k, lane, clock, r.Identity(), narrowed.Identity())
			}
		}
		if !(core.Region{}).Matches(c, k, lane, clock) {
			t.Fatalf("%v %v lane %d clock %d does not lie in the region of everything", c, k, lane, clock)
		}
	})
}
