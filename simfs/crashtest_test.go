package simfs_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// appendTwice appends two records to a log and promises each.
func appendTwice(sync bool) func(f afero.Fs, acks *simfs.Acks) error {
	return func(f afero.Fs, acks *simfs.Acks) error {
		h, err := f.OpenFile("/log", os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		for _, record := range []string{"a", "b"} {
			if _, err := h.Write(units(record)); err != nil {
				return err
			}
			if sync {
				if err := errors.Join(h.Sync(), fsync(f, "/")); err != nil {
					return err
				}
			}
			acks.Add(record)
		}
		return h.Close()
	}
}

// promisesKept objects if the log lacks a record that was promised.
func promisesKept(f afero.Fs, acks *simfs.Acks) error {
	acked := acks.All()
	b, err := afero.ReadFile(f, "/log")
	if err != nil && len(acked) > 0 {
		return err
	}
	if got := spell(b); !strings.HasPrefix(got, strings.Join(acked, "")) {
		return fmt.Errorf("promised %q, found %q", acked, got)
	}
	return nil
}

func TestCrashTestChecksEveryImage(t *testing.T) {
	report := simfs.CrashTest{Workload: appendTwice(true), Check: promisesKept}.Test(t)
	// Before the first sync: no name; or with it no size, or the unit lost as zeros or
	// as filler, or kept. Before the sync of the directory: with the name or without,
	// both seen. Before the next sync of the file, a promised: as at first, the name
	// durable. Then nothing is unsynced, twice: once seen, once with b promised.
	if got, want := report.String(), "no objection: 10 images checked, 3 duplicates, all of 13 states at 5 crash points"; got != want {
		t.Errorf("the report is %q, want %q", got, want)
	}
	if !report.Complete || report.Failure != nil {
		t.Errorf("complete %v, failure %v, want a complete search without failure", report.Complete, report.Failure)
	}
}

func TestCrashTestFindsAndShrinks(t *testing.T) {
	test := simfs.CrashTest{
		Workload: appendTwice(false),
		Check: func(f afero.Fs, _ *simfs.Acks) error {
			b, err := afero.ReadFile(f, "/log")
			if err == nil && spell(b) == "0b" {
				return errors.New("the second record without the first")
			}
			return nil
		},
	}
	report, err := test.Run()
	must(t, err)
	if report.Failure == nil {
		t.Fatalf("%s, want an objection", report)
	}
	for _, want := range []string{
		"objection   the second record without the first",
		`promised    ["a" "b"]`,
		"crash       at the end, under posix-strict: image 4-",
		"    #1 create /log\n",
		"survived  link /log  (directory / was not synced since)",
		"partly    write /log [0,+512): the size of 512 bytes survived without them  (the file was not synced since)",
		"survived  write /log [512,+512)",
		"durable for sure\n    nothing\n",
	} {
		if !strings.Contains(report.Failure.String(), want) {
			t.Errorf("the story lacks %q:\n%s", want, report.Failure)
		}
	}
	test.Only = report.Failure.Images
	again, err := test.Run()
	must(t, err)
	if again.Failure == nil || again.Failure.String() != report.Failure.String() || again.Checked != 1 {
		t.Errorf("with Only: %s, want the same failure after one image", again)
	}
}

// The image that is shown departs from all kept, or all lost, in no more than it must.
func TestCrashTestShrinksSamples(t *testing.T) {
	report, err := simfs.CrashTest{
		Budget: 300, // far fewer than there are: found by a sample
		Setup:  func(f afero.Fs) error { return afero.WriteFile(f, "/f", units(strings.Repeat("o", 64)), 0o600) },
		Workload: func(f afero.Fs, _ *simfs.Acks) error {
			h, err := f.OpenFile("/f", os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = h.Write(units(strings.Repeat("n", 64)))
			return err
		},
		Check: func(f afero.Fs, _ *simfs.Acks) error {
			b, err := afero.ReadFile(f, "/f")
			if s := spell(b); s[3] == 'n' && s[30] == 'n' && s[60] == 'o' && strings.Count(s, "n") > 4 {
				return fmt.Errorf("torn: %s %v", s, err)
			}
			return nil
		},
	}.Run()
	must(t, err)
	if report.Failure == nil || report.Complete {
		t.Fatalf("%s, want an objection in an incomplete search", report)
	}
	if got := strings.Count(report.Failure.Err.Error(), "o"); got != 1+1 {
		t.Errorf("%v: lost units and the word torn have %d o, want 2: unit 60 alone is lost", report.Failure.Err, got)
	}
}

func TestCrashTestDepth(t *testing.T) {
	// The recovery cuts a torn tail off but does not sync that, and appends behind it.
	recover := func(sync bool) func(f afero.Fs, _ *simfs.Acks) error {
		return func(f afero.Fs, _ *simfs.Acks) error {
			h, err := f.OpenFile("/log", os.O_RDWR|os.O_CREATE, 0o600)
			if err != nil {
				return err
			}
			b, err := afero.ReadAll(h)
			if err != nil {
				return err
			}
			if s := spell(b); strings.Contains(s, "0") && strings.Contains(s, "A") {
				return fmt.Errorf("a record behind a gap: %s", s)
			}
			whole := len(strings.TrimRight(spell(b), "0")) * 512
			if err := h.Truncate(int64(whole)); err != nil {
				return err
			}
			if sync {
				if err := h.Sync(); err != nil {
					return err
				}
			}
			_, err = h.WriteAt(units("A"), int64(whole)+512)
			return err
		}
	}
	for _, depth := range []int{0, 1} {
		test := simfs.CrashTest{Workload: appendTwice(true), Check: recover(true), Depth: depth}
		report, err := test.Run()
		must(t, err)
		if found := report.Failure != nil; found != (depth > 0) {
			t.Errorf("with %d crashes in the check: %s", depth, report)
		}
		if report.Failure != nil && len(report.Failure.Images) != 2 {
			t.Errorf("the failure names the images %v, want two", report.Failure.Images)
		}
	}
}

func TestCrashTestEveryOp(t *testing.T) {
	early := func(every bool) simfs.CrashReport {
		report, err := simfs.CrashTest{
			EveryOp:  every,
			Workload: appendTwice(true),
			Check: func(f afero.Fs, acks *simfs.Acks) error {
				if b, err := afero.ReadFile(f, "/log"); err == nil && len(acks.All()) == 0 && strings.Contains(spell(b), "b") {
					return errors.New("the second before the first was promised")
				}
				return nil
			},
		}.Run()
		must(t, err)
		return report
	}
	if one, all := early(false), early(true); one.Points != 5 || all.Points != 13 {
		t.Errorf("%d and %d crash points, want 5 before syncs and at the end, 13 before every operation and at the end", one.Points, all.Points)
	}
}

func TestCrashTestPanicsAreObjections(t *testing.T) {
	report, err := simfs.CrashTest{
		Workload: func(afero.Fs, *simfs.Acks) error { return nil },
		Check:    func(afero.Fs, *simfs.Acks) error { panic("index out of range") },
	}.Run()
	must(t, err)
	var panicked *simfs.CheckPanic
	if report.Failure == nil || !errors.As(report.Failure.Err, &panicked) || panicked.Value != "index out of range" {
		t.Errorf("%s, want the panic as an objection", report)
	}
}

func TestCrashTestRefuses(t *testing.T) {
	nothing := func(afero.Fs, *simfs.Acks) error { return nil }
	accept := func(afero.Fs, *simfs.Acks) error { return nil }
	tests := []struct {
		name string
		test simfs.CrashTest
		want string
	}{
		{"no check", simfs.CrashTest{Workload: nothing}, "needs a Workload and a Check"},
		{"no workload", simfs.CrashTest{Check: accept}, "needs a Workload and a Check"},
		{"negative depth", simfs.CrashTest{Workload: nothing, Check: accept, Depth: -1}, "Depth -1"},
		{"too many images", simfs.CrashTest{Workload: nothing, Check: accept, Only: []simfs.StateID{"0-0", "0-0"}}, "at most Depth + 1"},
		{"no such image", simfs.CrashTest{Workload: nothing, Check: accept, Only: []simfs.StateID{"7-0"}}, "image 7-0 is of a crash after operation 7, this one is after 0"},
		{"no image at all", simfs.CrashTest{Workload: nothing, Check: accept, Only: []simfs.StateID{"x"}}, `"x" is no image`},
		{"unit", simfs.CrashTest{Workload: nothing, Check: accept, Config: simfs.Config{Unit: 3}}, "unit 3"},
		{"setup fails", simfs.CrashTest{Workload: nothing, Check: accept, Setup: func(afero.Fs) error { return errors.New("no") }}, "setup of a CrashTest: no"},
		{"workload restarts", simfs.CrashTest{Workload: func(f afero.Fs, _ *simfs.Acks) error { f.(*simfs.FS).Restart(); return nil }, Check: accept}, "it restarted the disk"},
		{"workload fails", simfs.CrashTest{Workload: func(afero.Fs, *simfs.Acks) error { return errors.New("no") }, Check: accept}, "workload of a CrashTest: no"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.test.Run(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run() = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

// failures is a *testing.T that takes its failures down.
type failures []string

func (f *failures) Helper() {}
func (f *failures) Errorf(format string, args ...any) {
	*f = append(*f, fmt.Sprintf(format, args...))
}

func TestCrashTestStops(t *testing.T) {
	left := 3
	report, err := simfs.CrashTest{
		Workload: appendTwice(true), Check: promisesKept,
		Stop: func() bool { left--; return left < 0 },
	}.Run()
	must(t, err)
	if report.Checked != 3 || report.Complete {
		t.Errorf("%s, want 3 images and not all", report)
	}
}

func TestCrashTestReportsToTests(t *testing.T) {
	var f failures
	simfs.CrashTest{
		Config:   simfs.Config{Faults: []simfs.Rule{{Ops: simfs.Ops(simfs.OpRename), Effect: simfs.Fail}}},
		Workload: appendTwice(false), Check: promisesKept,
	}.Test(&f)
	if len(f) != 2 || !strings.Contains(f[0], "never fired") || !strings.Contains(f[1], "promised") {
		t.Errorf("failures %q, want the rule that never fired and the story", f)
	}
}
