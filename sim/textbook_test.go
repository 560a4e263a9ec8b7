package sim_test

import (
	"time"

	"github.com/batpak/batpak-sim/sim"
)

// A textbook bug is a small program that fails under some schedules, and not when it is fixed. Depth is how many
// orderings between steps of different tasks bring the failure about. Shared things are declared, so that the
// exploration can be reduced.
type textbook struct {
	name  string
	depth uint64
	body  func(s *sim.Sim, fixed bool)
}

// variable is a shared variable whose every use is a declared yield point.
type variable struct {
	s     *sim.Sim
	name  string
	value int
}

func (v *variable) get() int  { v.s.Reads(v.name); return v.value }
func (v *variable) set(n int) { v.s.Writes(v.name); v.value = n }

// swap sets the variable to n if it is old, at one stroke.
func (v *variable) swap(old, n int) bool {
	v.s.Writes(v.name)
	if v.value != old {
		return false
	}
	v.value = n
	return true
}

func newVariable(s *sim.Sim, name string) *variable { return &variable{s: s, name: name} }

// guard locks mu if the program is fixed, and returns what unlocks it.
func guard(mu *sim.Mutex, fixed bool) func() {
	if !fixed {
		return func() {}
	}
	mu.Lock()
	return mu.Unlock
}

