package sim_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

// asked is what a strategy was told at one step.
type asked struct {
	Step     uint64
	Current  int
	Runnable []string // name and site
}

// observer is a strategy that notes what it is told and then does as alternate.
type observer struct{ asked []asked }

func (o *observer) Next(c *sim.Choice) int {
	a := asked{Step: c.Step, Current: c.Current}
	for _, t := range c.Runnable {
		a.Runnable = append(a.Runnable, t.Name()+": "+t.Site().String())
	}
	o.asked = append(o.asked, a)
	return alternate{}.Next(c)
}

func TestStrategyIsToldWhatCanRun(t *testing.T) {
	o := new(observer)
	s := sim.New(sim.Config{Strategy: o})
	mu, n := s.NewMutex("mu"), s.NewNotifier("n")
	a := s.Go("a", func() {
		mu.Lock()
		n.Wait(0, 1)
		mu.Unlock()
	})
	s.Go("b", func() {
		mu.Lock()
		s.Yield("y")
		n.Notify()
		a.Join()
	})
	s.Run()
	want := []asked{
		{1, -1, []string{"a: start", "b: start"}},
		{2, 0, []string{"a: lock mu", "b: start"}},
		{3, 1, []string{"a: lock mu", "b: lock mu"}},
		{4, 0, []string{"a: wait n"}}, // b cannot get mu; the timer of a has fired
		{5, -1, []string{"b: lock mu"}},
		{6, 0, []string{"b: yield y"}},
		{7, 0, []string{"b: notify n"}},
		{8, 0, []string{"b: join a"}},
	}
	if diff := cmp.Diff(want, o.asked); diff != "" {
		t.Errorf("choices (-want +got):\n%s", diff)
	}
}

func TestRandomWalk(t *testing.T) {
	tests := []struct {
		name     string
		draw     constant
		current  int
		runnable int
		want     int
	}{
		{"one task needs no draw", 99, 0, 1, 0},
		{"zero stays", 0, 2, 4, 2},
		{"below the current task", 1, 2, 4, 0},
		{"just below the current task", 2, 2, 4, 1},
		{"above the current task", 3, 2, 4, 3},
		{"no current task, zero", 0, -1, 4, 0},
		{"no current task, last", 3, -1, 4, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			recorder := sim.NewRecorder(test.draw)
			choice := sim.Choice{Step: 1, Current: test.current, Runnable: make([]*sim.Task, test.runnable)}
			if got := sim.RandomWalk(recorder).Next(&choice); got != test.want {
				t.Errorf("Next() = %d, want %d", got, test.want)
			}
			var want []sim.Decision
			if test.runnable > 1 {
				want = []sim.Decision{{Label: sim.LabelSchedule, N: uint64(test.runnable), Value: uint64(test.draw)}}
			}
			if diff := cmp.Diff(want, recorder.Decisions()); diff != "" {
				t.Errorf("decisions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScheduleOfZerosNeverPreempts(t *testing.T) {
	s := sim.New(sim.Config{Source: sim.NewReplay(nil)})
	order := ""
	for _, name := range []string{"a", "b", "c"} {
		s.Go(name, func() {
			for range 3 {
				order += name
				s.Yield("x")
			}
		})
	}
	if o := s.Run(); o.Err() != nil || o.Switches != 3 {
		t.Errorf("Run: %v, want done after 3 switches", o)
	}
	if want := "aaabbbccc"; order != want {
		t.Errorf("order = %q, want %q", order, want)
	}
}

func TestStepsDoNotAllocate(t *testing.T) {
	s := sim.New(sim.Config{StepMax: 1 << 16})
	done := false
	mu, n := s.NewMutex("mu"), s.NewNotifier("n")
	s.Go("other", func() {
		for !done {
			mu.Lock()
			s.Yield("held")
			mu.Unlock()
			n.Notify()
			s.Sleep(1)
		}
	})
	var got float64
	s.Go("measured", func() {
		got = testing.AllocsPerRun(200, func() {
			s.Yield("x")
			pass(mu)
			n.Wait(n.Epoch(), 5)
			s.Sleep(1)
		})
		done = true
	})
	s.Run()
	if got != 0 {
		t.Errorf("a round of steps allocates %v times, want 0", got)
	}
}
