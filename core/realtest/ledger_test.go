package realtest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// ledger is what the parent knows of one log, from the reports of its children and
// from what it found itself.
type ledger struct {
	t      *testing.T
	dir    string
	acked  map[uint64]string // by sequence, the names of what was acknowledged
	doomed map[string]bool   // names that must never be seen
	held   map[uint64]string // what the log held when it was looked at, and what was dropped of it
	first  uint64            // events of lower sequence were dropped
	asked  uint64            // ... or may have been
	counts counts
}

// counts say what was tried, so that a test that tried nothing shows.
type counts struct {
	kills, opened, appended, doomed, events, handled, repeated, segments, dropped int
	cut                                                                           int64 // bytes of torn tails
}

func (c *counts) add(o counts) {
	c.kills += o.kills
	c.opened += o.opened
	c.appended += o.appended
	c.doomed += o.doomed
	c.events += o.events
	c.handled += o.handled
	c.repeated += o.repeated
	c.segments += o.segments
	c.dropped += o.dropped
	c.cut += o.cut
}

func (c counts) String() string {
	return fmt.Sprintf("%d kills, %d lives with an open log, %d events acknowledged and %d doomed, %d in the logs in %d segments, %d segments dropped, %d handled and %d of them again, %d bytes of torn tails",
		c.kills, c.opened, c.appended, c.doomed, c.events, c.segments, c.dropped, c.handled, c.repeated, c.cut)
}

func newLedger(t *testing.T) *ledger {
	return &ledger{
		t: t, dir: t.TempDir(),
		acked: make(map[uint64]string), doomed: make(map[string]bool), held: make(map[uint64]string),
	}
}

// note takes in one line of a child's report.
func (l *ledger) note(words []string) {
	l.t.Helper()
	switch words[0] {
	case "open":
		l.counts.opened++
	case "doomed":
		for _, name := range words[1:] {
			l.doomed[name] = true
			l.counts.doomed++
		}
	case "appended":
		var first uint64
		if _, err := fmt.Sscan(words[1], &first); err != nil {
			l.t.Fatalf("report %q: %v", words, err)
		}
		for i, name := range words[2:] {
			l.acked[first+uint64(i)] = name
			l.counts.appended++
		}
	case "dropping":
		if _, err := fmt.Sscan(words[1], &l.asked); err != nil {
			l.t.Fatalf("report %q: %v", words, err)
		}
	case "dropped":
		var segments int
		if _, err := fmt.Sscan(strings.Join(words[1:], " "), &l.first, &segments); err != nil {
			l.t.Fatalf("report %q: %v", words, err)
		}
		l.counts.dropped += segments
	default:
		l.t.Fatalf("report %q", words)
	}
}

// check opens the log and holds it against what is known of it.
func (l *ledger) check() {
	l.t.Helper()
	store, err := core.Open(ctx, afero.NewOsFs(), logDir(l.dir), core.Config{})
	if err != nil {
		l.t.Fatalf("open what was left: %v", err)
	}
	l.counts.cut += store.Recovery().Cut
	now := l.content(store)
	first := l.begins(store)
	for sequence, name := range l.acked {
		if got := now[sequence]; got != name && sequence >= first {
			l.t.Errorf("acknowledged %q at sequence %d, found %q", name, sequence, got)
		}
	}
	for sequence, name := range l.held {
		if got := now[sequence]; got != name && sequence >= first {
			l.t.Errorf("the log held %q at sequence %d, now %q", name, sequence, got)
		}
	}
	for sequence, name := range now {
		if l.doomed[name] {
			l.t.Errorf("%q at sequence %d was never committed", name, sequence)
		}
	}
	maps.Copy(l.held, now)
	l.checkDropped()
	l.counts.events = len(now)
	l.counts.segments = len(segments(l.t, l.dir))
	l.checkConsumer(store)
	if err := store.Close(); err != nil {
		l.t.Fatal(err)
	}
}

