package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/mutation"
	"github.com/batpak/batpak-sim/scenarios"
)

// clock is a wall clock that moves when it is told to.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func TestProgress(t *testing.T) {
	pass, violated := scenarios.Result{Verdict: scenarios.Pass}, scenarios.Result{Verdict: scenarios.Violated}
	type step struct {
		after  time.Duration
		result scenarios.Result
	}
	tests := []struct {
		name     string
		terminal bool
		seeds    uint64
		steps    []step
		want     string
	}{
		{"short", true, 9, []step{{1900 * time.Millisecond, pass}}, ""},
		{"plain", false, 99, []step{{2 * time.Second, pass}, {9900 * time.Millisecond, violated}, {100 * time.Millisecond, pass}},
			"1 of 200 runs, 0.5 runs/s, 6m38s to go, 0 did not pass\n" +
				"3 of 200 runs, 0.2 runs/s, 13m8s to go, 1 did not pass\n"},
		{"terminal", true, 99, []step{{2 * time.Second, violated}, {199 * time.Millisecond, pass}, {time.Millisecond, pass}},
			"   0% ░░░░░░░░░░░░░░░░░░░░  1 of 200 runs, 0.5 runs/s, 6m38s to go, 1 did not pass\n" +
				"   1% ░░░░░░░░░░░░░░░░░░░░  3 of 200 runs, 1.4 runs/s, 2m24s to go, 1 did not pass\n"},
		{"terminal, all done", true, 0, []step{{2 * time.Second, pass}, {time.Hour, pass}},
			"  50% ██████████░░░░░░░░░░  1 of 2 runs, 0.5 runs/s, 2s to go, 0 did not pass\n" +
				"  99% ███████████████████░  2 of 2 runs, 0.0 runs/s, 0s to go, 0 did not pass\n"},
		{"terminal, without end", true, 1<<64 - 1, []step{{time.Hour, pass}}, "   0% ░░░░░░░░░░░░░░░░░░░░  1 runs, 0.0 runs/s, no end, 0 did not pass\n"},
		{"longer than a duration", false, 1<<32 - 1, []step{{time.Hour, pass}},
			"1 of 8589934592 runs, 0.0 runs/s, no end, 0 did not pass\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			c := clock{now: time.Unix(1e9, 0)}
			p := newProgress(&b, c.Now, false)
			p.terminal = tt.terminal
			for _, s := range tt.steps {
				c.now = c.now.Add(s.after)
				p.update(s.result, scenarios.SweepConfig{Scenarios: []string{"a", "b"}, To: tt.seeds})
			}
			p.clear()
			got := b.String()
			if tt.terminal {
				got = shown(got)
			}
			if got != tt.want {
				t.Errorf("progress = %q, want %q", got, tt.want)
			}
		})
	}
}

// shown is what stands on a terminal, one behind the other, when a text is written to it that
// goes back to the beginning of its line. The last must be empty.
func shown(text string) string {
	var lines []string
	all := strings.Split(text, "\r")
	for _, line := range all {
		if line = strings.TrimRight(line, " "); line != "" && (len(lines) == 0 || line+"\n" != lines[len(lines)-1]) {
			lines = append(lines, line+"\n")
		}
	}
	if last := strings.TrimSpace(all[len(all)-1]); last != "" {
		return "left behind: " + last
	}
	return strings.Join(lines, "")
}

// A sweep with a budget is as far as its time, if that is further than its runs, and what nobody
// knows the end of spins.
func TestProgressShares(t *testing.T) {
	var b strings.Builder
	c := clock{now: time.Unix(1e9, 0)}
	p := newProgress(&b, c.Now, false)
	p.terminal, p.budget = true, time.Minute
	c.now = c.now.Add(45 * time.Second)
	p.update(scenarios.Result{Verdict: scenarios.Pass}, scenarios.SweepConfig{Scenarios: []string{"a"}, To: 9})
	p.clear()
	l := newLine(&b, c.Now, false)
	l.terminal, l.width = true, 50
	c.now = c.now.Add(2 * time.Second)
	l.tell(unknown, func(elapsed time.Duration) string { return elapsed.String() + " of a line that is too long" })
	l.clear()
	want := "  75% ███████████████░░░░░  1 of 10 runs, 0.0 runs/s, 15s to go, 0 did not pass\n⠋  2s of a line that\n"
	if got := shown(b.String()); got != want {
		t.Errorf("progress = %q, want %q", got, want)
	}
}

func TestHuntText(t *testing.T) {
	tests := []struct {
		name string
		of   mutation.Progress
		want string
	}{
		{"the first is hunted", mutation.Progress{Total: 94, Runs: 30}, "0 of 94 defects, 0 not found, 30 runs, 1.0 runs/s"},
		{"some are done", mutation.Progress{Total: 94, Done: 4, Missed: 1, Runs: 600}, "4 of 94 defects, 1 not found, 600 runs, 20.0 runs/s, 11m15s to go"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := huntText(tt.of, 30*time.Second); got != tt.want {
				t.Errorf("huntText = %q, want %q", got, tt.want)
			}
		})
	}
}

// Colours are for terminals that want them.
func TestProgressColours(t *testing.T) {
	for _, colour := range []bool{false, true} {
		var b strings.Builder
		c := clock{now: time.Unix(1e9, 0)}
		l := newLine(&b, c.Now, false)
		l.terminal, l.colour = true, colour
		c.now = c.now.Add(time.Minute)
		l.tell(0.5, func(time.Duration) string { return "half" })
		if got := strings.Contains(b.String(), "\x1b["); got != colour {
			t.Errorf("colour = %t: progress = %q", colour, b.String())
		}
	}
}

// A quiet progress does not speak to what is no terminal.
func TestProgressQuiet(t *testing.T) {
	for _, quiet := range []bool{true, false} {
		var b strings.Builder
		c := clock{now: time.Unix(1e9, 0)}
		p := newProgress(&b, c.Now, quiet)
		c.now = c.now.Add(time.Minute)
		p.update(scenarios.Result{}, scenarios.SweepConfig{Scenarios: []string{"a"}})
		if (b.Len() == 0) != quiet {
			t.Errorf("quiet = %t: progress = %q", quiet, b.String())
		}
	}
}

// What is a device for characters counts as a terminal, and to that a quiet
// progress speaks, too.
func TestProgressQuietOnTerminal(t *testing.T) {
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if p := newProgress(device, time.Now, true); !p.terminal || p.w != device {
		t.Errorf("newProgress(%s) = %+v, want one that writes there", os.DevNull, p)
	}
}

func TestIsTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if isTerminal(file) {
		t.Errorf("isTerminal(%s) = true, want false", file.Name())
	}
	if isTerminal(&strings.Builder{}) {
		t.Error("isTerminal of a string = true, want false")
	}
}
