package core

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// gateState is all that a gate's methods can change.
type gateState struct {
	Allocated, NextToken uint64
	Fence                fence
	View                 visibility
	Woken                uint64
}

var compareGates = cmp.AllowUnexported(gateState{}, fence{}, visibility{})

func stateOf(g *gate) gateState {
	return gateState{g.allocated, g.nextToken, g.fence, *g.snapshot(), g.wake.Epoch()}
}

func gateIs(t *testing.T, what string, g *gate, want gateState) {
	t.Helper()
	if d := cmp.Diff(want, stateOf(g), compareGates); d != "" {
		t.Errorf("gate %s (-want +got):\n%s", what, d)
	}
}

// gateAt is a gate of ten sequences, of which four are visible, lane 7 up to 3.
func gateAt(t *testing.T) *gate {
	t.Helper()
	g := newGate(newSolo())
	g.reserve(10)
	must(t, g.publish(4, []laneBound{{7, 3}}, "set up"))
	return g
}

// I-5.
func TestGateIsBornEmpty(t *testing.T) {
	gateIs(t, "at birth", newGate(newSolo()), gateState{NextToken: 1})
}

// I-6: sequences are handed out once, whatever becomes of them.
func TestGateReserve(t *testing.T) {
	g := newGate(newSolo())
	next := uint64(0)
	for _, n := range []uint64{1, 3, 0, 2} {
		if got := g.reserve(n); got != next {
			t.Errorf("reserve(%d) = %d, want %d", n, got, next)
		}
		next += n
		if got := g.next(); got != next {
			t.Errorf("next() = %d, want %d", got, next)
		}
	}
	gateIs(t, "after reserving", g, gateState{Allocated: 6, NextToken: 1})
}

// I-7, I-8, I-10, M-22, M-24, X-20: the bounds of a publish are legal, what lies
// beyond them is refused and changes nothing, and lanes that are not named stay.
func TestGatePublish(t *testing.T) {
	at := func(upTo uint64, lanes ...laneBound) visibility {
		return visibility{epoch: 2, visible: upTo, lanes: lanes}
	}
	for _, tt := range []struct {
		name  string
		upTo  uint64
		lanes []laneBound
		want  visibility
		err   *SequenceGateError // the bound that is refused; nil: the publish succeeds
	}{
		{"at allocated", 10, nil, at(10, laneBound{7, 3}), nil},
		{"beyond allocated", 11, nil, visibility{}, &SequenceGateError{"op", 11, 10, 4}},
		{"at visible", 4, nil, at(4, laneBound{7, 3}), nil},
		{"behind visible", 3, nil, visibility{}, &SequenceGateError{"op", 3, 10, 4}},
		{"between", 6, nil, at(6, laneBound{7, 3}), nil},
		{"new lanes", 6, []laneBound{{9, 6}, {1, 5}}, at(6, laneBound{1, 5}, laneBound{7, 3}, laneBound{9, 6}), nil},
		{"lane at its bound", 6, []laneBound{{7, 3}}, at(6, laneBound{7, 3}), nil},
		{"lane behind its bound", 6, []laneBound{{1, 5}, {7, 2}}, visibility{}, &SequenceGateError{"op", 2, 10, 3}},
		{"lane at the new bound", 6, []laneBound{{7, 6}}, at(6, laneBound{7, 6}), nil},
		{"lane beyond the new bound", 6, []laneBound{{7, 7}}, visibility{}, &SequenceGateError{"op", 7, 10, 3}},
		{"new lane beyond the new bound", 6, []laneBound{{8, 7}}, visibility{}, &SequenceGateError{"op", 7, 10, 0}},
		{"lane twice", 6, []laneBound{{7, 4}, {7, 5}}, at(6, laneBound{7, 5}), nil},
		{"lane twice, backwards", 6, []laneBound{{7, 5}, {7, 4}}, visibility{}, &SequenceGateError{"op", 4, 10, 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := gateAt(t)
			want, held := stateOf(g), g.snapshot()
			before := *held
			before.lanes = slices.Clone(held.lanes)
			err := g.publish(tt.upTo, tt.lanes, "op")
			if tt.err == nil {
				must(t, err)
				want.View, want.Woken = tt.want, want.Woken+1
			} else if d := cmp.Diff(error(tt.err), err); d != "" {
				t.Errorf("publish(%d, %v) (-want +got):\n%s", tt.upTo, tt.lanes, d)
			}
			gateIs(t, "after publish", g, want)
			if d := cmp.Diff(before, *held, compareGates); d != "" {
				t.Errorf("a view that a reader holds changed (-before +after):\n%s", d)
			}
		})
	}
}

// I-9: readers see the new view before anyone is woken, so that none who wakes
// finds the old one and parks again.
func TestGateWakesAfterTheView(t *testing.T) {
	rt := newSolo()
	g := newGate(rt)
	g.reserve(1)
	var visible, woken uint64
	rt.once(PointPublishSnapshot, func() { visible, woken = g.snapshot().visible, g.wake.Epoch() })
	must(t, g.publish(1, nil, "op"))
	if visible != 1 || woken != 0 || g.wake.Epoch() != 1 {
		t.Errorf("between view and wake: visible %d, epoch %d, want 1, 0; after it epoch %d, want 1", visible, woken, g.wake.Epoch())
	}
}

