package sim_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

// A killed task is cut off where it stands, its deferred calls run, and those who join it go on.
func TestKillInEveryState(t *testing.T) {
	type world struct {
		s      *sim.Sim
		victim *sim.Process
		mu     *sim.Mutex
		n      *sim.Notifier
		log    func(string)
	}
	tests := []struct {
		name string
		body func(w world)
		// delay is how long the killer sleeps before it strikes.
		delay time.Duration
		want  string
	}{
		{"never started", func(w world) { w.log("ran") }, 0, ""},
		{"runnable at a yield point", func(w world) {
			w.log("ran")
			for {
				w.s.Yield("spin")
			}
		}, 0, "ran,deferred"},
		{"sleeping", func(w world) { w.s.Sleep(time.Hour); w.log("woke") }, time.Second, "deferred"},
		{"waiting", func(w world) { w.n.Wait(0, sim.Forever); w.log("woke") }, time.Second, "deferred"},
		{"waiting with a timeout", func(w world) { w.n.Wait(0, time.Hour); w.log("woke") }, time.Second, "deferred"},
		{"wanting a mutex", func(w world) { w.mu.Lock(); w.log("locked") }, time.Second, "deferred"},
		{"joining", func(w world) {
			w.s.Go("sleeper", func() {
				defer w.log("child")
				w.s.Sleep(time.Hour)
			}).Join()
			w.log("joined")
		}, time.Second, "deferred,child"},
		{"running: kills itself", func(w world) {
			w.victim.Kill()
			w.log("survived")
		}, time.Second, "deferred"},
		{"recovering", func(w world) {
			for {
				func() {
					defer func() {
						if v := recover(); v != nil {
							w.log("recovered")
						}
					}()
					w.s.Sleep(time.Hour)
				}()
				w.log("survived")
			}
		}, time.Second, "deferred"},
		{"panicking", func(w world) {
			defer func() {
				w.log("panicking")
				w.s.Sleep(time.Hour)
				w.log("woke")
			}()
			panic("never seen")
		}, time.Second, "panicking,deferred"},
		{"ended", func(w world) { w.log("ran") }, time.Second, "ran,deferred"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log []string
			// Not to start the victim before the killer strikes, the strategy prefers the killer: it has id 0.
			strategy := sim.Strategy(first{})
			if test.name == "runnable at a yield point" {
				strategy = alternate{}
			}
			s := sim.New(sim.Config{Strategy: strategy})
			w := world{s, s.Process("victim"), s.NewMutex("mu"), s.NewNotifier("n"),
				func(line string) { log = append(log, line) }}
			s.Go("killer", func() {
				w.mu.Lock()
				s.Sleep(test.delay)
				w.victim.Kill()
				if w.victim.Alive() {
					t.Error("victim is alive after Kill")
				}
			})
			task := w.victim.Go("task", func() {
				defer w.log("deferred")
				test.body(w)
			})
			joined := false
			s.Go("joiner", func() {
				task.Join()
				joined = true
			})
			if o := s.Run(); o.Err() != nil {
				t.Errorf("Run: %v", o)
			}
			if got := strings.Join(log, ","); got != test.want {
				t.Errorf("log = %q, want %q", got, test.want)
			}
			if !joined {
				t.Error("the task that joined the victim did not go on")
			}
		})
	}
}

// first is the strategy that prefers the lowest task id.
type first struct{}

func (first) Next(*sim.Choice) int { return 0 }

func TestKillUnwindsInTaskOrderBeforeTheNextStep(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})
	s := sim.New(sim.Config{Trace: trace, Source: sim.NewSeed(3)})
	victim := s.Process("victim")
	n := s.NewNotifier("n")
	for range 4 {
		victim.Go("task", func() { n.Wait(0, sim.Forever) })
	}
	var before, after uint64
	s.Go("killer", func() {
		s.Sleep(1)
		before = s.Steps()
		victim.Kill()
		after = s.Steps()
	})
	s.Run()
	var got []string
	for _, e := range trace.Events() {
		if e.Kind == sim.KindEnd && e.Detail == "killed" {
			got = append(got, e.Task)
		}
	}
	want := []string{"victim/task", "victim/task#2", "victim/task#3", "victim/task#4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order of ends (-want +got):\n%s", diff)
	}
	if before != after {
		t.Errorf("Kill took %d steps, want none", after-before)
	}
}

