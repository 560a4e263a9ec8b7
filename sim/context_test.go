package sim_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/batpak/batpak-sim/sim"
)

// waits are all waits that a context can end. Each comes to its end by itself at ten seconds.
var waits = []struct {
	name string
	wait func(s *sim.Sim, ctx context.Context) error
}{
	{"sleep", func(s *sim.Sim, ctx context.Context) error { return s.SleepContext(ctx, 10*time.Second) }},
	{"lock", func(s *sim.Sim, ctx context.Context) error {
		mu := s.NewMutex("mu")
		mu.Lock()
		s.Go("holder", func() { s.Sleep(10 * time.Second); mu.Unlock() })
		err := mu.LockContext(ctx)
		if err == nil {
			mu.Unlock()
		}
		return err
	}},
	{"wait", func(s *sim.Sim, ctx context.Context) error {
		n := s.NewNotifier("n")
		s.Go("notifier", func() { s.Sleep(10 * time.Second); n.Notify() })
		changed, err := n.WaitContext(ctx, 0, sim.Forever)
		if changed != (err == nil) {
			return errors.New("neither notified nor cancelled")
		}
		return err
	}},
	{"timed wait", func(s *sim.Sim, ctx context.Context) error {
		changed, err := s.NewNotifier("n").WaitContext(ctx, 0, 10*time.Second)
		if changed {
			return errors.New("notified by nobody")
		}
		return err
	}},
	{"join", func(s *sim.Sim, ctx context.Context) error {
		return s.Go("joined", func() { s.Sleep(10 * time.Second) }).JoinContext(ctx)
	}},
}

