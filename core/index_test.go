package core

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// indexed returns an index of entries and the entries, with the sequences given:
// those between them were burned.
func indexed(entries ...*record) *index {
	x := newIndex()
	x.insert(entries)
	return x
}

// everything is a view that shows all sequences, on every lane that a test uses.
func everything() *visibility {
	v := &visibility{visible: 1 << 40}
	for lane := range uint32(10) {
		v.lanes = append(v.lanes, laneBound{lane, v.visible})
	}
	return v
}

// few draws from so few values that regions match often.
type few struct {
	entity, scope *rapid.Generator[string]
	kind          *rapid.Generator[Kind]
	lane, clock   *rapid.Generator[uint32]
}

func fewValues() few {
	return few{
		entity: rapid.SampledFrom([]string{"a", "a:b", "a:b:c", "ab", ":", "a:"}),
		scope:  rapid.SampledFrom([]string{"s", "t"}),
		kind:   rapid.SampledFrom([]Kind{0x1000, 0x1001, 0x2000, 0xF001}),
		lane:   rapid.SampledFrom([]uint32{0, 1, 7}),
		clock:  rapid.Uint32Range(0, 4),
	}
}

func (g few) entry() *rapid.Generator[*record] {
	return rapid.Custom(func(t *rapid.T) *record {
		return &record{
			Coordinate: Coordinate{g.entity.Draw(t, "entity"), g.scope.Draw(t, "scope")},
			Kind:       g.kind.Draw(t, "kind"), Lane: g.lane.Draw(t, "lane"), Clock: g.clock.Draw(t, "clock"),
		}
	})
}

func (g few) region() *rapid.Generator[Region] {
	return rapid.Custom(func(t *rapid.T) (r Region) {
		set := func(axis string) bool { return rapid.IntRange(0, 2).Draw(t, axis+" is set") == 0 }
		if set("entity") {
			r = r.WithEntity(rapid.SampledFrom([]string{"", "a", "a:b", "ab", "a:", "none"}).Draw(t, "prefix"))
		}
		if set("scope") {
			r = r.WithScope(rapid.SampledFrom([]string{"s", "t", "none"}).Draw(t, "scope"))
		}
		if set("fact") {
			kind := g.kind.Draw(t, "kind")
			r = r.WithFact(rapid.SampledFrom([]KindFilter{AnyKind(), ExactKind(kind), ExactKind(9), KindCategory(kind.Category())}).Draw(t, "filter"))
		}
		if set("clock") {
			start := g.clock.Draw(t, "from clock")
			r = r.WithClock(ClockRange{start, start + g.clock.Draw(t, "more clocks")})
		}
		if set("lane") {
			r = r.WithLane(g.lane.Draw(t, "lane"))
		}
		return r
	})
}

// log draws entries in ascending order, some sequences burned.
func (g few) log() *rapid.Generator[[]*record] {
	return rapid.Custom(func(t *rapid.T) []*record {
		entries := rapid.SliceOfN(g.entry(), 0, 20).Draw(t, "entries")
		next := uint64(0)
		for _, e := range entries {
			next += rapid.Uint64Range(0, 2).Draw(t, "burned")
			e.Sequence = next
			next++
		}
		return entries
	})
}

func aView(t *rapid.T) *visibility {
	seq := rapid.Uint64Range(0, 40)
	v := &visibility{visible: seq.Draw(t, "visible")}
	for _, lane := range []uint32{0, 1, 7} {
		if rapid.Bool().Draw(t, "lane is known") {
			v.lanes = append(v.lanes, laneBound{lane, min(seq.Draw(t, "bound"), v.visible)})
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "cancels") {
		start := seq.Draw(t, "start")
		v.hidden = append(v.hidden, SeqRange{start, start + rapid.Uint64Range(1, 4).Draw(t, "length")})
	}
	v.hidden = normalizeRanges(v.hidden)
	return v
}

// scan is query as one would write it with all the time in the world.
func scan(entries []*record, region Region, view *visibility, from uint64) []*record {
	lane, only := region.Lane()
	return slices.DeleteFunc(slices.Clone(entries), func(e *record) bool {
		hidden := slices.ContainsFunc(view.hidden, func(r SeqRange) bool { return r.Start <= e.Sequence && e.Sequence < r.End })
		return e.Sequence < from || e.Sequence >= view.bound(lane, only) || hidden || !region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock)
	})
}