var textbooks = []textbook{
	{"use before init", 1, func(s *sim.Sim, fixed bool) {
		config, ready := newVariable(s, "config"), s.NewNotifier("ready")
		s.Go("init", func() { config.set(1); ready.Notify() })
		s.Go("user", func() {
			if fixed {
				ready.Wait(0, sim.Forever)
			}
			if config.get() == 0 {
				s.Failf("used before it was initialised")
			}
		})
	}},
	{"notified before published", 1, func(s *sim.Sim, fixed bool) {
		work, changed := newVariable(s, "work"), s.NewNotifier("changed")
		s.Go("writer", func() {
			if fixed {
				work.set(1)
			}
			changed.Notify()
			if !fixed {
				work.set(1)
			}
		})
		s.Go("reader", func() {
			changed.Wait(0, sim.Forever)
			if work.get() == 0 {
				s.Failf("woken for nothing")
			}
		})
	}},
	{"lost wakeup", 2, func(s *sim.Sim, fixed bool) {
		work, changed := newVariable(s, "work"), s.NewNotifier("changed")
		s.Go("reader", func() {
			epoch := changed.Epoch()
			for work.get() == 0 {
				s.Yield("looked")
				if !fixed {
					epoch = changed.Epoch() // too late: what was published since the look is missed
				}
				changed.Wait(epoch, sim.Forever)
				epoch = changed.Epoch()
			}
		})
		s.Go("writer", func() { work.set(1); changed.Notify() })
	}},
	{"missed stop signal", 1, func(s *sim.Sim, fixed bool) {
		stopped, bell := newVariable(s, "stopped"), s.NewNotifier("bell")
		s.Go("worker", func() {
			for {
				epoch := bell.Epoch()
				if stopped.get() == 1 {
					return
				}
				bell.Wait(epoch, sim.Forever)
			}
		})
		s.Go("stopper", func() {
			if fixed {
				stopped.set(1)
				bell.Notify()
				return
			}
			bell.Notify() // rings first: the worker looks, and goes to sleep again
			stopped.set(1)
		})
	}},
	{"lost update", 2, func(s *sim.Sim, fixed bool) {
		n, mu := newVariable(s, "n"), s.NewMutex("mu")
		for range 2 {
			s.Go("adder", func() {
				defer guard(mu, fixed)()
				n.set(n.get() + 1)
			})
		}
		s.JoinAll()
		if n.value != 2 {
			s.Failf("counted %d", n.value)
		}
	}},
	{"check then act", 2, func(s *sim.Sim, fixed bool) {
		balance, mu := newVariable(s, "balance"), s.NewMutex("mu")
		balance.value = 100
		for range 2 {
			s.Go("withdraw", func() {
				defer guard(mu, fixed)()
				if balance.get() >= 80 {
					balance.set(balance.get() - 80)
				}
			})
		}
		s.JoinAll()
		if balance.value < 0 {
			s.Failf("balance is %d", balance.value)
		}
	}},
	{"torn publication", 2, func(s *sim.Sim, fixed bool) {
		lo, hi, mu := newVariable(s, "lo"), newVariable(s, "hi"), s.NewMutex("mu")
		s.Go("writer", func() {
			defer guard(mu, fixed)()
			lo.set(1)
			hi.set(1)
		})
		s.Go("reader", func() {
			defer guard(mu, fixed)()
			if a, b := lo.get(), hi.get(); a != b {
				s.Failf("read half a publication")
			}
		})
	}},
	{"double-checked init", 2, func(s *sim.Sim, fixed bool) {
		done, value, mu := newVariable(s, "done"), newVariable(s, "value"), s.NewMutex("mu")
		for range 2 {
			s.Go("user", func() {
				if done.get() == 0 {
					mu.Lock()
					if done.get() == 0 {
						if fixed {
							value.set(42)
						}
						done.set(1)
						if !fixed {
							value.set(42) // the flag was first
						}
					}
					mu.Unlock()
				}
				if value.get() != 42 {
					s.Failf("used half initialised")
				}
			})
		}
	}},
	{"deadlock of two", 2, func(s *sim.Sim, fixed bool) {
		a, b := s.NewMutex("a"), s.NewMutex("b")
		lock := func(x, y *sim.Mutex) func() {
			return func() { x.Lock(); defer x.Unlock(); y.Lock(); defer y.Unlock() }
		}
		s.Go("ab", lock(a, b))
		if fixed {
			s.Go("ba", lock(a, b))
		} else {
			s.Go("ba", lock(b, a))
		}
	}},
	{"use after free", 2, func(s *sim.Sim, fixed bool) {
		current, freed, mu := newVariable(s, "current"), newVariable(s, "freed"), s.NewMutex("mu")
		current.value = 1
		s.Go("reader", func() {
			defer guard(mu, fixed)()
			if current.get() == 1 && freed.get() == 1 {
				s.Failf("used after it was freed")
			}
		})
		s.Go("writer", func() {
			defer guard(mu, fixed)()
			current.set(2)
			freed.set(1)
		})
	}},
	{"double close", 2, func(s *sim.Sim, fixed bool) {
		open := newVariable(s, "open")
		open.value = 1
		for range 2 {
			s.Go("closer", func() {
				if fixed {
					open.swap(1, 0)
					return
				}
				if open.get() == 1 {
					if !open.swap(1, 0) {
						s.Failf("closed twice")
					}
				}
			})
		}
	}},
	{"two in the critical section", 3, func(s *sim.Sim, fixed bool) {
		// Peterson's lock; the mistake is to look before saying that one wants in.
		wants, turn, inside := []*variable{newVariable(s, "wants 0"), newVariable(s, "wants 1")}, newVariable(s, "turn"), 0
		enter := func(me int) bool {
			if fixed {
				wants[me].set(1)
				turn.set(1 - me)
				return wants[1-me].get() == 0 || turn.get() == me
			}
			free := wants[1-me].get() == 0
			wants[me].set(1)
			return free
		}
		for me := range 2 {
			s.Go("task", func() {
				if enter(me) {
					s.Writes("inside")
					if inside++; inside > 1 {
						s.Failf("%d are inside", inside)
					}
					s.Writes("inside")
					inside--
				}
				wants[me].set(0)
			})
		}
	}},
	{"snapshot of no moment", 2, func(s *sim.Sim, fixed bool) {
		// The sum is right before and after each transfer, and wrong where one account is read before and one after.
		a, b, version := newVariable(s, "a"), newVariable(s, "b"), newVariable(s, "version")
		a.value = 10
		s.Go("transfer", func() {
			version.set(1)
			a.set(0)
			b.set(10)
			version.set(2)
		})
		s.Go("audit", func() {
			before := version.get()
			sum := a.get() + b.get()
			if fixed && (before == 1 || version.get() != before) {
				return
			}
			if sum == 20 {
				s.Failf("counted money twice")
			} else if sum != 10 && fixed {
				s.Failf("counted %d", sum)
			}
		})
	}},
	{"ABA on a ticket", 2, func(s *sim.Sim, fixed bool) {
		// A stack of two tickets, 2 on 1. The swap succeeds as the top is the same again, but what lies below is not.
		top, below := newVariable(s, "top"), []int{0, 0, 1}
		top.value = 2
		stamp, taken := 0, [3]int{}
		pop := func() int {
			for {
				s.Reads("top")
				t, at := top.value, stamp
				if t == 0 {
					return 0
				}
				s.Reads("below")
				next := below[t]
				s.Writes("top")
				if top.value == t && (!fixed || stamp == at) {
					top.value = next
					stamp++
					return t
				}
			}
		}
		take := func() int {
			t := pop()
			if t > 0 {
				if taken[t]++; taken[t] > 1 {
					s.Failf("a ticket was taken twice")
				}
			}
			return t
		}
		push := func(t int) {
			taken[t]--
			s.Writes("below")
			below[t] = top.value
			s.Writes("top")
			top.value = t
			stamp++
		}
		s.Go("slow", func() { take(); take() })
		s.Go("fast", func() {
			first := take()
			if second := take(); first > 0 && second > 0 {
				push(first)
			}
		})
	}},
	{"deadlock of three", 2, func(s *sim.Sim, fixed bool) {
		forks := []*sim.Mutex{s.NewMutex("a"), s.NewMutex("b"), s.NewMutex("c")}
		for i := range forks {
			x, y := forks[i], forks[(i+1)%3]
			if fixed && i == 2 {
				x, y = y, x
			}
			s.Go("philosopher", func() { x.Lock(); defer x.Unlock(); y.Lock(); defer y.Unlock() })
		}
	}},
	{"reader starvation", 2, func(s *sim.Sim, fixed bool) {
		version, mu := newVariable(s, "version"), s.NewMutex("mu")
		s.Go("reader", func() {
			for range 2 {
				if before := version.get(); before%2 == 0 && version.get() == before {
					return
				}
			}
			if !fixed {
				s.Failf("gave up reading")
			}
			mu.Lock() // no writer can come between
			if version.get()%2 == 1 {
				s.Failf("a writer came between")
			}
			mu.Unlock()
		})
		s.Go("writer", func() {
			mu.Lock()
			version.set(1) // odd: it is writing
			version.set(2)
			mu.Unlock()
		})
	}},
	{"stale cache", 3, func(s *sim.Sim, fixed bool) {
		db, cache, mu := newVariable(s, "db"), newVariable(s, "cache"), s.NewMutex("mu")
		db.value = 1
		s.Go("load", func() {
			defer guard(mu, fixed)()
			cache.set(db.get())
		})
		s.Go("update", func() {
			defer guard(mu, fixed)()
			s.Yield("update") // of both, at one stroke
			db.value, cache.value = 2, 0
		})
		s.Go("read", func() {
			defer guard(mu, fixed)()
			s.Yield("read")
			if cache.value == 1 && db.value == 2 {
				s.Failf("served what was overwritten")
			}
		})
	}},
	{"handshake in four steps", 3, func(s *sim.Sim, fixed bool) {
		stage, mu := newVariable(s, "stage"), s.NewMutex("mu")
		s.Go("client", func() {
			defer guard(mu, fixed)()
			stage.swap(0, 1)
			stage.swap(2, 3)
		})
		s.Go("server", func() {
			defer guard(mu, fixed)()
			stage.swap(1, 2)
			if stage.get() == 3 {
				s.Failf("connected without an accept")
			}
		})
	}},
	{"timeout taken for an answer", 1, func(s *sim.Sim, fixed bool) {
		answer, done := newVariable(s, "answer"), s.NewNotifier("done")
		s.Go("server", func() {
			s.Sleep(time.Second)
			answer.set(7)
			done.Notify()
		})
		s.Go("client", func() {
			answered := done.Wait(0, time.Second)
			if (answered || !fixed) && answer.get() == 0 {
				s.Failf("took a timeout for an answer")
			}
		})
	}},
}
