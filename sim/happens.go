package sim

// happens is the partial order of the stretches of a run, as one hash: two runs in which every stretch comes after the
// same conflicting ones have the same, however the others were interleaved, and stand in the same state.
type happens struct {
	sum     uint64 // over the hashes of all stretches
	barrier uint64 // hash of the latest stretch that conflicts with all
	drawn   uint64 // hash of what the running stretch has drawn
	tasks   []uint64
	objects map[touch]*history // the touch without write
}

// history is who touched an object.
type history struct {
	write uint64 // hash of the latest stretch that changed it
	reads uint64 // sum over those that have read it since
}

func (h *happens) reset() { *h = happens{objects: make(map[touch]*history)} }

// drew takes in a draw of the running stretch.
func (h *happens) drew(v uint64) { h.drawn = mix(h.drawn, v+1) }

// add takes in a stretch of task id.
func (h *happens) add(id int, f footprint) {
	for len(h.tasks) <= id {
		h.tasks = append(h.tasks, mix(uint64(len(h.tasks)), 1))
	}
	before, all, moved := h.before(f)
	hash := mix(mix(h.tasks[id], before), mix(h.barrier, h.drawn))
	h.drawn = 0
	h.tasks[id] = hash
	h.sum += hash
	for _, t := range f {
		if o := h.object(t); !t.write {
			o.reads += hash
		}
	}
	for _, t := range f {
		if o := h.object(t); t.write {
			o.write, o.reads = hash, 0
		}
	}
	if all {
		h.barrier = hash
	}
	if moved {
		h.barrier = mix(h.sum, 2)
	}
}

// before is a hash of the stretches that a new one with this footprint comes after.
func (h *happens) before(f footprint) (hash uint64, all, moved bool) {
	for _, t := range f {
		switch o := h.object(t); {
		case t.class == touchesAll:
			all = true
		case t.class == theTime:
			moved = true
		case t.write:
			hash += mix(o.write, o.reads)
		default:
			hash += mix(o.write, 0)
		}
	}
	if all {
		return h.sum, true, moved
	}
	return hash, false, moved
}

func (h *happens) object(t touch) *history {
	t.write = false
	o := h.objects[t]
	if o == nil {
		o = new(history)
		h.objects[t] = o
	}
	return o
}

// mix hashes two numbers into one.
func mix(a, b uint64) uint64 {
	h := a*0x9e3779b97f4a7c15 ^ b + 0x632be59bd9b4e019
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
