package sim_test

import (
	"errors"
	"testing"

	"github.com/batpak/batpak-sim/sim"
)

// script is a Source that answers with the numbers of a list, whatever the label.
type script []uint64

func (s *script) Draw(_ string, n uint64) uint64 {
	v := (*s)[0] % n
	*s = (*s)[1:]
	return v
}

// story runs three tasks of three letters each and returns the order in which they are written.
func story(strategy sim.Strategy, step func(s *sim.Sim, name string)) string {
	s := sim.New(sim.Config{Strategy: strategy})
	order := ""
	for _, name := range []string{"a", "b", "c"} {
		s.Go(name, func() {
			for range 3 {
				order += name
				step(s, name)
			}
		})
	}
	s.Run()
	return order
}

func yield(s *sim.Sim, _ string) { s.Yield("x") }

func TestPCT(t *testing.T) {
	tests := []struct {
		name         string
		depth, steps uint64
		draws        script
		want         string
	}{
		{"priorities", 1, 99, script{7, 9, 8}, "bbbcccaaa"},
		{"equal priorities", 1, 99, script{7, 7, 7}, "aaabbbccc"},
		{"zero counts as one", 0, 0, script{7, 9, 8}, "bbbcccaaa"},
		{"a change at the third step", 2, 99, script{2, 7, 9, 8}, "bbcccaaab"},
		{"changes, the later falls less", 3, 99, script{1, 5, 7, 9, 8}, "bcccaaabb"},
		{"two changes at one step", 3, 99, script{1, 1, 7, 9, 8}, "baaacccbb"},
		{"a fall below the lowest there is", 2, 99, script{2, 0, 2, 1}, "bbcccaaab"},
		{"a change after the end", 2, 99, script{50, 7, 9, 8}, "bbbcccaaa"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := story(sim.PCT(&test.draws, test.depth, test.steps), yield); got != test.want {
				t.Errorf("order = %s, want %s", got, test.want)
			}
		})
	}
}

// What conflicts with the step made is drawn anew, and nothing else is.
func TestPOS(t *testing.T) {
	falling := script{5, 9, 7, 8, 6, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	tests := []struct {
		name  string
		step  func(*sim.Sim, string)
		want  string
		draws int
	}{
		{"objects of their own", func(s *sim.Sim, name string) { s.Writes(name) }, "bbcbacaca", 12},
		{"an object that all look at", func(s *sim.Sim, _ string) { s.Reads("x") }, "bbcbacaca", 12},
		{"an object that all change", func(s *sim.Sim, _ string) { s.Writes("x") }, "bbcbaaacc", 18},
		{"undeclared", yield, "bbcbaaacc", 18},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			draws := append(script(nil), falling...)
			if got := story(sim.POS(&draws), test.step); got != test.want {
				t.Errorf("order = %s, want %s", got, test.want)
			}
			if got := len(falling) - len(draws); got != test.draws {
				t.Errorf("%d draws, want %d", got, test.draws)
			}
		})
	}
}

func TestConflicts(t *testing.T) {
	site := func(kind, object string) sim.Site { return sim.Site{Kind: kind, Object: object} }
	tests := []struct {
		name string
		a, b sim.Site
		want bool
	}{
		{"two that read", site(sim.SiteRead, "x"), site(sim.SiteRead, "x"), false},
		{"one that writes", site(sim.SiteRead, "x"), site(sim.SiteWrite, "x"), true},
		{"another object", site(sim.SiteWrite, "y"), site(sim.SiteWrite, "x"), false},
		{"one mutex", site(sim.SiteLock, "x"), site(sim.SiteLock, "x"), true},
		{"namesakes", site(sim.SiteLock, "x"), site(sim.SiteWrite, "x"), false},
		{"two that wait", site(sim.SiteWait, "x"), site(sim.SiteWait, "x"), false},
		{"one that notifies", site(sim.SiteWait, "x"), site(sim.SiteNotify, "x"), true},
		{"two that join", site(sim.SiteJoin, "x"), site(sim.SiteJoin, "x"), false},
		{"one that joins all", site(sim.SiteJoin, ""), site(sim.SiteRead, "x"), true},
		{"undeclared", site(sim.SiteYield, "x"), site(sim.SiteRead, "x"), true},
		{"undeclared and a start", site(sim.SiteYield, "x"), site(sim.SiteStart, ""), false},
		{"two sleeps", site(sim.SiteSleep, ""), site(sim.SiteSleep, ""), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, back := test.a.Conflicts(test.b), test.b.Conflicts(test.a); got != test.want || back != test.want {
				t.Errorf("Conflicts(%v, %v) = %t, and the other way round %t, want %t", test.a, test.b, got, back, test.want)
			}
		})
	}
}

func TestParseStrategy(t *testing.T) {
	for _, name := range []string{"", "rand", "random:1", "pos:", "pct", "pct:3", "pct:0:5", "pct:3:0", "pct:3:x", "pct:3:4:5"} {
		if _, err := sim.ParseStrategy(name); !errors.Is(err, sim.ErrStrategy) {
			t.Errorf("ParseStrategy(%q) = %v, want ErrStrategy", name, err)
		}
	}
	for name, want := range map[string]func(sim.Source) sim.Strategy{
		"random": sim.RandomWalk, "pos": sim.POS,
		"pct:3:20": func(src sim.Source) sim.Strategy { return sim.PCT(src, 3, 20) },
	} {
		got, err := sim.ParseStrategy(name)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(20) {
			if got, want := story(got(sim.NewSeed(seed)), yield), story(want(sim.NewSeed(seed)), yield); got != want {
				t.Errorf("%s, seed %d: order = %s, want %s", name, seed, got, want)
			}
		}
	}
}