// What deferred code of a killed task does, and what comes of it.
func TestDeferredCallsOfAKilledTask(t *testing.T) {
	type world struct {
		s     *sim.Sim
		mine  *sim.Mutex // held by the task when it is killed
		other *sim.Mutex // held by a living task
		free  *sim.Mutex
		n     *sim.Notifier
		log   func(string)
	}
	tests := []struct {
		name string
		body func(w world)
		want string
	}{
		{"yield returns", func(w world) { w.s.Yield("y"); w.log("yielded") }, "yielded,end"},
		{"sleep returns", func(w world) { w.s.Sleep(time.Hour); w.log("slept") }, "slept,end"},
		{"wait returns false", func(w world) {
			if !w.n.Wait(w.n.Epoch(), sim.Forever) {
				w.log("false")
			}
		}, "false,end"},
		{"wait for what has come returns true", func(w world) {
			w.n.Notify()
			if w.n.Wait(w.n.Epoch()-1, sim.Forever) {
				w.log("true")
			}
		}, "true,end"},
		{"join returns", func(w world) { w.s.Go("child", func() {}).Join(); w.log("joined") }, "joined,end"},
		{"go starts nothing", func(w world) { w.s.Go("child", func() { w.log("ran") }); w.log("went") }, "went,end"},
		{"go in another process starts nothing", func(w world) {
			w.s.Process("living").Go("child", func() { w.log("ran") })
			w.log("went")
		}, "went,end"},
		{"an unlocked mutex can be locked", func(w world) { w.mine.Unlock(); w.mine.Lock(); w.log("locked") }, "locked,end"},
		{"a held mutex can be locked", func(w world) { w.mine.Lock(); w.log("locked") }, "locked,end"},
		{"mutexes held by another can be locked", func(w world) {
			w.other.Lock()
			w.log("locked")
			w.other.Lock()
			w.log("again")
			w.other.Unlock()
			w.log("unlocked")
		}, "locked,again,unlocked,end"},
		{"a free mutex stays free", func(w world) { w.free.Lock(); w.log("locked") }, "locked,end"},
		{"unlock of an unlocked mutex", func(w world) { w.mine.Unlock(); w.mine.Unlock(); w.log("unlocked") }, "unlocked,end"},
		{"second blocking call ends the function", func(w world) {
			w.s.Sleep(1)
			w.log("first")
			w.s.Sleep(1)
			w.log("second")
		}, "first,end"},
		{"loop around wait", func(w world) {
			for {
				w.n.Wait(w.n.Epoch(), sim.Forever)
			}
		}, "end"},
		{"loop around sleep", func(w world) {
			for {
				w.s.Sleep(1)
			}
		}, "end"},
		{"loop around join", func(w world) {
			task := w.s.Go("child", func() {})
			for {
				task.Join()
			}
		}, "end"},
		{"loop around yield", func(w world) {
			for {
				w.s.Yield("y")
			}
		}, "end"},
		{"loop around lock", func(w world) {
			for {
				pass(w.mine)
			}
		}, "end"},
		{"loop around notify", func(w world) {
			for {
				w.n.Notify()
			}
		}, "end"},
		{"loop in each of several deferred calls", func(w world) {
			for range 3 {
				defer func() {
					for {
						w.s.Sleep(1)
					}
				}()
			}
		}, "end"},
		{"recover does not help", func(w world) {
			defer func() {
				if v := recover(); v != nil {
					w.log("recovered")
				}
			}()
			for {
				w.s.Sleep(1)
			}
		}, "end"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log []string
			s := sim.New(sim.Config{})
			w := world{s, s.NewMutex("mine"), s.NewMutex("other"), s.NewMutex("free"), s.NewNotifier("n"),
				func(line string) { log = append(log, line) }}
			victim := s.Process("victim")
			victim.Go("task", func() {
				defer w.log("end")
				defer test.body(w)
				w.mine.Lock()
				s.Sleep(time.Hour)
			})
			s.Go("killer", func() {
				w.other.Lock()
				s.Sleep(time.Second)
				victim.Kill()
				w.other.Unlock()
				pass(w.free)
				pass(w.mine) // shared with the victim, who held it
			})
			o := s.Run()
			if o.Err() != nil {
				t.Errorf("Run: %v", o)
			}
			if o.Time != time.Second {
				t.Errorf("run ended at %v, want 1s", o.Time)
			}
			if got := strings.Join(log, ","); got != test.want {
				t.Errorf("log = %q, want %q", got, test.want)
			}
		})
	}
}

func TestEventsOfAnUnwindingTaskCount(t *testing.T) {
	digest := func(detail string) uint64 {
		s := sim.New(sim.Config{})
		victim := s.Process("victim")
		victim.Go("task", func() {
			defer func() { s.Trace().Emit("closed", "", detail) }()
			s.Sleep(time.Hour)
		})
		s.Go("killer", func() { s.Sleep(1); victim.Kill() })
		return s.Run().Digest
	}
	if digest("a") == digest("b") {
		t.Error("digests of runs that differ in an event of an unwinding task are the same")
	}
}

