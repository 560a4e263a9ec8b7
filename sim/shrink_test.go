package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

// planted is a failure whose size is known to be far below that of the run that finds it.
type planted struct {
	name string
	run  sim.Runner
}

// plantedFailures are the textbook bugs among bystanders, and a store with faults, crashes and a workload.
func plantedFailures() []planted {
	var all []planted
	for _, b := range textbooks {
		all = append(all, planted{b.name, sim.Program(sim.Config{StepMax: 10_000}, func(s *sim.Sim) {
			for range 3 {
				s.Go("bystander", func() {
					for range 5 + s.Draw("workload/rounds", 5) {
						s.Yield("busy")
						s.Draw("workload/noise", 1000)
					}
				})
			}
			b.body(s, false)
		})})
	}
	for _, mistake := range []string{"applies before it logs", "syncs seldom", "drops the last", "trusts a torn record", "counts twice"} {
		all = append(all, planted{"store that " + mistake, sim.Program(sim.Config{StepMax: 10_000}, func(s *sim.Sim) {
			(&store{s: s, mistake: mistake}).live()
		})})
	}
	return all
}

// store is a toy log with two writers: what it acknowledged must be there after a crash, once.
type store struct {
	s             *sim.Sim
	mistake       string
	volatile, log []uint64
	acked         []uint64
	torn          bool
}

func (w *store) live() {
	s := w.s
	p := s.Process("store")
	mu := s.NewMutex("mu")
	for i := range 2 {
		p.Go("writer", func() {
			for n := range s.Draw("workload/ops", 12) {
				value := n*2 + uint64(i) + 1
				if s.Draw("workload/kind", 3) == 0 {
					continue // nothing to write
				}
				mu.Lock()
				w.write(value)
				mu.Unlock()
			}
		})
	}
	crash := s.Draw("crash/point", 40)
	s.Go("power", func() {
		for range crash {
			s.Yield("tick")
		}
		p.Kill()
	})
	s.JoinAll()
	w.recover()
}

func (w *store) write(value uint64) {
	if w.mistake == "applies before it logs" {
		w.acked = append(w.acked, value)
	}
	w.volatile = append(w.volatile, value)
	w.s.Yield("written")
	if w.s.Draw("fault/torn", 4) == 3 {
		w.torn = true
	}
	if w.mistake != "syncs seldom" || value%5 == 0 {
		w.sync()
	}
	if w.mistake != "applies before it logs" {
		w.acked = append(w.acked, value)
	}
}

func (w *store) sync() {
	w.s.Yield("sync")
	if w.mistake == "drops the last" && w.s.Draw("fault/short", 5) == 4 {
		w.volatile = w.volatile[:len(w.volatile)-1]
	}
	w.log = append(w.log, w.volatile...)
	if w.mistake == "counts twice" && len(w.log) > 3 {
		w.s.Yield("between") // and a crash comes here
	}
	w.volatile = nil
	w.torn = false
}

func (w *store) recover() {
	log := w.log
	if w.mistake == "counts twice" {
		log = append(log, w.volatile...)
	}
	if w.torn && w.mistake == "trusts a torn record" && len(w.volatile) > 0 {
		log = append(log, 999)
	}
	seen := make(map[uint64]bool)
	for _, v := range log {
		if v == 999 {
			w.s.Failf("made up %d", v)
		}
		if seen[v] {
			w.s.Failf("%d is there twice", v)
		}
		seen[v] = true
	}
	for _, v := range w.acked {
		if !seen[v] {
			w.s.Failf("lost %d", v)
		}
	}
}

// found is the first failure among seeds.
func found(tb testing.TB, run sim.Runner) sim.Script {
	tb.Helper()
	for seed := range uint64(10_000) {
		recorder := sim.NewRecorder(sim.NewSeed(seed))
		if o := run(recorder); o.Signature() != "" {
			return sim.Script{Signature: o.Signature(), Decisions: recorder.Decisions()}
		}
	}
	tb.Fatal("none of 10000 seeds fails")
	return sim.Script{}
}

// Every planted failure shrinks, to one that is one-minimal by check, never another, and the same as text.
func TestShrinkPlantedFailures(t *testing.T) {
	var table strings.Builder
	table.WriteString("Decisions that are not the plainest, in the first run that finds each planted failure and when it is shrunk; of\n" +
		"these the switches of the schedule; and the runs that shrinking took.\n\n")
	fmt.Fprintf(&table, "%-40s %6s %6s %8s %6s\n", "failure", "found", "shrunk", "schedule", "runs")
	all := plantedFailures()
	if len(all) < 20 {
		t.Fatalf("%d failures are planted, want at least 20", len(all))
	}
	for _, p := range all {
		t.Run(p.name, func(t *testing.T) {
			script := found(t, p.run)
			seen := make(map[string]bool)
			small, err := sim.Shrink(p.run, script, sim.ShrinkConfig{Progress: func(best sim.Shrunk) bool {
				seen[best.Signature] = true
				return true
			}})
			if err != nil || !small.Minimal || len(seen) != 1 || !seen[script.Signature] {
				t.Fatalf("Shrink = %+v, %v, signatures on the way %v; want it minimal, and no signature but %s",
					small, err, seen, script.Signature)
			}
			checkMinimal(t, p.run, small)
			fmt.Fprintf(&table, "%-40s %6d %6d %8d %6d\n", p.name, count(script, ""), count(small.Script, ""),
				count(small.Script, sim.LabelSchedule), small.Runs)
		})
	}
	if !t.Failed() {
		golden(t, "shrink.txt", table.String())
	}
}

