package sim

import "slices"

// A Decision is one draw as it was made: Value, out of [0, N), under Label.
type Decision struct {
	Label    string
	N, Value uint64
}

// Recorder is a Source that passes draws through to another and remembers them.
type Recorder struct {
	src       Source
	decisions []Decision
}

// NewRecorder records what src decides.
func NewRecorder(src Source) *Recorder { return &Recorder{src: src} }

// Draw implements [Source].
func (r *Recorder) Draw(label string, n uint64) uint64 {
	v := r.src.Draw(label, n)
	r.decisions = append(r.decisions, Decision{Label: label, N: n, Value: v})
	return v
}

// Decisions returns a copy of the draws so far, in the order in which they were made.
func (r *Recorder) Decisions() []Decision { return slices.Clone(r.decisions) }

// Replay is a Source that answers from a recorded list. It keeps one queue per label and never fails: where the
// list does not fit the run it adapts, and its counters tell.
type Replay struct {
	queues  map[string]*queue
	pending uint64

	exact, adapted, missing uint64
}

type queue struct{ rest []Decision }

// NewReplay answers draws from ds, in order within each label. It keeps no reference to ds.
func NewReplay(ds []Decision) *Replay {
	r := &Replay{queues: make(map[string]*queue), pending: uint64(len(ds))}
	for _, d := range ds {
		q := r.queues[d.Label]
		if q == nil {
			q = new(queue)
			r.queues[d.Label] = q
		}
		q.rest = append(q.rest, d)
	}
	return r
}

// Draw implements [Source]. Where the label's queue is exhausted it returns 0; a recorded value that is out of
// range is reduced modulo n.
func (r *Replay) Draw(label string, n uint64) uint64 {
	if n == 0 {
		panic("sim: Draw from an empty range")
	}
	q := r.queues[label]
	if q == nil || len(q.rest) == 0 {
		r.missing++
		return 0
	}
	d := q.rest[0]
	q.rest = q.rest[1:]
	r.pending--
	if d.N == n && d.Value < n {
		r.exact++
	} else {
		r.adapted++
	}
	return d.Value % n
}

// Exact counts the draws whose label and range were those of the recording.
func (r *Replay) Exact() uint64 { return r.exact }

// Adapted counts the draws that were answered from the recording although the range had changed.
func (r *Replay) Adapted() uint64 { return r.adapted }

// Missing counts the draws for which the recording held nothing.
func (r *Replay) Missing() uint64 { return r.missing }

// Unused counts the recorded decisions that nothing has asked for yet. A replay was faithful if, after the run,
// Adapted, Missing and Unused are all zero.
func (r *Replay) Unused() uint64 { return r.pending }
