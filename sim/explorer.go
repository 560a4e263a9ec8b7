package sim

import (
	"cmp"
	"slices"
)

// explorer walks the tree of all decisions depth first, one path each run. It is the Source and the Strategy of the runs.
type explorer struct {
	cfg    ExploreConfig
	bound  int // on pre-emptions; Unbounded = none
	cut    bool
	result *Exploration

	path  []branch // from the root to where the walk stands
	depth int      // of the run in path

	// Of the run, with Reduce.
	running *Task
	touched footprint
	order   happens
	asleep  []sleeper
	seen    map[state]int // pre-emptions left, plus one
}

// branch is a place in the tree: a step at which several tasks can run, or a draw.
type branch struct {
	tasks     []int // ids by the value of choosing them; nil for a draw
	width     uint64
	taken     uint64
	spent     int  // pre-emptions up to here
	preempts  bool // taking anything but 0 is a further one
	asleep    []sleeper
	footprint []footprint // of the alternatives taken, if known
}

// sleeper is a task that need not go on now: what would follow has been explored with its stretch in an earlier place.
type sleeper struct {
	task      int
	footprint footprint
}

// state is what decides all that can follow.
type state struct {
	order uint64
	task  int // that ran last
}

func newExplorer(cfg ExploreConfig, bound int, result *Exploration) *explorer {
	return &explorer{cfg: cfg, bound: bound, result: result, seen: make(map[state]int)}
}

func (x *explorer) begin() {
	x.depth, x.running, x.asleep = 0, nil, nil
	x.touched = x.touched[:0]
	x.order.reset()
}

// Draw implements [Source].
func (x *explorer) Draw(label string, n uint64) uint64 {
	if n == 0 {
		panic("sim: Draw from an empty range")
	}
	if n > cmp.Or(x.cfg.RangeMax, exploreRangeMax) {
		if !slices.Contains(x.result.Narrowed, label) {
			x.result.Narrowed = append(x.result.Narrowed, label)
		}
		return 0
	}
	if n == 1 {
		return 0
	}
	if x.depth == len(x.path) {
		x.path = append(x.path, branch{width: n, spent: x.spent()})
	}
	b := &x.path[x.depth]
	if b.tasks != nil || b.width != n {
		x.result.Strayed = true
		return 0
	}
	x.depth++
	x.touched = append(x.touched, touch{class: touchesAll})
	x.order.drew(b.taken)
	return b.taken
}

// Next implements [Strategy].
func (x *explorer) Next(c *Choice) int {
	x.arrive(c)
	i, ok := 0, true
	if len(c.Runnable) > 1 {
		i, ok = x.branch(c)
	} else if x.sleeps(c.Runnable[0].id) {
		ok = false
	}
	if !ok {
		return GiveUp
	}
	x.depart(c.Runnable[i])
	return i
}

// arrive ends the stretch that has just run.
func (x *explorer) arrive(c *Choice) {
	if !x.cfg.Reduce {
		return
	}
	c.Runnable[0].sim.touched = &x.touched
	if x.running == nil {
		return
	}
	f := slices.Clone(x.touched)
	x.order.add(x.running.id, f)
	if x.bound >= 0 {
		return
	}
	if x.depth > 0 {
		if b := &x.path[x.depth-1]; b.tasks != nil && b.footprint[b.taken] == nil && b.tasks[b.taken] == x.running.id {
			b.footprint[b.taken] = f
		}
	}
	x.asleep = slices.DeleteFunc(slices.Clone(x.asleep), func(s sleeper) bool {
		return s.task == x.running.id || s.footprint.conflicts(f)
	})
}

// depart begins the stretch of t.
func (x *explorer) depart(t *Task) {
	x.running = t
	x.touched = append(x.touched[:0], t.site.touches())
}

// branch decides where several tasks can run.
func (x *explorer) branch(c *Choice) (int, bool) {
	if x.depth == len(x.path) && !x.grow(c) {
		return 0, false
	}
	b := &x.path[x.depth]
	if b.tasks == nil || b.width != uint64(len(c.Runnable)) {
		x.result.Strayed = true
		return 0, false
	}
	x.depth++
	x.asleep = b.sleepers()
	return c.index(b.taken), true
}

// grow puts a new branch at the end of the path, unless all that can follow has been explored.
func (x *explorer) grow(c *Choice) bool {
	b := branch{width: uint64(len(c.Runnable)), spent: x.spent(), preempts: c.Current >= 0, asleep: x.asleep}
	if x.cfg.Reduce && x.known(b) {
		return false
	}
	b.tasks = make([]int, len(c.Runnable))
	b.footprint = make([]footprint, len(c.Runnable))
	for i, t := range c.Runnable {
		b.tasks[c.value(i)] = t.id
	}
	if !x.take(&b, 0) {
		return false
	}
	x.path = append(x.path, b)
	return true
}

// known takes the state into the books and tells whether all that can follow it has been explored.
func (x *explorer) known(b branch) bool {
	s := state{order: mix(x.order.sum, x.order.drawn), task: -1} // what is drawn before the run is in no stretch
	if x.running != nil {
		s.task = x.running.id
	}
	left := x.bound - b.spent + 1
	before, again := x.seen[s]
	if !again {
		x.result.States++
	}
	x.seen[s] = max(left, before)
	return x.bound >= 0 && again && before >= left
}

// take chooses the first alternative from the given one that is within the bound and not asleep.
func (x *explorer) take(b *branch, from uint64) bool {
	for v := from; v < b.width; v++ {
		if v > 0 && b.preempts && x.bound >= 0 && b.spent == x.bound {
			x.cut = true
			return false
		}
		b.taken = v
		if b.tasks == nil || !slices.ContainsFunc(b.asleep, func(s sleeper) bool { return s.task == b.tasks[v] }) {
			return true
		}
	}
	return false
}

// backtrack moves to the next path, if there is one.
func (x *explorer) backtrack() bool {
	for len(x.path) > 0 {
		b := &x.path[len(x.path)-1]
		if x.take(b, b.taken+1) {
			return true
		}
		x.path = x.path[:len(x.path)-1]
	}
	return false
}

// spent is the number of pre-emptions in the run so far.
func (x *explorer) spent() int {
	if x.depth == 0 {
		return 0
	}
	b := x.path[x.depth-1]
	if b.preempts && b.taken > 0 {
		return b.spent + 1
	}
	return b.spent
}

func (x *explorer) sleeps(task int) bool {
	return slices.ContainsFunc(x.asleep, func(s sleeper) bool { return s.task == task })
}

// sleepers are the tasks that sleep when the alternative taken goes on: those that did before, and those that have been
// explored here.
func (b *branch) sleepers() []sleeper {
	out := slices.Clone(b.asleep)
	for v := range b.taken {
		if f := b.footprint[v]; f != nil {
			out = append(out, sleeper{b.tasks[v], f})
		}
	}
	return out
}
