package sim_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name  string
		cfg   sim.Config
		setup func(s *sim.Sim)
		want  string
		err   error
	}{
		{"nothing to do", sim.Config{}, func(*sim.Sim) {}, "done at 0s after 0 steps, 0 switches", nil},
		{"one task", sim.Config{}, func(s *sim.Sim) {
			s.Go("a", func() { s.Yield("x"); s.Sleep(time.Minute) })
		}, "done at 1m0s after 3 steps, 1 switches", nil},
		{"deadlock", sim.Config{Strategy: alternate{}}, func(s *sim.Sim) {
			a, b, n := s.NewMutex("a"), s.NewMutex("b"), s.NewNotifier("n")
			both := func(x, y *sim.Mutex) func() {
				return func() { x.Lock(); s.Yield("between"); y.Lock() }
			}
			s.Go("ab", both(a, b))
			ba := s.Go("ba", both(b, a))
			s.Process("p").Go("waiter", func() { n.Wait(0, sim.Forever) })
			s.Go("joiner", ba.Join)
		}, `deadlock at 0s after 8 steps, 8 switches
  ab: waits at lock b, held by ba
  ba: waits at lock a, held by ab
  p/waiter: waits at wait n
  joiner: waits at join ba`, sim.ErrDeadlock},
		{"held by a task that has ended", sim.Config{Strategy: first{}}, func(s *sim.Sim) {
			mu := s.NewMutex("mu")
			s.Go("forgetful", mu.Lock)
			s.Go("waiter", mu.Lock)
		}, `deadlock at 0s after 3 steps, 2 switches
  waiter: waits at lock mu, held by forgetful`, sim.ErrDeadlock},
		{"held by itself", sim.Config{}, func(s *sim.Sim) {
			mu := s.NewMutex("mu")
			s.Go("a", func() { mu.Lock(); mu.Lock() })
		}, `deadlock at 0s after 2 steps, 1 switches
  a: waits at lock mu, held by a`, sim.ErrDeadlock},
		{"held outside any task", sim.Config{}, func(s *sim.Sim) {
			mu := s.NewMutex("mu")
			mu.Lock()
			s.Go("a", mu.Lock)
		}, `deadlock at 0s after 1 steps, 1 switches
  a: waits at lock mu, held by (no task)`, sim.ErrDeadlock},
		{"holder that waits for something else", sim.Config{}, func(s *sim.Sim) {
			mu, n := s.NewMutex("mu"), s.NewNotifier("n")
			s.Go("a", func() { mu.Lock(); n.Wait(0, sim.Forever) })
		}, `deadlock at 0s after 2 steps, 1 switches
  a: waits at wait n`, sim.ErrDeadlock},
		{"bound before a free mutex", sim.Config{StepMax: 1}, func(s *sim.Sim) {
			s.Go("a", s.NewMutex("mu").Lock)
		}, `step bound at 0s after 1 steps, 1 switches
  a: can go on at lock mu`, sim.ErrStepBound},
		{"step bound", sim.Config{StepMax: 10, Strategy: first{}}, func(s *sim.Sim) {
			s.Go("spinner", func() {
				for {
					s.Yield("spin")
				}
			})
			s.Go("starved", func() {})
		}, `step bound at 0s after 10 steps, 1 switches
  spinner: can go on at yield spin
  starved: can go on at start`, sim.ErrStepBound},
		{"exactly as many steps as the bound", sim.Config{StepMax: 2}, func(s *sim.Sim) {
			s.Go("a", func() { s.Yield("x") })
		}, "done at 0s after 2 steps, 1 switches", nil},
		{"loop around a wait that never parks", sim.Config{StepMax: 10}, func(s *sim.Sim) {
			n := s.NewNotifier("n")
			s.Go("stale", func() {
				n.Notify()
				for {
					n.Wait(0, sim.Forever)
				}
			})
		}, `step bound at 0s after 10 steps, 1 switches
  stale: can go on at wait n`, sim.ErrStepBound},
		{"time bound", sim.Config{TimeMax: time.Minute}, func(s *sim.Sim) {
			s.Go("sleeper", func() {
				for {
					s.Sleep(25 * time.Second)
				}
			})
		}, `time bound at 50s after 3 steps, 1 switches
  sleeper: waits at sleep`, sim.ErrTimeBound},
		{"timer at the bound", sim.Config{TimeMax: time.Minute}, func(s *sim.Sim) {
			s.Go("sleeper", func() { s.Sleep(time.Minute) })
		}, "done at 1m0s after 2 steps, 1 switches", nil},
		{"sleep beyond the end of time", sim.Config{}, func(s *sim.Sim) {
			s.Go("sleeper", func() { s.Sleep(1); s.Sleep(sim.Forever) })
		}, `time bound at 1ns after 2 steps, 1 switches
  sleeper: waits at sleep`, sim.ErrTimeBound},
		{"panic", sim.Config{Strategy: stay{}}, func(s *sim.Sim) {
			s.Go("a", func() { panic("boom") })
			s.Go("b", func() { s.Sleep(1) })
		}, `panicked at 0s after 1 steps, 1 switches
  a: panic: boom
  b: can go on at start`, sim.ErrPanicked},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(test.cfg)
			test.setup(s)
			o := s.Run()
			if diff := cmp.Diff(test.want, o.String()); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if !errors.Is(o.Err(), test.err) {
				t.Errorf("Err() = %v, want %v", o.Err(), test.err)
			}
			if runErr := new(sim.RunError); errors.As(o.Err(), &runErr) && runErr.Error() != "sim: "+test.want {
				t.Errorf("Error() = %q, want %q", runErr.Error(), "sim: "+test.want)
			}
			if o.Steps != s.Steps() || o.Switches != s.Switches() || o.Digest != s.Trace().Digest() || o.Time != s.Now() {
				t.Errorf("outcome %+v differs from steps %d, switches %d, digest %d, time %v",
					o, s.Steps(), s.Switches(), s.Trace().Digest(), s.Now())
			}
		})
	}
}

