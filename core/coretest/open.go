package coretest

import (
	"context"
	"strings"
	"time"

	"github.com/batpak/batpak-sim/core"
)

// A log that is closed and opened again has the same lineage and the same entries
// with the same sequences, and goes on after them.
func openAgain(f *fixture) {
	s := f.open()
	same(f, "recovery of a new log", s.Recovery(), core.Recovery{Created: true})
	f.append(s, "a", "b")
	_, err := s.AppendBatch(ctx, f.events("c", "d"))
	f.need(err)
	lineage, entries := s.Lineage(), f.entries(s)
	for life := range 3 {
		s = f.reopen(s)
		same(f, "lineage", s.Lineage(), lineage)
		same(f, "recovery", s.Recovery(), core.Recovery{Events: 4})
		same(f, "entries", f.entries(s), entries)
		want := core.Frontier{Allocated: 4, Written: 4, Durable: 4, Visible: 4}
		same(f, "frontier", s.Frontier(), want)
		if f.Failed() {
			f.Fatalf("in life %d", life)
		}
	}
	receipt, err := s.Append(ctx, f.event("e"))
	f.need(err)
	same(f, "receipt after reopen", receipt, core.Receipt{First: 4, Count: 1})
	f.need(s.Close())
}

// Two logs never share a lineage.
func openLineages(f *fixture) {
	a, b := f.open(), f.openAt(f.FS, f.Dir+"-2", core.AckDurable)
	if a.Lineage() == b.Lineage() {
		f.Errorf("two logs have lineage %v", a.Lineage())
	}
	f.need(a.Close())
	f.need(b.Close())
}

// Everything that a closed store is asked for is refused with ErrClosed.
func openClosed(f *fixture) {
	s := f.open()
	c := f.cursor(s)
	f.append(s, "a")
	fence, err := s.BeginFence(ctx)
	f.need(err)
	f.need(s.Close())
	for _, tt := range []struct {
		name string
		call func() error
	}{
		{"Append", func() error { _, err := s.Append(ctx, f.event("b")); return err }},
		{"AppendBatch", func() error { _, err := s.AppendBatch(ctx, f.events("b")); return err }},
		{"Sync", func() error { return s.Sync(ctx) }},
		{"BeginFence", func() error { _, err := s.BeginFence(ctx); return err }},
		{"Fence.Append", func() error { _, err := fence.Append(ctx, f.event("b")); return err }},
		{"Fence.Commit", func() error { return fence.Commit(ctx) }},
		{"Fence.Cancel", func() error { return fence.Cancel(ctx) }},
		{"Cursor", func() error { _, err := s.Cursor(ctx, core.Region{}, core.CursorConfig{}); return err }},
		{"durable Cursor", func() error { _, err := s.Cursor(ctx, core.Region{}, f.durably()); return err }},
		{"Worker", func() error { _, err := s.Worker(ctx, core.WorkerConfig{}, refuseDelivery(f)); return err }},
		{"RemoveCheckpoint", func() error { return s.RemoveCheckpoint(ctx, f.id()) }},
		{"Close", s.Close},
	} {
		f.fails(tt.name, tt.call(), core.ErrClosed)
	}
	f.polls(c, 9, "a")
	_, err = c.Pull(ctx, 9, time.Hour)
	f.fails("Pull", err, core.ErrClosed)

	_, err = core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime, Ack: core.AckWritten + 1})
	if err == nil || !strings.Contains(err.Error(), "Ack") {
		f.Errorf("Open with an illegal Ack = %v, want an error that names the field", err)
	}
}

// refuseDelivery is the handler of a worker that must not deliver.
func refuseDelivery(f *fixture) core.Handler {
	return func(_ context.Context, d core.Delivery) core.Action {
		f.Errorf("handler got %v, want no call", texts(d.Entries))
		return core.Stop
	}
}
