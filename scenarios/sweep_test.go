package scenarios

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// stub is a run that passes without doing anything.
func stub(c Config) (Result, error) {
	return Result{Scenario: c.Scenario, Seed: c.Seed, FaultMode: c.Faults, Steps: c.Steps, Verdict: Pass, Outcome: Committed}, nil
}

// drive sweeps over stubbed runs and returns what the results are of.
func drive(t *testing.T, ctx context.Context, config SweepConfig, run runFunc) ([]runKey, Summary, error) {
	t.Helper()
	var got []runKey
	summary, err := sweep(ctx, config, run, func(r Result) { got = append(got, runKey{r.Seed, r.Scenario}) })
	return got, summary, err
}

type runKey struct {
	Seed     uint64
	Scenario string
}

func TestSweepIsTheSumOfItsRuns(t *testing.T) {
	config := SweepConfig{From: 3, To: 4, Faults: FaultsHeavy, Steps: 4, Workers: 2}
	var runs []Result
	var counters Counters
	var schedule, switches, reserved uint64
	var virtual time.Duration
	for seed := config.From; seed <= config.To; seed++ {
		for _, name := range Names() {
			r, err := Run(Config{Scenario: name, Seed: seed, Faults: config.Faults, Steps: config.Steps})
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, r)
			counters.Add(r.Counters)
			schedule, switches, virtual = schedule+r.Schedule, switches+r.Switches, virtual+r.Virtual
			reserved += r.Points["append/reserved"]
		}
	}
	var got []Result
	summary, err := Sweep(t.Context(), config, func(r Result) { got = append(got, r) })
	if err != nil {
		t.Fatalf("Sweep = %v, want success", err)
	}
	if d := cmp.Diff(runs, got); d != "" {
		t.Errorf("results of the sweep differ from those of its runs (-runs +sweep):\n%s", d)
	}
	if all := 2 * uint64(len(Names())); summary.Runs != all || summary.Planned != all {
		t.Errorf("summary has %d of %d runs, want %d", summary.Runs, summary.Planned, all)
	}
	if summary.Counters != counters {
		t.Errorf("counters = %+v, want %+v", summary.Counters, counters)
	}
	if summary.Schedule != schedule || summary.Switches != switches || summary.Virtual != virtual {
		t.Errorf("summary has %d steps, %d switches, %v; want %d, %d, %v",
			summary.Schedule, summary.Switches, summary.Virtual, schedule, switches, virtual)
	}
	if got := summary.Points["append/reserved"]; got != reserved || reserved == 0 {
		t.Errorf("append/reserved was passed %d times, want %d", got, reserved)
	}
}

func TestSweepOrder(t *testing.T) {
	var all []runKey
	for _, name := range Names() {
		all = append(all, runKey{0, name})
	}
	tests := []struct {
		name   string
		config SweepConfig
		want   []runKey
	}{
		{"zero value", SweepConfig{}, all},
		{"scenarios as given", SweepConfig{Scenarios: []string{"torn-write", "crash"}, From: 7, To: 8, Workers: 3},
			[]runKey{{7, "torn-write"}, {7, "crash"}, {8, "torn-write"}, {8, "crash"}}},
		{"highest seeds", SweepConfig{Scenarios: []string{"crash"}, From: math.MaxUint64 - 1, To: math.MaxUint64, Workers: 1},
			[]runKey{{math.MaxUint64 - 1, "crash"}, {math.MaxUint64, "crash"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := drive(t, t.Context(), tt.config, stub)
			if d := cmp.Diff(tt.want, got); d != "" || err != nil {
				t.Errorf("sweep(%+v) = %v, results (-want +got):\n%s", tt.config, err, d)
			}
		})
	}
}

// The first run ends last of all that the window admits: what is held back is
// bounded, and comes out in order.
func TestSweepWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers, seeds = 2, 1000
		begun := make(chan uint64, seeds)
		first := make(chan struct{})
		run := func(c Config) (Result, error) {
			if begun <- c.Seed; c.Seed == 0 {
				<-first
			}
			return stub(c)
		}
		config := SweepConfig{Scenarios: []string{"crash"}, To: seeds - 1, Workers: workers}
		ended := make(chan []runKey)
		go func() {
			got, _, _ := drive(t, t.Context(), config, run)
			ended <- got
		}()
		synctest.Wait()
		// The collector has taken the first place out of the window.
		if got, want := len(begun), 1+workers*windowPerWorker; got != want {
			t.Errorf("%d runs began while the first had not ended, want %d", got, want)
		}
		close(first)
		got := <-ended
		for i := range got {
			if got[i].Seed != uint64(i) {
				t.Fatalf("result %d is of seed %d", i, got[i].Seed)
			}
		}
		if len(got) != seeds {
			t.Errorf("%d results, want %d", len(got), seeds)
		}
	})
}

