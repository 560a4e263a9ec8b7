package sim

// A Strategy decides which task goes next. It is asked at every step, also when only one task can run, and on
// whatever goroutine is then running; it never sees two calls at once.
type Strategy interface {
	// Next returns an index into c.Runnable, or [GiveUp]. Anything else makes Run panic.
	Next(c *Choice) int
}

// GiveUp, returned by a Strategy, ends the run there: nothing that could follow is of interest.
const GiveUp = -1

// A Choice is what a strategy knows at a step. It is valid only during the call.
type Choice struct {
	// Step is the number of this step; the first is 1.
	Step uint64
	// Current is the index of the task that ran last, or -1 if it cannot go on.
	Current int
	// Runnable holds the tasks that can run, ascending by [Task.ID]; there is at least one. Their [Task.Site]
	// tells what each does next.
	Runnable []*Task
}

// value is what choosing the i-th runnable task is called in a decision: 0 stays with the current task or, where that
// cannot go on, takes the first; the other tasks follow in order. So a schedule of zeros is one without pre-emption.
func (c *Choice) value(i int) uint64 {
	switch {
	case i == c.Current:
		return 0
	case i < c.Current:
		return uint64(i) + 1
	}
	return uint64(i)
}

// index is the inverse of value.
func (c *Choice) index(v uint64) int {
	switch i := int(v); {
	case i > c.Current:
		return i
	case i == 0:
		return c.Current
	default:
		return i - 1
	}
}

// A Site is where a task stands: what it does next when it is chosen.
type Site struct {
	Kind   string // one of the Site kinds
	Object string // name of the yield point, mutex, notifier, task or what was declared; empty for a sleep or a start
}

// Kinds of sites.
const (
	SiteStart  = "start"  // its first instruction
	SiteYield  = "yield"  // goes on from a yield point
	SiteLock   = "lock"   // acquires a mutex
	SiteWait   = "wait"   // looks at a notifier, or waits for it
	SiteNotify = "notify" // notifies
	SiteCancel = "cancel" // cancels a context
	SiteSleep  = "sleep"  // sleeps, or has slept
	SiteRead   = "read"   // reads the object, see Sim.Reads
	SiteWrite  = "write"  // reads and changes the object, see Sim.Writes
	SiteJoin   = "join"   // waits for the end of a task, or has seen it; with no object, of all others
)

// strategyOf returns the strategy that a source is or, if it is none, the default one on it.
func strategyOf(src Source) Strategy {
	if s, ok := src.(Strategy); ok {
		return s
	}
	return RandomWalk(src)
}

// Drive returns a source that is also a strategy: it draws from src and lets strategy decide the schedule.
func Drive(src Source, strategy Strategy) Source {
	return struct {
		Source
		Strategy
	}{src, strategy}
}

type randomWalk struct{ src Source }

// RandomWalk chooses uniformly among the runnable tasks, drawing under [LabelSchedule]; with one runnable task it
// draws nothing. A draw of 0 stays with the current task if that can go on, so that a schedule of zeros is one
// without pre-emption.
func RandomWalk(src Source) Strategy { return randomWalk{src} }

func (w randomWalk) Next(c *Choice) int {
	if len(c.Runnable) == 1 {
		return 0
	}
	return c.index(w.src.Draw(LabelSchedule, uint64(len(c.Runnable))))
}
