package simfs_test

import (
	"errors"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
)

func TestDelay(t *testing.T) {
	var slept []time.Duration
	var records []simfs.Record
	var f *simfs.FS
	f = newFS(t, simfs.Config{
		Sleep: func(d time.Duration) {
			slept = append(slept, d)
			f.Pending() // nothing is locked
		},
		Observe: func(r simfs.Record) { records = append(records, r) },
	})
	h, err := f.Create("/w/a.log")
	must(t, err)
	parse(t, f, "write path=*.log every=2: delay d=5ms; write nth=2: delay d=1s; write nth=2: fail")
	slept, records = nil, nil
	for i, want := range []error{nil, syscall.EIO, nil, nil} {
		if _, err := h.WriteString("x"); !errors.Is(err, want) {
			t.Errorf("write %d gives %v, want %v", i, err, want)
		}
	}
	if diff := cmp.Diff([]time.Duration{1005 * time.Millisecond, 5 * time.Millisecond}, slept); diff != "" {
		t.Errorf("slept, -want +got:\n%s", diff)
	}
	var held []time.Duration
	for _, r := range records {
		held = append(held, r.Delay)
	}
	if diff := cmp.Diff([]time.Duration{0, 1005 * time.Millisecond, 0, 5 * time.Millisecond}, held); diff != "" {
		t.Errorf("records tell, -want +got:\n%s", diff)
	}
	var fired []uint64
	for _, r := range f.Faults() {
		fired = append(fired, r.Fired)
	}
	if diff := cmp.Diff([]uint64{2, 1, 1}, fired); diff != "" {
		t.Errorf("fired, -want +got:\n%s", diff)
	}
}

// The operation is numbered, then waits, then the hook is called.
func TestDelayComesBeforeTheHook(t *testing.T) {
	var got []string
	f := newFS(t, simfs.Config{
		Sleep:  func(d time.Duration) { got = append(got, d.String()) },
		Hook:   func(op simfs.Op) { got = append(got, op.String()) },
		Faults: []simfs.Rule{{Ops: simfs.Ops(simfs.OpStat), Effect: simfs.Delay, Delay: time.Second}},
	})
	got = nil
	_, err := f.Stat("/w")
	must(t, err)
	if diff := cmp.Diff([]string{"1s", "#5 stat /w"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDelayTakesTheTimeOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFS(t, simfs.Config{})
		h, err := f.Create("/w/f")
		must(t, err)
		parse(t, f, "sync nth=1: delay d=5h")
		start, done := time.Now(), make(chan time.Duration)
		go func() {
			_ = h.Sync()
			done <- time.Since(start)
		}()
		synctest.Wait()
		if _, err := f.Stat("/w"); err != nil { // others go on
			t.Error(err)
		}
		if got := <-done; got != 5*time.Hour {
			t.Errorf("the sync took %s, want 5h", got)
		}
	})
}

// A filesystem that dies while an operation waits takes it along.
func TestCrashWhileWaiting(t *testing.T) {
	var f *simfs.FS
	f = newFS(t, simfs.Config{Sleep: func(time.Duration) { f.Crash() }})
	parse(t, f, "mkdir: delay d=1s")
	if err := f.Mkdir("/w/d", 0o700); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Mkdir() = %v, want ErrCrashed", err)
	}
}

// What others do while an operation waits, or in the hook, comes before it.
func TestOffsetIsThatOfTheMoment(t *testing.T) {
	for _, rule := range []string{"write nth=1: delay d=1s", ""} {
		t.Run(rule, func(t *testing.T) {
			var other func()
			once := func() {
				if do := other; do != nil {
					other = nil
					do()
				}
			}
			cfg := simfs.Config{Sleep: func(time.Duration) { once() }}
			if rule == "" {
				cfg.Hook = func(simfs.Op) { once() }
			}
			f := newFS(t, cfg)
			h, err := f.Create("/w/f")
			must(t, err)
			parse(t, f, rule)
			other = func() {
				_, err := h.WriteString("one")
				must(t, err)
			}
			_, err = h.WriteString("two")
			must(t, err)
			if b, err := readFile(f, "/w/f"); string(b) != "onetwo" || err != nil {
				t.Errorf("the file is %q, %v, want onetwo", b, err)
			}
		})
	}
}

func TestSleepMayEndTheGoroutine(t *testing.T) {
	f := newFS(t, simfs.Config{Sleep: func(time.Duration) { runtime.Goexit() }})
	parse(t, f, "mkdir: delay d=1s")
	done := make(chan bool)
	go func() {
		defer close(done)
		_ = f.Mkdir("/w/d", 0o700)
	}()
	<-done
	if _, err := f.Stat("/w/d"); err == nil {
		t.Error("the directory was made by an operation that never came to it")
	}
}
