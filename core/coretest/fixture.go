package coretest

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// patience is how long a check waits for what must happen soon. A machine under
// load stays within it, and no wait that a check provokes is as short.
const patience = 10 * time.Second

// ctx is a context that cannot end.
var ctx = context.Background()

// fixture is one check at work: it reports to a test, on a machine.
type fixture struct {
	*testing.T
	Env
}

// need ends the check if err is not nil.
func (f *fixture) need(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// open opens the log; every append is durable when it is acknowledged.
func (f *fixture) open() *core.Store { return f.openAs(core.AckDurable) }

func (f *fixture) openAs(ack core.Ack) *core.Store {
	f.Helper()
	return f.openAt(f.FS, f.Dir, ack)
}

func (f *fixture) openAt(fs afero.Fs, dir string, ack core.Ack) *core.Store {
	f.Helper()
	s, err := core.Open(ctx, fs, dir, core.Config{Runtime: f.Runtime, Ack: ack})
	f.need(err)
	return s
}

// reopen closes s and opens the log again.
func (f *fixture) reopen(s *core.Store) *core.Store {
	f.Helper()
	f.need(s.Close())
	return f.open()
}

// append appends each text as an event of its own.
func (f *fixture) append(s *core.Store, texts ...string) {
	f.Helper()
	for _, text := range texts {
		_, err := s.Append(ctx, f.event(text))
		f.need(err)
	}
}

// event is an event with text as its payload; nothing else about it matters.
func (f *fixture) event(text string) core.Event {
	f.Helper()
	return core.Event{Coordinate: f.coordinate("user", "room"), Kind: core.KindData, Payload: []byte(text)}
}

func (f *fixture) events(texts ...string) []core.Event {
	f.Helper()
	events := make([]core.Event, len(texts))
	for i, text := range texts {
		events[i] = f.event(text)
	}
	return events
}

func (f *fixture) coordinate(entity, scope string) core.Coordinate {
	f.Helper()
	c, err := core.NewCoordinate(entity, scope)
	f.need(err)
	return c
}

// cursor makes a cursor over all events, without a checkpoint.
func (f *fixture) cursor(s *core.Store) *core.Cursor {
	f.Helper()
	return f.cursorOf(s, core.Region{}, core.CursorConfig{})
}

func (f *fixture) cursorOf(s *core.Store, region core.Region, config core.CursorConfig) *core.Cursor {
	f.Helper()
	c, err := s.Cursor(ctx, region, config)
	f.need(err)
	return c
}

// durably names the checkpoint under which every check keeps its position.
func (f *fixture) durably() core.CursorConfig { return core.CursorConfig{Checkpoint: f.id()} }

func (f *fixture) id() core.CheckpointID {
	f.Helper()
	id, err := core.NewCheckpointID("consumer")
	f.need(err)
	return id
}

// polls checks that the next events of c, at most max, are those texts.
func (f *fixture) polls(c *core.Cursor, max int, want ...string) {
	f.Helper()
	batch, err := c.PollBatch(ctx, max)
	f.need(err)
	same(f, "polled texts", texts(batch), want)
}

// holds checks that the log shows its readers exactly those texts.
func (f *fixture) holds(s *core.Store, want ...string) {
	f.Helper()
	same(f, "texts in the log", texts(f.entries(s)), want)
}

// entries returns all entries that readers of s see now.
func (f *fixture) entries(s *core.Store) []core.Entry {
	f.Helper()
	batch, err := f.cursor(s).PollBatch(ctx, 1<<20)
	f.need(err)
	return batch
}

// entry returns the entry of that sequence, if readers of s see it.
func (f *fixture) entry(s *core.Store, sequence uint64) (core.Entry, bool) {
	f.Helper()
	e, ok, err := s.Read(ctx, sequence)
	f.need(err)
	return e, ok
}

func texts(entries []core.Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, string(e.Payload))
	}
	return list
}

func sequences(entries []core.Entry) []uint64 {
	var list []uint64
	for _, e := range entries {
		list = append(list, e.Sequence)
	}
	return list
}

// same checks that two values are deeply equal.
func same[V any](f *fixture, what string, got, want V) {
	f.Helper()
	if !reflect.DeepEqual(got, want) {
		f.Errorf("%s = %v, want %v", what, got, want)
	}
}

// fails checks that err is target.
func (f *fixture) fails(what string, err, target error) {
	f.Helper()
	if !errors.Is(err, target) {
		f.Errorf("%s = %v, want %v", what, err, target)
	}
}

// failsAs checks that err holds an error of type E, and returns it.
func failsAs[E error](f *fixture, what string, err error) E {
	f.Helper()
	var typed E
	if !errors.As(err, &typed) {
		f.Fatalf("%s = %v, want a %T", what, err, typed)
	}
	return typed
}

// within checks that less than patience has passed since start.
func (f *fixture) within(what string, start time.Duration) {
	f.Helper()
	if took := f.Runtime.Elapsed() - start; took >= patience {
		f.Errorf("%s took %v, want less than %v", what, took, patience)
	}
}

// rest lets the other tasks run for a while: a task that waits for the check will
// have parked, most likely on a real machine, surely in a simulation.
func (f *fixture) rest() { f.sleep(5 * time.Millisecond) }

func (f *fixture) sleep(d time.Duration) { f.Runtime.Notifier("sleep").Wait(ctx, 0, d) }

func (f *fixture) journalPath() string { return filepath.Join(f.Dir, "segment-0000000000000001.bpj") }

func (f *fixture) checkpointPath() string {
	return filepath.Join(f.Dir, "cursors", f.id().String()+".ckpt")
}

func (f *fixture) read(path string) []byte {
	f.Helper()
	b, err := afero.ReadFile(f.FS, path)
	f.need(err)
	return b
}

// write replaces the content of the file at path, or creates it.
func (f *fixture) write(path string, content []byte) {
	f.Helper()
	f.need(f.FS.MkdirAll(filepath.Dir(path), 0o700))
	f.need(afero.WriteFile(f.FS, path, content, 0o600))
}

// flipped returns a copy of b with the bits of mask flipped in the byte at.
func flipped(b []byte, at int, mask byte) []byte {
	b = slices.Clone(b)
	b[at] ^= mask
	return b
}
