//go:build race

package sim

import "runtime"

// coroutine is what it is without the race detector, on a goroutine that the two sides hand on by channels. The
// coroutines of [iter.Pull] never tell the race detector that they have ended: it keeps some 6 KiB of each for ever,
// which a sweep of a million tasks cannot afford (seen with Go 1.26).
func coroutine(body func(yield func(struct{}) bool)) (next func() (struct{}, bool), stop func()) {
	c := &handover{goOn: make(chan bool), parked: make(chan ending)}
	next = func() (struct{}, bool) {
		c.run(body, true)
		return struct{}{}, c.ending == alive
	}
	stop = func() { c.run(body, false) }
	return next, stop
}

// handover is the state of one coroutine. Its fields belong to the side that runs.
type handover struct {
	goOn    chan bool // to the body: whether to go on or to end
	parked  chan ending
	started bool
	ending  ending
}

type ending int

const (
	alive ending = iota
	returned
	exited // by Goexit
)

// run lets the body run until it parks or ends; when goOn is false, from where it stands to its end.
func (c *handover) run(body func(yield func(struct{}) bool), goOn bool) {
	switch {
	case c.ending != alive:
		return
	case c.started:
		c.goOn <- goOn
	case !goOn:
		c.ending = returned
		return
	default:
		c.started = true
		go c.live(body)
	}
	c.ending = <-c.parked
	if c.ending == exited {
		runtime.Goexit()
	}
}

func (c *handover) live(body func(yield func(struct{}) bool)) {
	end := exited
	defer func() { c.parked <- end }()
	body(func(struct{}) bool {
		c.parked <- alive
		return <-c.goOn
	})
	end = returned
}
