package sim

import (
	"io"
	"slices"
)

// KeepAll makes a trace keep every event.
const KeepAll = -1

// TraceConfig says what a trace keeps besides its digest. The zero value keeps nothing.
type TraceConfig struct {
	// Keep is how many of the latest events are kept; zero keeps none, [KeepAll] (or any negative number) all.
	Keep int
	// Observe, if not nil, sees every event at once, in the middle of the step that emitted it. It may emit
	// further events and read the Sim; it must not do anything that could switch tasks, kill or panic.
	Observe func(Event)
}

// Trace is what happened in a run: a digest of all events and as many of them as its configuration keeps.
type Trace struct {
	cfg    TraceConfig
	sim    *Sim // nil until New binds it
	free   bool // what it keeps does not count for Config.MemoryMax
	digest uint64
	count  uint64
	events []Event // a ring when cfg.Keep > 0, with the oldest at count % Keep once it is full
}

// NewTrace returns an empty trace, for one Sim.
func NewTrace(cfg TraceConfig) *Trace { return &Trace{cfg: cfg, digest: digestStart} }

// newWitness returns a trace that keeps all of a run and does not change it: other traces count for the memory bound.
func newWitness() *Trace {
	return &Trace{cfg: TraceConfig{Keep: KeepAll}, free: true, digest: digestStart}
}

// Emit records an event; the trace fills in the step, the virtual time and the name of the running task. Events
// emitted by a task that unwinds count as all others do. It allocates nothing when no events are kept.
// It panics if there are more than 4 args.
func (t *Trace) Emit(kind, object, detail string, args ...uint64) {
	if len(args) > len(Event{}.Args) {
		panic("sim: Emit takes at most 4 args")
	}
	e := Event{Kind: kind, Object: object, Detail: detail}
	copy(e.Args[:], args)
	if t.sim != nil {
		t.sim.touch(theTrace, "", true)
		e.Task = t.sim.TaskName()
	}
	t.record(&e)
}

func (t *Trace) record(e *Event) {
	if t.sim != nil {
		e.Step, e.Time = t.sim.steps, t.sim.now
	}
	t.digest = e.digest(t.digest)
	t.keep(e)
	t.count++
	if t.cfg.Observe != nil {
		t.cfg.Observe(*e)
	}
}

func (t *Trace) keep(e *Event) {
	switch n := t.cfg.Keep; {
	case n == 0:
	case n < 0 || len(t.events) < n:
		t.events = append(t.events, *e)
		if t.sim != nil && !t.free {
			t.sim.held += eventBytes
		}
	default:
		t.events[t.count%uint64(n)] = *e
	}
}

// Digest is a 64-bit hash of all events so far, the same on every machine. It is made to find differences, not to resist
// forgery.
func (t *Trace) Digest() uint64 { return t.digest }

// Count is the number of events so far, kept or not.
func (t *Trace) Count() uint64 { return t.count }

// Events returns a copy of the events that were kept, oldest first.
func (t *Trace) Events() []Event {
	if n := t.cfg.Keep; n > 0 && len(t.events) == n {
		oldest := int(t.count % uint64(n))
		return slices.Concat(t.events[oldest:], t.events[:oldest])
	}
	return slices.Clone(t.events)
}

// WriteTo writes the kept events to w, one line each, in the format of [Event.String].
func (t *Trace) WriteTo(w io.Writer) (int64, error) {
	var total int64
	var line []byte
	for _, e := range t.Events() {
		line = append(e.appendLine(line[:0]), '\n')
		n, err := w.Write(line)
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
