package scenarios

// fencing knows who may be refused because of a fence: whose call went on while one was open,
// or about to be.
type fencing struct {
	open map[string]bool // by fence
	met  map[string]bool // by actor: one was open at some time since its last call began
}

func newFencing() fencing {
	return fencing{open: make(map[string]bool), met: make(map[string]bool)}
}

func (f *fencing) observe(e *Event) {
	switch e.Kind {
	case EventBegan: // a crash cancels
		clear(f.open)
		clear(f.met)
	case EventAttempt:
		f.met[e.Actor] = len(f.open) > 0
	case EventFencing:
		for _, actor := range sortedKeys(f.met) {
			f.met[actor] = true
		}
		f.met[e.Actor] = len(f.open) > 0
		f.open[e.Fence] = true
	case EventFenceless, EventFenceDone:
		delete(f.open, e.Fence)
	}
}

// refuses reports whether the actor's call may be refused.
func (f *fencing) refuses(actor string) bool { return f.met[actor] }