func TestContextEndsWaits(t *testing.T) {
	failure := errors.New("failure")
	later := func(s *sim.Sim, f func()) { s.Go("canceller", func() { s.Sleep(time.Second); f() }) }
	tests := []struct {
		name  string
		ctx   func(*sim.Sim) context.Context
		want  error
		cause error
		at    time.Duration
	}{
		{"nothing", func(s *sim.Sim) context.Context { ctx, _ := s.WithCancel(context.Background()); return ctx }, nil, nil, 10 * time.Second},
		{"a context that cannot end", func(*sim.Sim) context.Context { return context.TODO() }, nil, nil, 10 * time.Second},
		{"cancel", func(s *sim.Sim) context.Context {
			ctx, cancel := s.WithCancel(context.Background())
			later(s, cancel)
			return ctx
		}, context.Canceled, context.Canceled, time.Second},
		{"cancel twice", func(s *sim.Sim) context.Context {
			ctx, cancel := s.WithCancelCause(context.Background())
			later(s, func() { cancel(failure); cancel(nil) })
			return ctx
		}, context.Canceled, failure, time.Second},
		{"cancel of the parent, with values between", func(s *sim.Sim) context.Context {
			ctx, cancel := s.WithCancelCause(context.Background())
			later(s, func() { cancel(failure) })
			child, _ := s.WithTimeout(context.WithValue(ctx, key{}, 1), time.Hour)
			return context.WithValue(child, key{}, 2)
		}, context.Canceled, failure, time.Second},
		{"cancel before", func(s *sim.Sim) context.Context {
			ctx, cancel := s.WithCancel(context.Background())
			cancel()
			return ctx
		}, context.Canceled, context.Canceled, 0},
		{"cancel of a child", func(s *sim.Sim) context.Context {
			ctx, _ := s.WithCancel(context.Background())
			_, cancel := s.WithCancel(ctx)
			later(s, cancel)
			return ctx
		}, nil, nil, 10 * time.Second},
		{"timeout", func(s *sim.Sim) context.Context {
			ctx, _ := s.WithTimeout(context.Background(), 3*time.Second)
			return ctx
		}, context.DeadlineExceeded, context.DeadlineExceeded, 3 * time.Second},
		{"timeout of zero", func(s *sim.Sim) context.Context {
			ctx, _ := s.WithTimeout(context.Background(), 0)
			return ctx
		}, context.DeadlineExceeded, context.DeadlineExceeded, 0},
		{"timeout that was cancelled", func(s *sim.Sim) context.Context {
			ctx, cancel := s.WithTimeout(context.Background(), 3*time.Second)
			later(s, cancel)
			return ctx
		}, context.Canceled, context.Canceled, time.Second},
		{"timeout of the parent", func(s *sim.Sim) context.Context {
			ctx, _ := s.WithTimeout(context.Background(), 3*time.Second)
			child, _ := s.WithTimeout(ctx, 4*time.Second)
			return child
		}, context.DeadlineExceeded, context.DeadlineExceeded, 3 * time.Second},
		{"timeout of the child", func(s *sim.Sim) context.Context {
			ctx, _ := s.WithTimeout(context.Background(), 3*time.Second)
			child, _ := s.WithTimeout(ctx, 2*time.Second)
			return child
		}, context.DeadlineExceeded, context.DeadlineExceeded, 2 * time.Second},
		{"deadline", func(s *sim.Sim) context.Context {
			ctx, _ := s.WithDeadline(context.Background(), s.Wall().Add(5*time.Second))
			return ctx
		}, context.DeadlineExceeded, context.DeadlineExceeded, 5 * time.Second},
		{"deadline in the past", func(s *sim.Sim) context.Context {
			ctx, _ := s.WithDeadline(context.Background(), s.Wall().Add(-1))
			return ctx
		}, context.DeadlineExceeded, context.DeadlineExceeded, 0},
	}
	for _, test := range tests {
		for _, wait := range waits {
			t.Run(test.name+"/"+wait.name, func(t *testing.T) {
				s := sim.New(sim.Config{})
				var got, cause error
				var at time.Duration
				s.Go("main", func() {
					ctx := test.ctx(s)
					got = wait.wait(s, ctx)
					at, cause = s.Now(), context.Cause(ctx)
					closed := false
					select {
					case <-ctx.Done():
						closed = true
					default:
					}
					if closed != (ctx.Err() != nil) || ctx.Err() != got {
						t.Errorf("Err = %v, Done is closed = %t, the wait = %v, want them to agree", ctx.Err(), closed, got)
					}
				})
				if o := s.Run(); o.Err() != nil {
					t.Fatalf("Run: %v", o)
				}
				if got != test.want || cause != test.cause || at != test.at {
					t.Errorf("the wait = %v at %v by %v, want %v at %v by %v", got, at, cause, test.want, test.at, test.cause)
				}
			})
		}
	}
}

type key struct{}

func TestContextOfPackageContext(t *testing.T) {
	s := sim.New(sim.Config{})
	start := s.Wall()
	s.Go("main", func() {
		outer := context.WithValue(context.Background(), key{}, "outer")
		ctx, cancel := s.WithTimeout(outer, time.Minute)
		if got := ctx.Value(key{}); got != "outer" {
			t.Errorf("Value = %v, want outer", got)
		}
		if at, ok := ctx.Deadline(); !ok || at != start.Add(time.Minute) {
			t.Errorf("Deadline = %v, %t, want %v", at, ok, start.Add(time.Minute))
		}
		child, _ := s.WithTimeout(ctx, time.Hour)
		if at, ok := child.Deadline(); !ok || at != start.Add(time.Minute) {
			t.Errorf("Deadline of the child = %v, %t, want that of its parent", at, ok)
		}
		free, _ := s.WithCancel(outer)
		if at, ok := free.Deadline(); ok {
			t.Errorf("Deadline = %v of a context that has none", at)
		}
		before := runtime.NumGoroutine()
		derived, stop := context.WithCancel(ctx)
		defer stop()
		if after := runtime.NumGoroutine(); after != before {
			t.Errorf("%d goroutines were started for a derived context", after-before)
		}
		cancel()
		if derived.Err() != context.Canceled {
			t.Errorf("Err of a derived context = %v, want %v", derived.Err(), context.Canceled)
		}
	})
	if o := s.Run(); o.Err() != nil {
		t.Error(o)
	}
}

