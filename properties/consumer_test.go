package properties

import (
	"errors"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
)

// consumer is a reader of the log, durable or not, and what is known of it.
type consumer struct {
	config core.CursorConfig
	region core.Region

	cursor *core.Cursor // nil: not open
	place  place
	gaps   []core.GapObservation // observed and not taken

	saved  []place         // where its checkpoint may stand: more than one after a save that failed
	handed map[string]bool // the payloads of all that it was ever handed
}

// place is where a cursor stands.
type place struct {
	started  bool
	position uint64
}

func (p place) next() uint64 {
	if !p.started {
		return 0
	}
	return p.position + 1
}

func (c *consumer) durable() bool { return c.config.Checkpoint != core.CheckpointID{} }

// died forgets what ends with the process.
func (c *consumer) died() { c.cursor, c.gaps = nil, nil }

// due are the entries that the consumer has still to be handed, at most n.
func (c *consumer) due(log []core.Entry, n int) []core.Entry {
	list := matching(c.region, log)
	from := slices.IndexFunc(list, func(e core.Entry) bool { return e.Sequence >= c.place.next() })
	if from < 0 {
		return nil
	}
	return list[from:min(from+n, len(list))]
}

// open opens the cursor, and checks that it stands where it was saved.
func (c *consumer) open(t *rapid.T, s *core.Store) error {
	cursor, err := s.Cursor(ctx, c.region, c.config)
	if err != nil {
		return err
	}
	position, started := cursor.Position()
	c.cursor, c.place = cursor, place{started, position}
	if !slices.Contains(c.saved, c.place) {
		t.Fatalf("consumer %q resumes at %+v, its checkpoint may stand at %+v", c.config.Checkpoint, c.place, c.saved)
	}
	return nil
}

// poll polls at most n entries, and checks that they are those that are due.
func (c *consumer) poll(t *rapid.T, m *model, n int) {
	due := c.due(m.log(), n)
	got, err := c.cursor.PollBatch(ctx, n)
	need(t, err)
	if d := difference(due, got); d != "" {
		t.Fatalf("consumer %q at %+v, region %s (-due +polled):\n%s", c.config.Checkpoint, c.place, c.region.Identity(), d)
	}
	c.gaps = append(c.gaps, countGaps(c.place.next(), due, func(sequence uint64) bool { return m.hidden[sequence] })...)
	for _, e := range due {
		c.handed[string(e.Payload)] = true
		c.place = place{true, e.Sequence}
	}
}

// takeGaps checks the gaps since the last time.
func (c *consumer) takeGaps(t *rapid.T) {
	want := c.gaps[max(0, len(c.gaps)-c.config.Gaps):]
	if d := cmp.Diff(want, c.cursor.TakeGaps(), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("gaps of consumer %q (-counted +observed):\n%s", c.config.Checkpoint, d)
	}
	c.gaps = nil
}

// commit saves where the cursor stands.
func (c *consumer) commit(t *rapid.T) error {
	err := c.cursor.Commit(ctx)
	switch {
	case !c.durable():
		if !errors.Is(err, core.ErrNoCheckpoint) {
			t.Fatalf("Commit without an id = %v, want %v", err, core.ErrNoCheckpoint)
		}
		return nil
	case err == nil:
		c.saved = []place{c.place}
	default:
		c.saved = append(c.saved, c.place)
	}
	return err
}

// remove forgets the checkpoint.
func (c *consumer) remove(s *core.Store) error {
	err := s.RemoveCheckpoint(ctx, c.config.Checkpoint)
	if err == nil {
		c.saved = nil
	}
	c.saved = append(c.saved, place{})
	return err
}
