package sim

import (
	"context"
	"runtime"
	"runtime/debug"
)

// unwindCallMax bounds the calls into the Sim that one unwinding task may make before its deferred function is cut off.
const unwindCallMax = 1 << 12

// A Task is a piece of simulated code that runs as if on a goroutine of its own. Only one task runs at a time.
type Task struct {
	sim     *Sim
	process *Process
	id      int
	name    string
	body    func()

	// The coroutine; nil until the task runs first.
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool

	site     Site
	point    *Point // the yield point it passed last, which it passes again in a loop
	runnable bool
	in       *waiters    // what it waits in
	context  *simContext // whose end ends the wait; nil if none does
	mutex    *Mutex      // what it wants to lock
	held     []*Mutex
	timer    timer
	joiners  waiters

	returned  bool   // the body did
	fate      string // how it ended; empty until then
	panic     *PanicInfo
	reaping   bool // in the middle of a call to Kill
	unwinding bool // killed: deferred calls run
	balked    bool // one blocking call was let through while unwinding
	calls     int  // into the Sim while unwinding
}

// ID is the number of the task in its run: tasks count from 0 in the order of their creation.
func (t *Task) ID() int { return t.id }

// Name is the task's name: within a process other than the root, "process/name". A name that was used before in the
// process has the suffix #2, #3 and so on.
func (t *Task) Name() string { return t.name }

// Site is where the task stands.
func (t *Task) Site() Site { return t.site }

// Join parks the caller until t has ended, in whatever way. In a task that unwinds it returns at once.
// Outside a task it panics unless t has ended.
func (t *Task) Join() { t.join(nil) }

// JoinContext is Join until ctx ends at most. Its error is nil if t has ended, and otherwise that of ctx. See
// [Sim.WithCancel] for the contexts it takes.
func (t *Task) JoinContext(ctx context.Context) error {
	c := t.sim.contextOf("JoinContext", ctx)
	if t.join(c); t.fate != "" {
		return nil
	}
	return c.Err()
}

func (t *Task) join(c *simContext) {
	s := t.sim
	caller := s.acting()
	s.touch(aTask, t.name, false)
	switch over := t.fate != "" || c.Err() != nil; {
	case over && caller != nil:
		s.pause(caller, SiteJoin, t.name)
	case over:
	case caller == nil:
		s.balk("Join of task", t.name)
	default:
		t.joiners.add(caller)
		s.bind(caller, c)
		s.block(caller, SiteJoin, t.name)
		s.unbind(caller)
	}
}

// proceed runs t until it parks (true) or ends.
func (t *Task) proceed() bool {
	if t.next == nil {
		t.next, t.stop = coroutine(t.run)
	}
	_, parked := t.next()
	return parked
}

// run is the coroutine.
func (t *Task) run(yield func(struct{}) bool) {
	growStack(t.id)
	t.yield = yield
	defer t.settle()
	t.body()
	t.returned = true
}

// growStack makes room on the stack while there is nothing on it that would have to be moved: what tasks call is deep,
// and a stack that doubles step by step is copied frame by frame each time.
//
//go:noinline
func growStack(at int) byte {
	var room [stackRoom]byte
	return room[at%stackRoom] // by an index that the compiler does not know, or there would be no room
}

// stackRoom is the bytes of stack that a task begins with.
const stackRoom = 12 << 10

// settle is the last deferred call of a task. It finds out how the body ended.
func (t *Task) settle() {
	if t.returned {
		t.fate = fateReturned
		return
	}
	if v := recover(); v != nil {
		t.fate = fatePanicked
		t.panic = &PanicInfo{Task: t.name, Value: v, Stack: debug.Stack()}
		return
	}
	t.fate = fateExited
	if t.unwinding {
		t.fate = fateKilled
	}
}

// What becomes of a task.
const (
	fateReturned = "returned"
	fateKilled   = "killed"
	fatePanicked = "panicked"
	fateExited   = "exited" // called runtime.Goexit itself
)

// park hands control to the scheduler. It does not return if the task is killed meanwhile.
func (t *Task) park() {
	if !t.yield(struct{}{}) {
		// Not a panic: the code under test recovers from panics and must not survive its own death.
		runtime.Goexit()
	}
}

// spend counts a call of an unwinding task. Loops in deferred code thus come to an end: Goexit leaves the deferred
// function that makes one call too many, and the remaining deferred calls run.
func (t *Task) spend() {
	t.calls++
	if t.calls > unwindCallMax {
		runtime.Goexit()
	}
}

// balk lets the first blocking call of an unwinding task return and ends the deferred function at every further one.
func (t *Task) balk() {
	if t.balked {
		runtime.Goexit()
	}
	t.balked = true
}

// detach takes t out of everything that could make it run.
func (s *Sim) detach(t *Task) {
	s.unready(t)
	s.disarm(t)
	s.unbind(t)
	if t.in != nil {
		t.in.remove(t)
	}
}

// end does what is due when t has ended.
func (s *Sim) end(t *Task) {
	s.detach(t)
	s.touch(aTask, t.name, true)
	s.living--
	s.Hold(-taskBytes)
	if t.panic != nil {
		s.panicked(t.panic)
	}
	s.cfg.Trace.record(&Event{Task: t.name, Kind: KindEnd, Detail: t.fate})
	s.readyAll(&t.joiners)
	if s.living == len(s.idlers.tasks) {
		s.readyAll(&s.idlers)
	}
}