func count(s sim.Script, label string) (n int) {
	for _, d := range s.Decisions {
		if d.Value > 0 && (label == "" || label == d.Label) {
			n++
		}
	}
	return n
}

// checkMinimal replays a shrunk script, whole, as text, and without each of its decisions.
func checkMinimal(t *testing.T, run sim.Runner, small sim.Shrunk) {
	t.Helper()
	var read sim.Script
	if err := read.UnmarshalText([]byte(small.Script.String())); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(small.Script, read); diff != "" {
		t.Errorf("script (-shrunk +read back):\n%s", diff)
	}
	replay := sim.NewReplay(read.Decisions)
	if o := run(replay); o.Digest != small.Outcome.Digest || replay.Rotten()+replay.Adapted() > 0 {
		t.Errorf("replay of\n%s= %v, %d rotten, %d adapted; want %v", read, o, replay.Rotten(), replay.Adapted(), small.Outcome)
	}
	for i, d := range small.Decisions {
		rest := slices.Delete(slices.Clone(small.Decisions), i, i+1)
		if o := run(sim.NewReplay(rest)); o.Signature() == small.Signature {
			t.Errorf("it fails without %v too:\n%s", d, small)
		}
	}
}

// A smaller failure of another signature is not taken for this one.
func TestShrinkKeepsTheSignature(t *testing.T) {
	run := sim.Program(sim.Config{}, func(s *sim.Sim) {
		a, b := s.Draw("fault/a", 10), s.Draw("fault/b", 10)
		switch {
		case a > 2 && b > 4:
			s.Failf("both")
		case a > 0 || b > 0:
			s.Failf("one")
		}
	})
	key := sim.Key{Task: "main", Site: sim.Site{Kind: sim.SiteStart}, Ordinal: 1}
	script := sim.Script{Signature: "violation: both", Decisions: []sim.Decision{{"fault/a", key, 10, 9, ""}, {"fault/b", key, 10, 8, ""}}}
	small, err := sim.Shrink(run, script, sim.ShrinkConfig{})
	want := sim.Script{Signature: "violation: both", Decisions: []sim.Decision{{"fault/a", key, 10, 3, ""}, {"fault/b", key, 10, 5, ""}}}
	if diff := cmp.Diff(want, small.Script); diff != "" || err != nil || !small.Minimal {
		t.Errorf("Shrink = %+v, %v; script (-want +got):\n%s", small, err, diff)
	}
}

func TestShrinkStops(t *testing.T) {
	p := plantedFailures()[3]
	script := found(t, p.run)
	for _, test := range []struct {
		name string
		cfg  sim.ShrinkConfig
	}{
		{"at the bound", sim.ShrinkConfig{RunMax: 5}},
		{"when it is told to", sim.ShrinkConfig{Progress: func(best sim.Shrunk) bool { return best.Runs < 5 }}},
	} {
		t.Run(test.name, func(t *testing.T) {
			small, err := sim.Shrink(p.run, script, test.cfg)
			if err != nil || small.Runs != 5 || small.Minimal || small.Signature != script.Signature {
				t.Errorf("Shrink = %+v, %v; want the best after 5 runs, not known to be minimal", small, err)
			}
			if o := p.run(sim.NewReplay(small.Decisions)); o.Signature() != script.Signature {
				t.Errorf("replay = %v, want %s", o, script.Signature)
			}
		})
	}
}

func TestShrinkRefusesWhatDoesNotFail(t *testing.T) {
	run := plantedFailures()[0].run
	for _, script := range []sim.Script{{}, {Signature: "violation: another", Decisions: found(t, run).Decisions}} {
		if _, err := sim.Shrink(run, script, sim.ShrinkConfig{}); !errors.Is(err, sim.ErrNotReproduced) {
			t.Errorf("Shrink = %v, want ErrNotReproduced", err)
		}
	}
}

func BenchmarkShrink(b *testing.B) {
	for _, p := range plantedFailures() {
		b.Run("failure="+strings.ReplaceAll(p.name, " ", "-"), func(b *testing.B) {
			script := found(b, p.run)
			var runs uint64
			for b.Loop() {
				small, err := sim.Shrink(p.run, script, sim.ShrinkConfig{})
				if err != nil {
					b.Fatal(err)
				}
				runs += small.Runs
			}
			b.ReportMetric(float64(runs)/float64(b.N), "runs/op")
		})
	}
}
