package coretest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// Receipts number the events from zero on, without holes, and every watermark has
// reached what was acknowledged.
func appendReceipts(f *fixture) {
	s := f.open()
	same(f, "frontier of a new log", s.Frontier(), core.Frontier{})
	want := uint64(0)
	for _, texts := range [][]string{{"a"}, {"b", "c", "d"}, {"e"}} {
		receipt, err := s.AppendBatch(ctx, f.events(texts...))
		f.need(err)
		count := uint64(len(texts))
		same(f, "receipt", receipt, core.Receipt{First: want, Count: count})
		want += count
		same(f, "frontier", s.Frontier(), core.Frontier{Allocated: want, Written: want, Durable: want, Visible: want})
	}
	f.holds(s, "a", "b", "c", "d", "e")
	if e, ok := f.entry(s, want); ok {
		f.Errorf("Read(%d) = %v, want nothing", want, e)
	}
	f.need(s.Close())
}

// An entry, read or polled, is the event that was appended, and the engine keeps
// no reference to the caller's payload.
func appendEntries(f *fixture) {
	s := f.open()
	before := f.Runtime.Now().Truncate(time.Millisecond)
	ev := core.Event{Coordinate: f.coordinate("user:1", "room"), Kind: 0x2ABC, Lane: 7, Payload: []byte("payload")}
	_, err := s.Append(ctx, ev)
	f.need(err)
	after := f.Runtime.Now()
	clear(ev.Payload)

	e, ok := f.entry(s, 0)
	if !ok {
		f.Fatal("Read(0) = nothing, want the event")
	}
	if e.Time.Before(before) || e.Time.After(after) || e.Time.Location() != time.UTC {
		f.Errorf("Time = %v, want UTC between %v and %v", e.Time, before, after)
	}
	want := core.Entry{Coordinate: ev.Coordinate, Kind: 0x2ABC, Lane: 7, Time: e.Time, Payload: []byte("payload"), Hash: e.Hash}
	if e.Hash == (core.EventHash{}) {
		f.Error("Hash is zero")
	}
	same(f, "entry", e, want)
	same(f, "polled entries", f.entries(s), []core.Entry{want})
	f.need(s.Close())
}

// I-1: the clock counts the events of one entity on one lane, whatever the scope,
// across batches and across lives of the store.
func appendClocks(f *fixture) {
	s := f.open()
	on := func(entity, scope string, lane uint32) core.Event {
		return core.Event{Coordinate: f.coordinate(entity, scope), Kind: core.KindData, Lane: lane}
	}
	for _, batch := range [][]core.Event{
		{on("u", "x", 0), on("u", "y", 0), on("u", "x", 1), on("v", "x", 0)},
		{on("u", "x", 0)},
		{on("u", "x", 1), on("v", "y", 0)},
	} {
		_, err := s.AppendBatch(ctx, batch)
		f.need(err)
	}
	s = f.reopen(s)
	_, err := s.AppendBatch(ctx, []core.Event{on("u", "x", 0), on("w", "x", 0)})
	f.need(err)
	var clocks []uint32
	for _, e := range f.entries(s) {
		clocks = append(clocks, e.Clock)
	}
	same(f, "clocks", clocks, []uint32{0, 1, 0, 0, 2, 1, 1, 3, 0})
	f.need(s.Close())
}

// With AckWritten an append shows itself once it is durable and not before: X-1.
func appendWritten(f *fixture) {
	s := f.openAs(core.AckWritten)
	c := f.cursor(s)
	f.append(s, "a", "b")
	same(f, "frontier before sync", s.Frontier(), core.Frontier{Allocated: 2, Written: 2})
	f.polls(c, 9)
	if e, ok := f.entry(s, 0); ok {
		f.Errorf("Read(0) before sync = %v, want nothing", e)
	}
	f.need(s.Sync(ctx))
	same(f, "frontier after sync", s.Frontier(), core.Frontier{Allocated: 2, Written: 2, Durable: 2, Visible: 2})
	f.polls(c, 9, "a", "b")

	f.append(s, "c")
	s = f.reopen(s)
	f.holds(s, "a", "b", "c")
	f.need(s.Close())
}