// I-13, I-14: all readers by the visible bound, those of a lane by its own.
func TestVisibilityBound(t *testing.T) {
	v := visibility{visible: 9, lanes: []laneBound{{0, 2}, {7, 5}}}
	for _, tt := range []struct {
		lane uint32
		only bool
		want uint64
	}{{0, false, 9}, {7, false, 9}, {0, true, 2}, {7, true, 5}, {3, true, 0}, {8, true, 0}} {
		if got := v.bound(tt.lane, tt.only); got != tt.want {
			t.Errorf("bound(%d, %v) = %d, want %d", tt.lane, tt.only, got, tt.want)
		}
	}
}

// M-34: a hidden range is half-open.
func TestVisibilityCancelled(t *testing.T) {
	v := visibility{hidden: []SeqRange{{2, 4}, {7, 8}}}
	var got []uint64
	for seq := range uint64(10) {
		if v.cancelled(seq) {
			got = append(got, seq)
		}
	}
	if d := cmp.Diff([]uint64{2, 3, 7}, got); d != "" {
		t.Errorf("cancelled sequences (-want +got):\n%s", d)
	}
}

// I-15, I-16: one fence at a time, each with a token of its own.
func TestGateFence(t *testing.T) {
	g := gateAt(t)
	token, err := g.beginFence()
	must(t, err)
	open := gateState{Allocated: 10, NextToken: 2, Fence: fence{1, 10}, View: *g.snapshot(), Woken: 1}
	gateIs(t, "with a fence", g, open)
	if second, err := g.beginFence(); !errors.Is(err, ErrFenceActive) {
		t.Errorf("second beginFence() = %d, %v, want %v", second, err, ErrFenceActive)
	}
	gateIs(t, "after a second begin", g, open)

	g.reserve(3)
	for _, tt := range []struct {
		token uint64
		want  SeqRange
		err   error
	}{{token, SeqRange{10, 13}, nil}, {noFence, SeqRange{}, ErrFenceActive}, {token + 1, SeqRange{}, ErrFenceNotActive}} {
		if got, err := g.fenced(tt.token); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("fenced(%d) = %v, %v, want %v, %v", tt.token, got, err, tt.want, tt.err)
		}
	}
	if err := g.endFence(token+1, true); !errors.Is(err, ErrFenceNotActive) {
		t.Errorf("endFence of another token = %v, want %v", err, ErrFenceNotActive)
	}
	must(t, g.endFence(token, false))
	if _, err := g.fenced(noFence); err != nil {
		t.Errorf("fenced(none) after the end = %v, want nil", err)
	}
	if again, err := g.beginFence(); again != 2 || err != nil {
		t.Errorf("next beginFence() = %d, %v, want 2", again, err)
	}
}

// X-6b: nothing passes the start of an open fence, be it asked for or not.
func TestGateFenceHoldsPublish(t *testing.T) {
	g := gateAt(t)
	token, err := g.beginFence()
	must(t, err)
	g.reserve(2)
	for upTo, want := range map[uint64]uint64{9: 9, 10: 10, 11: 10, 12: 10} {
		if got := g.publishable(upTo); got != want {
			t.Errorf("publishable(%d) = %d, want %d", upTo, got, want)
		}
	}
	before := stateOf(g)
	if err := g.publish(11, nil, "op"); !errors.As(err, new(*SequenceGateError)) {
		t.Errorf("publish past the fence = %v, want a SequenceGateError", err)
	}
	gateIs(t, "after a publish past the fence", g, before)
	must(t, g.publish(10, nil, "op"))
	must(t, g.endFence(token, false))
	if got := g.publishable(99); got != 12 {
		t.Errorf("publishable(99) without a fence = %d, want 12", got)
	}
	must(t, g.publish(12, nil, "op"))
}

// I-10, I-12, I-18: a cancel hides what the fence covers and moves no bound; the
// ranges are there before any view shows what stands behind them.
func TestGateCancel(t *testing.T) {
	g := gateAt(t)
	for _, tt := range []struct {
		events uint64
		want   []SeqRange
	}{
		{0, nil},
		{3, []SeqRange{{10, 13}}},
		{2, []SeqRange{{10, 15}}}, // touching: I-19
	} {
		token, err := g.beginFence()
		must(t, err)
		g.reserve(tt.events)
		before := stateOf(g)
		must(t, g.endFence(token, true))
		before.Fence, before.View.hidden = fence{}, tt.want
		if d := cmp.Diff(before, stateOf(g), compareGates, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("gate after a cancel of %d events (-want +got):\n%s", tt.events, d)
		}
	}
}

// I-11, M-25: a restored gate shows bounds, lanes and hidden ranges in one view,
// and its readers are woken once.
func TestGateRestore(t *testing.T) {
	g := newGate(newSolo())
	hidden, lanes := []SeqRange{{1, 3}}, []laneBound{{0, 4}, {7, 6}}
	must(t, g.restore(6, 5, hidden, lanes))
	gateIs(t, "restored", g, gateState{
		Allocated: 6, NextToken: 5, Woken: 1,
		View: visibility{epoch: 1, visible: 6, lanes: lanes, hidden: hidden},
	})
	if err := newGate(newSolo()).restore(6, 5, nil, []laneBound{{0, 7}}); !errors.As(err, new(*SequenceGateError)) {
		t.Errorf("restore of a lane beyond the end = %v, want a SequenceGateError", err)
	}
}
