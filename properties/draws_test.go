package properties

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// often checks a cheap property with times as many inputs as rapid is asked for.
func often(t *testing.T, times int, prop func(*rapid.T)) {
	t.Helper()
	checks, err := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	if err != nil {
		t.Fatal(err)
	}
	set(t, "rapid.checks", strconv.Itoa(checks*times))
	rapid.Check(t, prop)
}

// legalName draws a legal name of a coordinate, out of few, so that names are equal,
// or lie in each other's namespace, or look like something else, often enough.
func legalName() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"a", "a:b", "a:", "a:b:c", "ab", ":", ":a", "*", "none", "any", "\"a\"", "a\" scope=\"b", "é", "日本", "\u202e"}),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab:*\" \\é.")), 1, 5, -1),
	).Filter(func(s string) bool {
		_, err := core.NewCoordinate(s, s)
		return err == nil
	})
}

func coordinate() *rapid.Generator[core.Coordinate] {
	return rapid.Custom(func(t *rapid.T) core.Coordinate {
		c, err := core.NewCoordinate(legalName().Draw(t, "entity"), rapid.SampledFrom([]string{"s", "s:t", "*"}).Draw(t, "scope"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	})
}

func kind() *rapid.Generator[core.Kind] {
	return rapid.SampledFrom([]core.Kind{core.KindData, 0x1001, 0x2000, 0x2FFF, 0xF000})
}

// event draws an event whose payload begins with a name of its own.
func event(t *rapid.T, name string) core.Event {
	payload := []byte(name + " ")
	if rapid.IntRange(0, 7).Draw(t, "long") == 7 {
		payload = append(payload, make([]byte, rapid.IntRange(0, 1500).Draw(t, "padding"))...)
	}
	return core.Event{
		Coordinate: coordinate().Draw(t, "coordinate"),
		Kind:       kind().Draw(t, "kind"),
		Lane:       rapid.Uint32Range(0, 2).Draw(t, "lane"),
		Payload:    payload,
	}
}

// legalRegion draws a region that a cursor takes; each axis may be set.
func legalRegion() *rapid.Generator[core.Region] {
	return rapid.Custom(func(t *rapid.T) core.Region {
		var r core.Region
		if rapid.Bool().Draw(t, "by entity") {
			r = r.WithEntity(rapid.OneOf(legalName(), rapid.Just("")).Draw(t, "entity"))
		}
		if rapid.Bool().Draw(t, "by scope") {
			r = r.WithScope(rapid.SampledFrom([]string{"s", "s:t", "*"}).Draw(t, "scope"))
		}
		if rapid.Bool().Draw(t, "by fact") {
			r = r.WithFact(fact().Draw(t, "fact"))
		}
		if rapid.Bool().Draw(t, "by clock") {
			start := rapid.Uint32Range(0, 4).Draw(t, "start")
			r = r.WithClock(core.ClockRange{Start: start, End: start + rapid.Uint32Range(0, 4).Draw(t, "length")})
		}
		if rapid.Bool().Draw(t, "by lane") {
			r = r.WithLane(rapid.Uint32Range(0, 3).Draw(t, "lane"))
		}
		return r
	})
}

func fact() *rapid.Generator[core.KindFilter] {
	return rapid.OneOf(
		rapid.Just(core.AnyKind()),
		rapid.Map(kind(), core.ExactKind),
		rapid.Map(rapid.SampledFrom([]uint8{1, 2, 15}), core.KindCategory),
	)
}

// machine is what a store needs that no simulation schedules: a disk, and a runtime on
// which nothing ever waits.
type machine struct {
	disk    *simfs.FS
	runtime core.Runtime
}

// newMachine returns one whose decisions are rapid's.
func newMachine(t *rapid.T, config simfs.Config) machine {
	draw := func(label string, n uint64) uint64 { return rapid.Uint64Range(0, n-1).Draw(t, label) }
	config.Choose = draw
	disk, err := simfs.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return machine{disk, scenarios.NewRuntime(sim.New(sim.Config{}), sim.SourceFunc(draw))}
}

const logDir = "/log"

func (m machine) open(t *rapid.T) *core.Store {
	t.Helper()
	s, err := core.Open(ctx, m.disk, logDir, core.Config{Runtime: m.runtime})
	need(t, err)
	return s
}

func need(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func checkpointID(t *rapid.T, name string) core.CheckpointID {
	t.Helper()
	id, err := core.NewCheckpointID(name)
	need(t, err)
	return id
}

// appendSome appends events in batches and under fences, some of which are cancelled,
// and returns the entries that readers may see and the sequences that they may not.
func appendSome(t *rapid.T, s *core.Store) (visible []core.Entry, cancelled []uint64) {
	t.Helper()
	for i := range rapid.IntRange(0, 12).Draw(t, "appends") {
		events := make([]core.Event, rapid.IntRange(1, 4).Draw(t, "events"))
		for j := range events {
			events[j] = event(t, fmt.Sprintf("%d.%d", i, j))
		}
		outcome := rapid.SampledFrom([]string{"append", "append", "commit", "cancel"}).Draw(t, "how")
		first := appendAs(t, s, outcome, events)
		for j := range events {
			if outcome == "cancel" {
				cancelled = append(cancelled, first+uint64(j))
			} else if e, ok, err := s.Read(ctx, first+uint64(j)); err == nil && ok {
				visible = append(visible, e)
			} else {
				t.Fatalf("sequence %d cannot be read after its %s", first+uint64(j), outcome)
			}
		}
	}
	return visible, cancelled
}

// appendAs appends the events as one batch, under a fence with that outcome or none,
// and returns the first sequence.
func appendAs(t *rapid.T, s *core.Store, outcome string, events []core.Event) uint64 {
	t.Helper()
	if outcome == "append" {
		receipt, err := s.AppendBatch(ctx, events)
		need(t, err)
		return receipt.First
	}
	fence, err := s.BeginFence(ctx)
	need(t, err)
	receipt, err := fence.AppendBatch(ctx, events)
	need(t, err)
	if outcome == "commit" {
		need(t, fence.Commit(ctx))
	} else {
		need(t, fence.Cancel(ctx))
	}
	return receipt.First
}

// matching are the entries that lie in the region.
func matching(region core.Region, entries []core.Entry) []core.Entry {
	var list []core.Entry
	for _, e := range entries {
		if region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock) {
			list = append(list, e)
		}
	}
	return list
}

// difference says how two lists of entries differ, or nothing.
func difference(want, got []core.Entry) string {
	if slices.EqualFunc(want, got, sameEntry) {
		return ""
	}
	return cmp.Diff(want, got, cmp.Comparer(sameEntry))
}

func sameEntry(a, b core.Entry) bool {
	return a.Sequence == b.Sequence && a.Coordinate == b.Coordinate && a.Kind == b.Kind && a.Lane == b.Lane &&
		a.Clock == b.Clock && a.Time.Equal(b.Time) && bytes.Equal(a.Payload, b.Payload)
}