// what is refused before anything is written takes no sequence.
func appendRefused(f *fixture) {
	s := f.open()
	f.append(s, "a")
	large := f.event(strings.Repeat("x", core.MaxPayload))
	for _, tt := range []struct {
		name  string
		batch []core.Event
		want  error
	}{
		{"empty batch", nil, core.ErrTooLarge},
		{"too many events", slices.Repeat(f.events("x"), core.MaxBatchEvents+1), core.ErrTooLarge},
		{"payload too long", []core.Event{f.event("x"), f.event(strings.Repeat("x", core.MaxPayload+1))}, core.ErrTooLarge},
		{"batch too long", []core.Event{large, large, large, large}, core.ErrTooLarge},
		{"no coordinate", []core.Event{f.event("x"), {Kind: core.KindData}}, core.ErrEmptyName},
		{"system kind", []core.Event{{Coordinate: large.Coordinate, Kind: core.KindSystemBatchCommit}}, core.ErrReservedKind},
		{"effect kind", []core.Event{{Coordinate: large.Coordinate, Kind: core.KindEffectAck}}, core.ErrReservedKind},
	} {
		receipt, err := s.AppendBatch(ctx, tt.batch)
		f.fails(tt.name, err, tt.want)
		same(f, tt.name+": receipt", receipt, core.Receipt{})
		same(f, tt.name+": frontier", s.Frontier(), core.Frontier{Allocated: 1, Written: 1, Durable: 1, Visible: 1})
	}
	f.append(s, "b")
	s = f.reopen(s)
	f.holds(s, "a", "b")
	same(f, "recovery", s.Recovery(), core.Recovery{Events: 2})
	f.need(s.Close())
}

// The bounds themselves are legal, and recovery reads what they let through.
func appendLargest(f *fixture) {
	s := f.open()
	_, err := s.AppendBatch(ctx, slices.Repeat(f.events("x"), core.MaxBatchEvents))
	f.need(err)
	payload := bytes.Repeat([]byte{0xAB}, core.MaxPayload)
	large := f.event(string(payload))
	_, err = s.AppendBatch(ctx, []core.Event{large, large, large})
	f.need(err)
	s = f.reopen(s)
	entries := f.entries(s)
	same(f, "entries", len(entries), core.MaxBatchEvents+3)
	if last := entries[len(entries)-1]; !bytes.Equal(last.Payload, payload) {
		f.Errorf("largest payload is %d bytes after reopen and differs, want %d", len(last.Payload), len(payload))
	}
	f.need(s.Close())
}

// T-21: tasks append at once, and a reader that pulls meanwhile gets every event,
// ascending, with every batch in one piece and each task's events in its order.
func appendConcurrent(f *fixture) {
	const writers, rounds, batch = 4, 8, 3
	const total = writers * rounds * (batch + 1)
	s := f.open()
	var pulled []core.Entry
	var pullErr error
	reader := f.Runtime.Go("reader", func() { pulled, pullErr = f.pullAll(s, total) })
	var tasks []core.Task
	for w := range writers {
		tasks = append(tasks, f.Runtime.Go("writer", func() { f.writeRounds(s, w, rounds, batch) }))
	}
	for _, task := range tasks {
		task.Join(ctx)
	}
	reader.Join(ctx)
	f.need(pullErr)
	f.checkRounds(pulled, writers, rounds, batch)
	f.need(s.Close())
}

// pullAll pulls until it has count entries or waits in vain.
func (f *fixture) pullAll(s *core.Store, count int) ([]core.Entry, error) {
	c, err := s.Cursor(ctx, core.Region{}, core.CursorConfig{})
	if err != nil {
		return nil, err
	}
	var all []core.Entry
	for len(all) < count {
		batch, err := c.Pull(ctx, 7, patience)
		if err != nil || len(batch) == 0 {
			return all, err
		}
		all = append(all, batch...)
	}
	return all, nil
}

// writeRounds appends in each round one event and then one batch. It runs in a
// task of its own, so it must not end the check.
func (f *fixture) writeRounds(s *core.Store, writer, rounds, batch int) {
	for round := range rounds {
		var events []core.Event
		for i := range batch {
			events = append(events, f.event(fmt.Sprintf("%d/%d/%d", writer, round, i)))
		}
		_, err := s.Append(ctx, f.event(fmt.Sprintf("%d/%d/single", writer, round)))
		if err == nil {
			_, err = s.AppendBatch(ctx, events)
		}
		if err != nil {
			f.Errorf("writer %d in round %d: %v", writer, round, err)
			return
		}
	}
}

func (f *fixture) checkRounds(pulled []core.Entry, writers, rounds, batch int) {
	of := make([][]core.Entry, writers)
	for i, e := range pulled {
		if e.Sequence != uint64(i) {
			f.Fatalf("pulled sequences %v: not dense", sequences(pulled))
		}
		w := int(e.Payload[0] - '0')
		of[w] = append(of[w], e)
	}
	for w, entries := range of {
		var want []string
		for round := range rounds {
			want = append(want, fmt.Sprintf("%d/%d/single", w, round))
			for i := range batch {
				want = append(want, fmt.Sprintf("%d/%d/%d", w, round, i))
			}
		}
		same(f, fmt.Sprintf("texts of writer %d", w), texts(entries), want)
		for i := 1; i < len(entries); i += batch + 1 {
			if span := entries[i+batch-1].Sequence - entries[i].Sequence; span != uint64(batch-1) {
				f.Errorf("writer %d: batch from sequence %d spans %d, want %d", w, entries[i].Sequence, span, batch-1)
			}
		}
	}
}