func TestReasonString(t *testing.T) {
	tests := []struct {
		name   string
		reason sim.Reason
		want   string
	}{
		{"known", sim.TimeBound, "time bound"},
		{"zero", 0, "undecided"},
		{"unknown", 99, "Reason(99)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.reason.String(); got != test.want {
				t.Errorf("String() = %q, want %q", got, test.want)
			}
		})
	}
}

func TestPanicIsReportedWithItsStack(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})
	s := sim.New(sim.Config{Trace: trace})
	boom := errors.New("boom")
	s.Go("a", func() { failHere(boom) })
	o := s.Run()
	if o.Panic == nil || o.Panic.Task != "a" || o.Panic.Value != boom || !bytes.Contains(o.Panic.Stack, []byte("failHere")) {
		t.Fatalf("Panic = %+v, want %v in task a with failHere on the stack", o.Panic, boom)
	}
	if !errors.Is(o.Err(), boom) {
		t.Errorf("errors.Is(%v, %v) = false, want true", o.Err(), boom)
	}
	var got []string
	for _, e := range trace.Events() {
		if e.Task == "a" {
			got = append(got, e.Kind+" "+e.Detail)
		}
	}
	if diff := cmp.Diff([]string{"switch start", "panic boom", "end panicked"}, got); diff != "" {
		t.Errorf("events of the task (-want +got):\n%s", diff)
	}
}

func failHere(err error) { panic(err) }

// The trace must be the same in every run, so values that may print addresses show only their type.
func TestPanicEventDetail(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"string", "boom", "boom"},
		{"error", errors.New("boom"), "boom"},
		{"pointer", new(int), "*int"},
		{"struct", struct{ p *int }{}, "struct { p *int }"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got string
			trace := sim.NewTrace(sim.TraceConfig{Observe: func(e sim.Event) {
				if e.Kind == sim.KindPanic {
					got = e.Detail
				}
			}})
			s := sim.New(sim.Config{Trace: trace})
			s.Go("a", func() { panic(test.value) })
			s.Run()
			if got != test.want {
				t.Errorf("detail = %q, want %q", got, test.want)
			}
		})
	}
}

func TestRecoveredPanicIsNoOutcome(t *testing.T) {
	s := sim.New(sim.Config{})
	recovered := any(nil)
	s.Go("a", func() {
		defer func() { recovered = recover() }()
		s.Yield("x")
		panic("boom")
	})
	if o := s.Run(); o.Err() != nil || recovered != "boom" {
		t.Errorf("Run: %v, recovered %v, want done and boom", o, recovered)
	}
}