// begins checks where the log begins: at or behind what was dropped, and not behind what
// might be.
func (l *ledger) begins(store *core.Store) uint64 {
	l.t.Helper()
	if first := store.First(); first < l.first || first > max(l.first, l.asked) {
		l.t.Errorf("the log begins at %d, it began at %d and might be dropped up to %d", first, l.first, l.asked)
	}
	l.first = store.First()
	return l.first
}

// checkDropped checks that what was dropped had been handled: the one consumer was past it.
func (l *ledger) checkDropped() {
	l.t.Helper()
	handled := l.handled()
	for sequence, name := range l.acked {
		if sequence < l.first && !handled[sequence] {
			l.t.Errorf("%q at sequence %d was dropped and never handled", name, sequence)
		}
	}
}

// segments returns the paths of the journal's files.
func segments(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(logDir(dir), "segment-*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// content reads the whole log, by sequence.
func (l *ledger) content(store *core.Store) map[uint64]string {
	l.t.Helper()
	now, seen := make(map[uint64]string), make(map[string]bool)
	for sequence := range store.Frontier().Visible {
		e, found, err := store.Read(ctx, sequence)
		if err != nil {
			l.t.Fatal(err)
		}
		if !found {
			continue
		}
		name := nameOf(e.Payload)
		if name == "" || seen[name] {
			l.t.Errorf("sequence %d holds %.40q: nothing that was appended, or a second time", sequence, e.Payload)
		}
		now[sequence], seen[name] = name, true
	}
	return now
}

// checkConsumer checks that what was handled is in the log, in order within each
// life, and that the checkpoint does not stand beyond it.
func (l *ledger) checkConsumer(store *core.Store) {
	l.t.Helper()
	handled := l.handled()
	cursor, err := store.Cursor(ctx, core.Region{}, core.CursorConfig{Checkpoint: consumerID()})
	if err != nil {
		l.t.Fatalf("the consumer's checkpoint: %v", err)
	}
	defer cursor.Close()
	position, started := cursor.Position()
	if !started {
		return
	}
	for sequence, name := range l.held {
		if sequence <= position && !handled[sequence] {
			l.t.Errorf("the checkpoint stands at %d and %q at %d was never handled", position, name, sequence)
		}
	}
}

// handled reads what the children's workers wrote down.
func (l *ledger) handled() map[uint64]bool {
	l.t.Helper()
	b, err := os.ReadFile(handledPath(l.dir))
	if err != nil && !os.IsNotExist(err) {
		l.t.Fatal(err)
	}
	handled := make(map[uint64]bool)
	l.counts.handled, l.counts.repeated = 0, 0
	life, previous := "", uint64(0)
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "life ") {
			if line != life {
				life, previous = line, 0
			}
			continue
		}
		line, whole := strings.CutSuffix(line, written+"\n")
		if !whole {
			continue
		}
		var sequence uint64
		var name string
		if _, err := fmt.Sscan(line, &sequence, &name); err != nil {
			l.t.Fatalf("handled %q: %v", line, err)
		}
		if held, known := l.held[sequence]; held != name && (known || sequence >= l.first) {
			l.t.Errorf("%q was handled at sequence %d, where the log holds %q", name, sequence, l.held[sequence])
		}
		if sequence < previous {
			l.t.Errorf("in %s sequence %d was handled after %d", strings.TrimSpace(life), sequence, previous)
		}
		previous = sequence
		l.counts.handled++
		if handled[sequence] {
			l.counts.repeated++
		}
		handled[sequence] = true
	}
	return handled
}

// checkHandled checks that every event was handled at least once.
func (l *ledger) checkHandled() {
	l.t.Helper()
	handled := l.handled()
	for sequence, name := range l.held {
		if !handled[sequence] {
			l.t.Errorf("%q at sequence %d was never handled", name, sequence)
		}
	}
}
