package coretest

import (
	"fmt"
	"strings"

	"github.com/batpak/batpak-sim/core"
)

// keyed is an event with a key and a text.
func (f *fixture) keyed(key, text string) core.Event {
	f.Helper()
	e := f.event(text)
	e.Key = key
	return e
}

// lands appends events and checks the receipt.
func (f *fixture) lands(s *core.Store, want core.Receipt, events ...core.Event) {
	f.Helper()
	got, err := s.AppendBatch(ctx, events)
	f.need(err)
	same(f, "receipt", got, want)
}

// I-26: an append that is tried again under its key appends nothing and gets the
// first receipt, in this life of the store and in the next.
func keyRepeats(f *fixture) {
	s := f.open()
	f.lands(s, core.Receipt{First: 0, Count: 1}, f.keyed("k", "a"))
	f.lands(s, core.Receipt{First: 1, Count: 2}, f.keyed("l", "b"), f.keyed("m", "c"))
	for range 2 {
		f.lands(s, core.Receipt{First: 0, Count: 1, Duplicate: true}, f.keyed("k", "a"))
		f.lands(s, core.Receipt{First: 1, Count: 2, Duplicate: true}, f.keyed("l", "b"), f.keyed("m", "c"))
		f.holds(s, "a", "b", "c")
		s = f.reopen(s)
	}
	f.lands(s, core.Receipt{First: 3, Count: 1}, f.keyed("n", "a"))
	f.lands(s, core.Receipt{First: 4, Count: 1}, f.event("a"))
	f.lands(s, core.Receipt{First: 5, Count: 1}, f.event("a"))
	same(f, "key of the fourth entry", f.entries(s)[3].Key, "n")
	f.need(s.Close())
}

// What is neither new nor a repetition is refused, and leaves nothing behind.
func keyConflicts(f *fixture) {
	s := f.open()
	f.lands(s, core.Receipt{First: 0, Count: 2}, f.keyed("k", "a"), f.keyed("l", "b"))
	other := f.keyed("k", "a")
	other.Lane = 1
	for _, tt := range []struct {
		name   string
		events []core.Event
		want   error
	}{
		{"other payload", []core.Event{f.keyed("k", "b"), f.keyed("l", "b")}, core.ErrKeyConflict},
		{"other lane", []core.Event{other, f.keyed("l", "b")}, core.ErrKeyConflict},
		{"another order", []core.Event{f.keyed("l", "b"), f.keyed("k", "a")}, core.ErrKeyConflict},
		{"only the last", []core.Event{f.keyed("m", "x"), f.keyed("l", "b")}, core.ErrKeyConflict},
		{"more than the batch", []core.Event{f.keyed("k", "a"), f.keyed("l", "b"), f.keyed("m", "x")}, core.ErrKeyConflict},
		{"twice in one batch", []core.Event{f.keyed("m", "x"), f.keyed("m", "x")}, core.ErrKeyConflict},
		{"not all", []core.Event{f.keyed("m", "x"), f.event("y")}, core.ErrKeysMixed},
		{"not the first", []core.Event{f.event("y"), f.keyed("m", "x")}, core.ErrKeysMixed},
		{"too long", []core.Event{f.keyed(strings.Repeat("k", core.MaxKey+1), "x")}, core.ErrTooLarge},
	} {
		_, err := s.AppendBatch(ctx, tt.events)
		f.fails(tt.name, err, tt.want)
	}
	f.lands(s, core.Receipt{First: 2, Count: 1}, f.keyed(strings.Repeat("k", core.MaxKey), "x"))
	f.holds(s, "a", "b", "x")
	f.need(s.Close())
}

// Upstream's I-26 keeps the key of a cancelled event, so that its repetition
// succeeds and is never seen. Here it is appended.
func keyCancelled(f *fixture) {
	s := f.open()
	fence, err := s.BeginFence(ctx)
	f.need(err)
	for range 2 {
		receipt, err := fence.Append(ctx, f.keyed("k", "a"))
		f.need(err)
		same(f, "first sequence under the fence", receipt.First, 0)
	}
	f.need(fence.Cancel(ctx))
	f.lands(s, core.Receipt{First: 1, Count: 1}, f.keyed("k", "a"))
	f.holds(s, "a")
	s = f.reopen(s)
	f.lands(s, core.Receipt{First: 1, Count: 1, Duplicate: true}, f.keyed("k", "a"))

	fence, err = s.BeginFence(ctx)
	f.need(err)
	_, err = fence.Append(ctx, f.keyed("l", "b"))
	f.need(err)
	f.need(fence.Commit(ctx))
	f.lands(s, core.Receipt{First: 2, Count: 1, Duplicate: true}, f.keyed("l", "b"))
	fence, err = s.BeginFence(ctx)
	f.need(err)
	_, err = fence.Append(ctx, f.keyed("m", "c"))
	f.need(err)
	s = f.reopen(s) // the fence is never resolved
	f.lands(s, core.Receipt{First: 4, Count: 1}, f.keyed("m", "c"))
	f.holds(s, "a", "b", "c")
	f.need(s.Close())
}

// A key is known as long as Config.KeyWindow says, to the sequence.
func keyWindow(f *fixture) {
	open := func() *core.Store {
		s, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime, KeyWindow: 3})
		f.need(err)
		return s
	}
	s := open()
	for i := range uint64(3) {
		f.lands(s, core.Receipt{First: i, Count: 1}, f.keyed(fmt.Sprint(i), "x"))
	}
	f.lands(s, core.Receipt{First: 0, Count: 1, Duplicate: true}, f.keyed("0", "x"))
	f.append(s, "filler")
	for range 2 {
		f.lands(s, core.Receipt{First: 1, Count: 1, Duplicate: true}, f.keyed("1", "x"))
		f.need(s.Close())
		s = open()
	}
	f.lands(s, core.Receipt{First: 4, Count: 1}, f.keyed("0", "x"))
	f.lands(s, core.Receipt{First: 5, Count: 1}, f.keyed("1", "x"))
	f.lands(s, core.Receipt{First: 4, Count: 1, Duplicate: true}, f.keyed("0", "x"))
	f.need(s.Close())
}