func TestPanicInDeferredCodeOfAKilledTask(t *testing.T) {
	boom := errors.New("boom")
	s := sim.New(sim.Config{})
	victim := s.Process("victim")
	ran := false
	victim.Go("task", func() {
		defer func() { ran = true }()
		defer func() { panic(boom) }()
		s.Sleep(time.Hour)
	})
	s.Go("killer", func() {
		s.Sleep(1)
		victim.Kill()
		s.Yield("after the kill")
		t.Error("the run went on")
	})
	o := s.Run()
	if o.Reason != sim.Panicked || !errors.Is(o.Err(), boom) || !errors.Is(o.Err(), sim.ErrPanicked) {
		t.Errorf("Run: %v, want a panic with %v", o, boom)
	}
	if !ran {
		t.Error("the deferred call behind the one that panicked did not run")
	}
}

func TestPanicsWhileTheRestIsUnwound(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})
	s := sim.New(sim.Config{Trace: trace})
	n := s.NewNotifier("n")
	for _, value := range []string{"boom", "bang"} {
		s.Go(value, func() {
			defer func() { panic(value) }()
			n.Wait(0, sim.Forever)
		})
	}
	o := s.Run()
	if o.Reason != sim.Deadlock || o.Panic == nil || o.Panic.Value != "boom" {
		t.Errorf("Run: %v, want a deadlock and the first panic", o)
	}
	var got []string
	for _, e := range trace.Events() {
		if e.Kind == sim.KindPanic {
			got = append(got, e.Detail)
		}
	}
	if diff := cmp.Diff([]string{"boom", "bang"}, got); diff != "" {
		t.Errorf("panics in the trace (-want +got):\n%s", diff)
	}
	for _, want := range []error{sim.ErrDeadlock, sim.ErrPanicked} {
		if !errors.Is(o.Err(), want) {
			t.Errorf("errors.Is(%v, %v) = false, want true", o.Err(), want)
		}
	}
}

// Deferred code of one process kills another: also the one whose task is in the middle of killing the first.
func TestKillsThatCross(t *testing.T) {
	s := sim.New(sim.Config{})
	a, b, c := s.Process("a"), s.Process("b"), s.Process("c")
	var log []string
	wait := func(p *sim.Process, then func()) *sim.Task {
		return p.Go("waiter", func() {
			defer then()
			s.Sleep(time.Hour)
		})
	}
	a.Go("killer", func() {
		defer func() { log = append(log, "killer ends") }()
		s.Sleep(1)
		b.Kill()
		log = append(log, "killer survived")
	})
	wait(a, func() { log = append(log, "a ends") })
	wait(b, func() {
		log = append(log, "b ends")
		c.Kill()
		a.Kill()
		b.Kill() // dead already
		log = append(log, "b has killed")
	})
	wait(c, func() { log = append(log, "c ends") })
	o := s.Run()
	if o.Err() != nil || o.Time != 1 {
		t.Errorf("Run: %v, want done at 1ns", o)
	}
	want := []string{"b ends", "c ends", "a ends", "b has killed", "killer ends"}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestDeadProcessStartsNothing(t *testing.T) {
	s := sim.New(sim.Config{})
	p := s.Process("p")
	p.Kill()
	s.Go("main", func() { p.Go("task", func() { t.Error("ran") }).Join() })
	if o := s.Run(); o.Err() != nil {
		t.Errorf("Run: %v", o)
	}
}

func TestKillBeforeRun(t *testing.T) {
	s := sim.New(sim.Config{})
	p := s.Process("p")
	p.Go("task", func() { t.Error("ran") })
	p.Kill()
	if o := s.Run(); o.Reason != sim.Done || o.Steps != 0 {
		t.Errorf("Run: %v, want done after 0 steps", o)
	}
}

func TestGoStartsInTheProcessOfTheRunningTask(t *testing.T) {
	s := sim.New(sim.Config{})
	p := s.Process("p")
	var name string
	p.Go("parent", func() {
		name = s.Go("child", func() { s.Sleep(time.Hour) }).Name()
		s.Sleep(time.Hour)
	})
	s.Go("killer", func() {
		s.Sleep(1)
		p.Kill()
	})
	if o := s.Run(); o.Err() != nil || o.Time != 1 {
		t.Errorf("Run: %v, want done at 1ns", o)
	}
	if want := "p/child"; name != want {
		t.Errorf("Name() = %q, want %q", name, want)
	}
}
