package sim

// A Strategy decides which task goes next. It is asked at every step, also when only one task can run, and on
// whatever goroutine is then running; it never sees two calls at once.
type Strategy interface {
	// Next returns an index into c.Runnable. An index out of range makes Run panic.
	Next(c *Choice) int
}

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

// A Site is where a task stands: what it does next when it is chosen.
type Site struct {
	Kind   string // one of the Site kinds
	Object string // name of the yield point, mutex, notifier or task; empty for a sleep or a start
}

// Kinds of sites.
const (
	SiteStart  = "start"  // its first instruction
	SiteYield  = "yield"  // goes on from a yield point
	SiteLock   = "lock"   // acquires a mutex
	SiteWait   = "wait"   // looks at a notifier, or waits for it
	SiteNotify = "notify" // notifies
	SiteSleep  = "sleep"  // sleeps, or has slept
	SiteJoin   = "join"   // waits for the end of a task, or has seen it
)

type randomWalk struct{ src Source }

// RandomWalk chooses uniformly among the runnable tasks, drawing under [LabelSchedule]; with one runnable task it
// draws nothing. A draw of 0 stays with the current task if that can go on, so that a schedule of zeros is one
// without pre-emption.
func RandomWalk(src Source) Strategy { return randomWalk{src} }

func (w randomWalk) Next(c *Choice) int {
	if len(c.Runnable) == 1 {
		return 0
	}
	v := int(w.src.Draw(LabelSchedule, uint64(len(c.Runnable))))
	switch {
	case c.Current < 0 || v > c.Current:
		return v
	case v == 0:
		return c.Current
	}
	return v - 1
}