// I-20 to I-22, T-36, T-38: for any region, view, beginning and limit a query finds
// the first entries that scanning all would find. And whatever lies before the
// place where it says to go on, and was not found, no later view can show.
func TestQueryAgainstScan(t *testing.T) {
	g := fewValues()
	rapid.Check(t, func(t *rapid.T) {
		entries, region, view := g.log().Draw(t, "log"), g.region().Draw(t, "region"), aView(t)
		from, limit := rapid.Uint64Range(0, 45).Draw(t, "from"), rapid.IntRange(1, 25).Draw(t, "limit")
		x := indexed(entries...)
		got, next := x.query(region, view, from, limit)
		all := scan(entries, region, view, from)
		if d := cmp.Diff(all[:min(limit, len(all))], got, compareRecords, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("query(%s, from %d, limit %d) (-want +got):\n%s", region.Identity(), from, limit, d)
		}
		later := everything()
		later.hidden = view.hidden
		shown, _ := x.query(region, later, from, 1<<20)
		shown = slices.DeleteFunc(shown, func(e *record) bool { return e.Sequence >= next })
		if d := cmp.Diff(got, shown, compareRecords, cmpopts.EquateEmpty()); d != "" || next < from {
			t.Fatalf("query(%s, from %d, limit %d) goes on at %d; before that a later view shows (-found +shown):\n%s",
				region.Identity(), from, limit, next, d)
		}
	})
}

// M-36, T-39: the range of clocks includes both its ends.
func TestQueryClockRange(t *testing.T) {
	var entries []*record
	for i := range uint32(6) {
		entries = append(entries, &record{Sequence: uint64(i), Coordinate: Coordinate{"u", "s"}, Clock: i})
	}
	found, _ := indexed(entries...).query(Region{}.WithFact(AnyKind()).WithClock(ClockRange{2, 4}), everything(), 0, 9)
	var clocks []uint32
	for _, e := range found {
		clocks = append(clocks, e.Clock)
	}
	if d := cmp.Diff([]uint32{2, 3, 4}, clocks); d != "" {
		t.Errorf("clocks in 2-4 (-want +got):\n%s", d)
	}
}

// I-3: what is inserted is not seen before the gate publishes.
func TestQueryShowsWhatIsPublished(t *testing.T) {
	x := indexed(&record{Coordinate: Coordinate{"u", "s"}, Lane: 7})
	for _, region := range []Region{{}, Region{}.WithLane(7), Region{}.WithEntity("u")} {
		if found, next := x.query(region, &visibility{}, 0, 9); len(found) != 0 || next != 0 {
			t.Errorf("query(%s) before a publish = %d entries, go on at %d, want none, 0", region.Identity(), len(found), next)
		}
		if found, next := x.query(region, &visibility{visible: 1, lanes: []laneBound{{7, 1}}}, 0, 9); len(found) != 1 || next != 1 {
			t.Errorf("query(%s) after it = %d entries, go on at %d, want 1, 1", region.Identity(), len(found), next)
		}
	}
}

// a region may name an entity by any of its namespaces.
func TestNamespaces(t *testing.T) {
	for entity, want := range map[string][]string{
		"a":     {"a"},
		"a:b:c": {"a", "a:b", "a:b:c"},
		":a":    {"", ":a"},
		"a::b":  {"a", "a:", "a::b"},
		"a:":    {"a", "a:"},
		":":     {"", ":"},
	} {
		if d := cmp.Diff(want, slices.Collect(namespaces(entity))); d != "" {
			t.Errorf("namespaces(%q) (-want +got):\n%s", entity, d)
		}
	}
	for first := range namespaces("a:b") { // a loop may end early
		if first != "a" {
			t.Errorf("first namespace of a:b = %q, want a", first)
		}
		break
	}
}

func TestIndexLookups(t *testing.T) {
	on := func(seq uint64, entity string, lane, clock uint32) *record {
		return &record{Sequence: seq, Coordinate: Coordinate{entity, "s"}, Lane: lane, Clock: clock}
	}
	x := indexed(on(0, "u", 0, 0), on(2, "u", 7, 0), on(3, "v", 0, 0), on(6, "u", 0, 1))
	for _, tt := range []struct {
		seq   uint64
		found bool
	}{{0, true}, {1, false}, {2, true}, {4, false}, {6, true}, {7, false}} {
		if e, found := x.at(tt.seq); found != tt.found || found && e.Sequence != tt.seq {
			t.Errorf("at(%d) = %v, %v, want %v", tt.seq, e, found, tt.found)
		}
	}
	for _, tt := range []struct { // M-34: the range is half-open
		in   SeqRange
		want []laneBound
	}{
		{SeqRange{0, 7}, []laneBound{{0, 7}, {7, 3}}},
		{SeqRange{0, 6}, []laneBound{{0, 4}, {7, 3}}},
		{SeqRange{1, 3}, []laneBound{{7, 3}}},
		{SeqRange{4, 6}, nil},
		{SeqRange{3, 3}, nil},
	} {
		if d := cmp.Diff(tt.want, x.laneBounds(tt.in)); d != "" {
			t.Errorf("laneBounds(%v) (-want +got):\n%s", tt.in, d)
		}
	}
}