// exits runs s on a goroutine of its own and tells whether Run exited that goroutine.
func exits(s *sim.Sim) bool {
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run()
		returned = true
	}()
	<-done
	return !returned
}

func TestGoexitEndsTheRunAndItsCaller(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: 4})
	s := sim.New(sim.Config{Trace: trace, Strategy: stay{}})
	unwound := false
	s.Go("waiter", func() {
		defer func() { unwound = true }()
		s.NewNotifier("n").Wait(0, sim.Forever)
	})
	s.Go("quitter", runtime.Goexit)
	s.Go("never", func() { t.Error("ran") })
	if !exits(s) {
		t.Error("Run returned, want it to exit the goroutine")
	}
	if !unwound {
		t.Error("the other task was not unwound")
	}
	var got strings.Builder
	if _, err := trace.WriteTo(&got); err != nil {
		t.Fatal(err)
	}
	want := `2 0.000000000 quitter end - exited
2 0.000000000 waiter end - killed
2 0.000000000 never end - killed
2 0.000000000 - over - undecided 2 2
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	ends := []struct {
		name string
		body func(s *sim.Sim)
	}{
		{"done", func(*sim.Sim) {}},
		{"deadlock", func(s *sim.Sim) { s.NewNotifier("n").Wait(0, sim.Forever) }},
		{"step bound", func(s *sim.Sim) {
			for {
				s.Yield("spin")
			}
		}},
		{"time bound", func(s *sim.Sim) { s.Sleep(sim.Forever) }},
		{"panic", func(*sim.Sim) { panic("boom") }},
		{"exit", func(*sim.Sim) { runtime.Goexit() }},
	}
	for _, end := range ends {
		t.Run(end.name, func(t *testing.T) {
			for seed := range uint64(20) {
				s := sim.New(sim.Config{Source: sim.NewSeed(seed), StepMax: 100})
				n := s.NewNotifier("n")
				for range 5 {
					s.Go("waiter", func() { n.Wait(0, sim.Forever) })
				}
				s.Go("main", func() { s.Yield("start"); n.Notify(); end.body(s) })
				exits(s)
			}
			// The goroutines that unwound a task may still be on their way out.
			for range 1000 {
				if runtime.NumGoroutine() <= before+1 { // the subtest itself
					return
				}
				time.Sleep(time.Millisecond)
			}
			t.Errorf("%d goroutines, want %d", runtime.NumGoroutine(), before+1)
		})
	}
}

func TestYieldPointsAreCounted(t *testing.T) {
	s := sim.New(sim.Config{})
	s.Yield("outside")
	for range 2 {
		s.Go("a", func() { s.Yield("write"); s.Yield("sync"); s.Yield("write") })
	}
	s.Run()
	want := []sim.Point{{"sync", 2}, {"write", 4}}
	if diff := cmp.Diff(want, s.Points()); diff != "" {
		t.Errorf("Points() (-want +got):\n%s", diff)
	}
}

func TestNamesAreUnique(t *testing.T) {
	s := sim.New(sim.Config{})
	p, q := s.Process("store"), s.Process("store")
	var got []string
	for _, task := range []*sim.Task{
		s.Go("a", func() {}), s.Go("a", func() {}), p.Go("a", func() {}), p.Go("a", func() {}), q.Go("a", func() {}),
	} {
		got = append(got, fmt.Sprint(task.ID(), " ", task.Name()))
	}
	want := []string{"0 a", "1 a#2", "2 store/a", "3 store/a#2", "4 store#2/a"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tasks (-want +got):\n%s", diff)
	}
	if got, want := q.Name(), "store#2"; got != want {
		t.Errorf("Name() = %q, want %q", got, want)
	}
}

func TestTaskName(t *testing.T) {
	s := sim.New(sim.Config{})
	var inside string
	s.Process("p").Go("a", func() { s.Yield("x"); inside = s.TaskName() })
	before := s.TaskName()
	s.Run()
	if got, want := []string{before, inside, s.TaskName()}, []string{"", "p/a", ""}; !cmp.Equal(got, want) {
		t.Errorf("TaskName() before, in and after the run = %q, want %q", got, want)
	}
}

func TestOutsideTheRun(t *testing.T) {
	for _, phase := range []string{"before", "after"} {
		t.Run(phase, func(t *testing.T) {
			s := sim.New(sim.Config{})
			task := s.Go("task", func() {})
			mu, n := s.NewMutex("mu"), s.NewNotifier("n")
			if phase == "after" {
				s.Run()
			}
			s.Yield("nothing")
			s.Sleep(0)
			pass(mu)
			n.Notify()
			if n.Epoch() != 1 || !n.Wait(0, sim.Forever) || n.Wait(1, 0) {
				t.Errorf("notifier: epoch %d, Wait(0) = %t, Wait(1, 0) = %t, want 1, true, false",
					n.Epoch(), n.Wait(0, 0), n.Wait(1, 0))
			}
			mu.Lock()
			blocking := []struct {
				name string
				call func()
				want any
			}{
				{"lock", mu.Lock, `sim: Lock of mutex "mu" would block for ever: no task is running`},
				{"wait", func() { n.Wait(1, 1) }, `sim: Wait for notifier "n" would block for ever: no task is running`},
				{"sleep", func() { s.Sleep(time.Second) }, `sim: Sleep "1s" would block for ever: no task is running`},
			}
			for _, b := range blocking {
				if got := panicOf(b.call); got != b.want {
					t.Errorf("%s: panic value = %v, want %v", b.name, got, b.want)
				}
			}
			var want any
			if phase == "before" {
				want = `sim: Join of task "task" would block for ever: no task is running`
			}
			if got := panicOf(task.Join); got != want {
				t.Errorf("join: panic value = %v, want %v", got, want)
			}
		})
	}
}

func TestMisusePanics(t *testing.T) {
	ended := sim.New(sim.Config{})
	ended.Run()
	tests := []struct {
		name string
		call func()
		want string
	}{
		{"run twice", func() { ended.Run() }, "sim: Run called twice"},
		{"go after the end", func() { ended.Go("a", func() {}) }, "sim: Go after the end of the run"},
		{"unlock of an unlocked mutex", func() { ended.NewMutex("mu").Unlock() }, `sim: Unlock of mutex "mu", which is not locked`},
		{"choice out of range", func() {
			s := sim.New(sim.Config{Strategy: wild{}})
			s.Go("a", func() {
				defer func() {
					if v := recover(); v != nil {
						t.Errorf("the code under test saw the panic %v", v)
					}
				}()
				s.Yield("x")
			})
			s.Run()
		}, "sim: at step 2 the strategy chose task 2 of 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := panicOf(test.call); got != test.want {
				t.Errorf("panic value = %v, want %q", got, test.want)
			}
		})
	}
}

// wild is a strategy that goes out of range at the second step.
type wild struct{}

func (wild) Next(c *sim.Choice) int { return int(c.Step-1) * 2 }

func TestConfigValidate(t *testing.T) {
	used := sim.NewTrace(sim.TraceConfig{})
	sim.New(sim.Config{Trace: used})
	tests := []struct {
		name string
		cfg  sim.Config
		want string
	}{
		{"zero", sim.Config{}, ""},
		{"full", sim.Config{Source: sim.NewSeed(1), StepMax: 1, TimeMax: 1, Trace: sim.NewTrace(sim.TraceConfig{})}, ""},
		{"all faults", sim.Config{TimeMax: -1, Trace: used}, `sim: invalid configuration: TimeMax is -1ns, want zero or more
sim: invalid configuration: Trace already serves another Sim`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.cfg.Validate()
			var got string
			if err != nil {
				got = err.Error()
			}
			if got != test.want || (err != nil) != errors.Is(err, sim.ErrConfig) {
				t.Errorf("Validate() = %v, want %q", err, test.want)
			}
			if v := panicOf(func() { sim.New(test.cfg) }); (v != nil) != (err != nil) {
				t.Errorf("New panicked with %v, Validate() = %v", v, err)
			}
		})
	}
}

func TestWall(t *testing.T) {
	epoch := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	tests := []struct {
		name string
		cfg  sim.Config
		want time.Time
	}{
		{"default", sim.Config{}, time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)},
		{"given", sim.Config{Epoch: epoch}, epoch.Add(time.Hour)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim.New(test.cfg)
			var got time.Time
			s.Go("a", func() { s.Sleep(time.Hour); got = s.Wall() })
			s.Run()
			if !got.Equal(test.want) {
				t.Errorf("Wall() after an hour = %v, want %v", got, test.want)
			}
		})
	}
}