func TestSweepCancelled(t *testing.T) {
	cause := errors.New("enough")
	t.Run("in the middle", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		seen := uint64(0)
		summary, err := sweep(ctx, SweepConfig{To: math.MaxUint64, Workers: 2}, stub, func(Result) {
			if seen++; seen == 10 {
				cancel(cause)
			}
		})
		if !errors.Is(err, cause) {
			t.Errorf("sweep = %v, want %v", err, cause)
		}
		if summary.Runs != seen || seen < 10 || seen > 10+3*windowPerWorker {
			t.Errorf("summary has %d runs of %d results, want all of a few more than 10", summary.Runs, seen)
		}
		if v := summary.Verdict(); v != Inconclusive {
			t.Errorf("verdict = %v, want %v", v, Inconclusive)
		}
	})
	t.Run("before it began", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		got, summary, err := drive(t, ctx, SweepConfig{}, stub)
		if len(got) != 0 || summary.Runs != 0 || summary.Planned != uint64(len(Names())) || !errors.Is(err, cause) {
			t.Errorf("sweep = %d results, %d of %d runs, %v", len(got), summary.Runs, summary.Planned, err)
		}
	})
	t.Run("at the last run", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		summary, err := sweep(ctx, SweepConfig{Scenarios: []string{"crash"}}, stub, func(Result) { cancel(cause) })
		if err != nil || summary.Verdict() != Pass {
			t.Errorf("sweep = %v, %v; want %v and success, for nothing is missing", summary.Verdict(), err, Pass)
		}
	})
}

func TestSweepConfigRefused(t *testing.T) {
	tests := []struct {
		name   string
		config SweepConfig
		want   []string
	}{
		{"unknown scenario", SweepConfig{Scenarios: []string{"crash", "flood"}}, []string{`"flood"`, "racing-publish"}},
		{"scenario twice", SweepConfig{Scenarios: []string{"crash", "crash"}}, []string{`"crash" is given twice`}},
		{"range", SweepConfig{From: 5, To: 1}, []string{"5..1"}},
		{"faults", SweepConfig{Faults: "mild"}, []string{`"mild"`, "off light heavy"}},
		{"steps", SweepConfig{Steps: StepsMax + 1}, []string{"1001 steps", "1 to 1000"}},
		{"workers", SweepConfig{Workers: -1}, []string{"-1 workers"}},
		{"several", SweepConfig{From: 5, To: 1, Workers: -1}, []string{"5..1", "-1 workers"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, summary, err := drive(t, t.Context(), tt.config, stub)
			if err == nil || len(got) > 0 || summary.Planned != 0 {
				t.Fatalf("sweep(%+v) = %d results, %v, want an error and no run", tt.config, len(got), err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("sweep(%+v) = %q, want %q in it", tt.config, err, want)
				}
			}
		})
	}
}

func TestSweepPlanned(t *testing.T) {
	two := []string{"crash", "torn-write"}
	tests := []struct {
		name     string
		from, to uint64
		want     uint64
	}{
		{"one seed", 9, 9, 2},
		{"a range", 1, 20000, 40000},
		{"more than can be counted", 0, math.MaxUint64, math.MaxUint64},
		{"the most that can be", 1, math.MaxUint64 / 2, math.MaxUint64 - 1},
		{"one seed more", 0, math.MaxUint64 / 2, math.MaxUint64},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (SweepConfig{Scenarios: two, From: tt.from, To: tt.to}).planned(); got != tt.want {
				t.Errorf("planned(%d..%d) = %d, want %d", tt.from, tt.to, got, tt.want)
			}
		})
	}
}

// A sweep in parts comes to what it does in one go, wherever it was cut.
func TestSweepGoesOn(t *testing.T) {
	config := SweepConfig{From: 5, To: 9, Scenarios: []string{"crash", "torn-write", "racing-publish"}, Faults: FaultsHeavy, Steps: 2}
	whole, err := Sweep(t.Context(), config, func(Result) {})
	if err != nil {
		t.Fatal(err)
	}
	for cut := range whole.Runs + 1 {
		first := config
		ctx, stop := context.WithCancelCause(t.Context())
		first.Watch = func(s Summary) {
			if s.Runs == cut {
				stop(ErrBudget)
			}
		}
		if cut == 0 {
			stop(ErrBudget)
		}
		before, err := Sweep(ctx, first, func(Result) {})
		if err != nil || before.Runs < cut {
			t.Fatalf("cut at %d: %d runs, %v", cut, before.Runs, err)
		}
		if before.Runs < whole.Runs && (before.Ended != EndedBudget || before.Verdict() != Pass) {
			t.Errorf("cut at %d: ended %q, %v, want as the budget asks and a pass", cut, before.Ended, before.Verdict())
		}
		second := config
		second.Before = &before
		got, err := Sweep(t.Context(), second, func(Result) {})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(whole, got, cmpopts.IgnoreFields(Summary{}, "Behaviours", "Earlier"), cmpopts.IgnoreFields(SweepConfig{}, "Before", "Watch")); d != "" {
			t.Errorf("cut at %d (-whole +parts):\n%s", cut, d)
		}
	}
	second := config
	second.From, second.Before = 4, &whole
	if _, err := Sweep(t.Context(), second, nil); err == nil {
		t.Error("a sweep of other seeds goes on, want an error")
	}
}