func TestContextsWhoseEndIsNotSeenAreRefused(t *testing.T) {
	s, other := sim.New(sim.Config{}), sim.New(sim.Config{})
	n, ended := s.NewNotifier("n"), s.Go("ended", func() {})
	s.Run()
	own, _ := s.WithCancel(context.Background())
	foreign, _ := other.WithCancel(context.Background())
	real, cancel := context.WithCancel(context.Background())
	defer cancel()
	derived, cancel := context.WithCancel(own)
	defer cancel()
	calls := map[string]func(context.Context){
		"WithCancel":      func(ctx context.Context) { s.WithCancel(ctx) },
		"WithCancelCause": func(ctx context.Context) { s.WithCancelCause(ctx) },
		"WithTimeout":     func(ctx context.Context) { s.WithTimeout(ctx, 1) },
		"WithDeadline":    func(ctx context.Context) { s.WithDeadline(ctx, time.Time{}) },
		"SleepContext":    func(ctx context.Context) { s.SleepContext(ctx, 0) },
		"LockContext":     func(ctx context.Context) { s.NewMutex("mu").LockContext(ctx) },
		"WaitContext":     func(ctx context.Context) { n.WaitContext(ctx, 0, 0) },
		"JoinContext":     func(ctx context.Context) { ended.JoinContext(ctx) },
	}
	contexts := []struct {
		name string
		ctx  context.Context
		typ  string // empty if it is taken
	}{
		{"own", own, ""},
		{"own with a value", context.WithValue(own, key{}, 1), ""},
		{"without end", context.WithoutCancel(real), ""},
		{"none", nil, "<nil>"},
		{"real", real, "*context.cancelCtx"},
		{"derived by package context", derived, "*context.cancelCtx"},
		{"of another Sim", foreign, "*sim.simContext"},
	}
	for _, c := range contexts {
		for name, call := range calls {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				var want any
				if c.typ != "" {
					want = "sim: " + name + " with a context (" + c.typ + ") whose end this Sim does not see; " +
						"make it with WithCancel, WithTimeout or WithDeadline of the Sim"
				}
				if got := panicOf(func() { call(c.ctx) }); got != want {
					t.Errorf("panic value = %v, want %v", got, want)
				}
			})
		}
	}
}

// A cancel wakes who waits with the context or a child of it, and nobody else.
func TestCancelWakesThoseOfTheContext(t *testing.T) {
	s := sim.New(sim.Config{})
	n := s.NewNotifier("n")
	parent, _ := s.WithCancel(context.Background())
	ctx, cancel := s.WithCancel(parent)
	child, _ := s.WithCancel(ctx)
	sibling, _ := s.WithCancel(parent)
	var woken []string
	for name, ctx := range map[string]context.Context{"parent": parent, "ctx": ctx, "child": child, "sibling": sibling} {
		s.Go(name, func() {
			n.WaitContext(ctx, 0, sim.Forever)
			woken = append(woken, name)
		})
	}
	s.Go("canceller", func() { s.Sleep(1); cancel() })
	if o := s.Run(); o.Reason != sim.Deadlock || len(o.Waiting) != 2 {
		t.Errorf("Run: %v, want two to wait on", o)
	}
	if diff := cmp.Diff([]string{"child", "ctx"}, woken, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("woken (-want +got):\n%s", diff)
	}
}

