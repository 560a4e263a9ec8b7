package core

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// solo is a Runtime with one task and virtual time: time moves while that task
// waits, and only then. What else happens, a test scripts: at a time, or when a
// yield point is reached.
type solo struct {
	now        time.Duration
	identities byte
	later      []appointment
	at         map[Point]func() // taken out when it is called
	passed     []Point
}

type appointment struct {
	due time.Duration
	do  func()
}

func newSolo() *solo { return &solo{at: make(map[Point]func())} }

// after does something once that much time has passed.
func (r *solo) after(d time.Duration, do func()) {
	r.later = append(r.later, appointment{r.now + d, do})
	slices.SortStableFunc(r.later, func(a, b appointment) int { return int(a.due - b.due) })
}

// once does something the next time that the point is reached.
func (r *solo) once(point Point, do func()) { r.at[point] = do }

func (r *solo) Now() time.Time         { return time.UnixMilli(1_700_000_000_000).Add(r.now) }
func (r *solo) Elapsed() time.Duration { return r.now }

func (r *solo) Identity() [16]byte {
	r.identities++
	return [16]byte{0: 0xCA, 15: r.identities}
}

func (r *solo) WithCancel(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(parent)
}

func (r *solo) Yield(point Point) {
	r.passed = append(r.passed, point)
	if do, ok := r.at[point]; ok {
		delete(r.at, point)
		do()
	}
}

// Go starts nothing: the task runs when it is joined.
func (r *solo) Go(_ string, body func()) Task { return &soloTask{body: body} }

type soloTask struct{ body func() }

func (t *soloTask) Join(context.Context) error {
	if body := t.body; body != nil {
		t.body = nil
		body()
	}
	return nil
}

func (r *solo) Mutex(name string) Mutex { return &soloMutex{name: name} }

// soloMutex panics where one task would wait for itself.
type soloMutex struct {
	name   string
	locked bool
}

func (m *soloMutex) Lock(context.Context) error {
	if m.locked {
		panic(fmt.Sprintf("deadlock on mutex %q", m.name))
	}
	m.locked = true
	return nil
}

func (m *soloMutex) Unlock() { m.locked = false }

func (r *solo) Notifier(string) Notifier { return &soloNotifier{rt: r} }

type soloNotifier struct {
	rt    *solo
	epoch uint64
	waits int
}

func (n *soloNotifier) Epoch() uint64 { return n.epoch }
func (n *soloNotifier) Notify()       { n.epoch++ }

// Wait moves the time to whatever comes next.
func (n *soloNotifier) Wait(_ context.Context, since uint64, timeout time.Duration) bool {
	n.waits++
	until := n.rt.now + timeout
	for n.epoch == since && len(n.rt.later) > 0 && n.rt.later[0].due <= until {
		next := n.rt.later[0]
		n.rt.later = n.rt.later[1:]
		n.rt.now = next.due
		next.do()
	}
	if n.epoch != since {
		return true
	}
	n.rt.now = max(n.rt.now, until)
	return false
}

// ctx is a context that cannot end.
var ctx = context.Background()

// soloStore opens a log in memory on a runtime of its own.
func soloStore(t testing.TB, ack Ack) (*Store, *solo) {
	t.Helper()
	rt := newSolo()
	return openOn(t, afero.NewMemMapFs(), Config{Runtime: rt, Ack: ack}), rt
}

func openOn(t testing.TB, fs afero.Fs, config Config) *Store {
	t.Helper()
	s, err := Open(ctx, fs, "/log", config)
	must(t, err)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func textEvent(text string) Event {
	return Event{Coordinate: Coordinate{"user", "room"}, Kind: KindData, Payload: []byte(text)}
}

func appendTexts(t testing.TB, s *Store, texts ...string) {
	t.Helper()
	for _, text := range texts {
		_, err := s.Append(ctx, textEvent(text))
		must(t, err)
	}
}

func textsOf(entries []Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, string(e.Payload))
	}
	return list
}

// logHolds checks which texts readers of s see.
func logHolds(t testing.TB, s *Store, want ...string) {
	t.Helper()
	c := cursorOn(t, s, Region{})
	defer c.Close()
	polls(t, c, want...)
}

func cursorOn(t testing.TB, s *Store, region Region) *Cursor {
	t.Helper()
	c, err := s.Cursor(ctx, region, CursorConfig{})
	must(t, err)
	return c
}

func polls(t testing.TB, c *Cursor, want ...string) {
	t.Helper()
	batch, err := c.PollBatch(ctx, 1<<20)
	must(t, err)
	if d := cmp.Diff(want, textsOf(batch)); d != "" {
		t.Errorf("polled texts (-want +got):\n%s", d)
	}
}