// A task that has given up the lock neither takes it nor waits for it, however the two fall together.
func TestLockContextAgainstCancel(t *testing.T) {
	seen := make(map[bool]int)
	for seed := range uint64(200) {
		s := sim.New(sim.Config{Source: sim.NewSeed(seed)})
		mu, inside := s.NewMutex("mu"), 0
		ctx, cancel := s.WithCancel(context.Background())
		enter := func() {
			if inside++; inside > 1 {
				s.Failf("%d hold the lock", inside)
			}
			s.Yield("inside")
			inside--
			mu.Unlock()
		}
		s.Go("patient", func() {
			for range 3 {
				mu.Lock()
				enter()
			}
		})
		s.Go("impatient", func() {
			err := mu.LockContext(ctx)
			if err == nil {
				enter()
			}
			seen[err == nil]++
		})
		s.Go("canceller", func() { s.Yield("still"); cancel() })
		if o := s.Run(); o.Err() != nil {
			t.Fatalf("seed %d: %v", seed, o)
		}
	}
	if seen[true] < 20 || seen[false] < 20 {
		t.Errorf("locked %d times, given up %d times, want both at least 20 times", seen[true], seen[false])
	}
}

// The report of a deadlock names the context that nobody ends. A deadline for which no task waits is no way out.
func TestDeadlockReportNamesTheContext(t *testing.T) {
	s := sim.New(sim.Config{})
	s.Go("main", func() {
		ctx, cancel := s.WithCancel(context.Background())
		defer cancel()
		forgotten, _ := s.WithTimeout(context.Background(), 1000*time.Hour)
		_ = forgotten
		s.NewNotifier("work").WaitContext(ctx, 0, sim.Forever)
	})
	want := "deadlock at 0s after 1 steps, 1 switches\n  main: waits at wait work, until main/context ends"
	if got := s.Run().String(); got != want {
		t.Errorf("outcome:\n%s\nwant:\n%s", got, want)
	}
}

func TestCancelIsAnEvent(t *testing.T) {
	s := sim.New(sim.Config{Trace: sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})})
	s.Process("p").Go("main", func() {
		_, cancel := s.WithCancel(context.Background())
		ctx, _ := s.WithTimeout(context.Background(), time.Second)
		s.SleepContext(ctx, time.Hour)
		cancel()
		cancel()
	})
	s.Run()
	var got []string
	for _, e := range s.Trace().Events() {
		if e.Kind == sim.KindCancel {
			got = append(got, e.String())
		}
	}
	want := []string{
		`1 1.000000000 - cancel p/main/context#2 "context deadline exceeded"`,
		`3 1.000000000 p/main cancel p/main/context "context canceled"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Nothing hangs and nobody is woken who is dead: the deferred calls of a killed task may cancel and wait.
func TestContextsOfAKilledTask(t *testing.T) {
	for _, wait := range waits {
		t.Run(wait.name, func(t *testing.T) {
			s := sim.New(sim.Config{})
			p := s.Process("p")
			shared, stop := s.WithCancel(context.Background())
			deferred := false
			p.Go("victim", func() {
				ctx, cancel := s.WithTimeout(shared, time.Hour)
				defer func() { deferred = true }()
				defer wait.wait(s, shared)
				defer cancel()
				wait.wait(s, ctx)
			})
			s.Go("killer", func() {
				s.Sleep(time.Second)
				p.Kill()
				stop()
			})
			if o := s.Run(); o.Err() != nil || !deferred {
				t.Errorf("Run: %v, deferred calls ran = %t", o, deferred)
			}
		})
	}
}

// A skewed clock makes deadlines as wrong as other timers, and a jump does not move them.
func TestContextDeadlineOnAFaultyClock(t *testing.T) {
	s := sim.New(sim.Config{})
	p := s.Process("p")
	p.Skew(1_000_000) // twice as fast
	var at time.Duration
	p.Go("main", func() {
		ctx, _ := s.WithDeadline(context.Background(), s.Wall().Add(10*time.Second))
		p.Jump(time.Hour)
		s.SleepContext(ctx, time.Minute)
		at = s.Now()
	})
	if o := s.Run(); o.Err() != nil || at != 5*time.Second {
		t.Errorf("Run: %v, woken at %v, want 5s", o, at)
	}
}
