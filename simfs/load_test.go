package simfs_test

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// What is loaded is there after any crash, with its attributes.
func TestLoadIsDurable(t *testing.T) {
	src := afero.NewBasePathFs(afero.NewOsFs(), t.TempDir())
	sample(t, src)
	unlock(t, src)
	for _, choose := range []func(string, uint64) uint64{allLost, allKept} {
		f, err := simfs.Load(simfs.Config{Choose: choose, Unit: 1}, src, "/data")
		must(t, err)
		if got := f.Pending(); len(got) > 0 {
			t.Errorf("Pending() = %v, want nothing", got)
		}
		f = f.Crash()
		if got, err := simfs.Diff(src, f, "/data"); err != nil || len(got) > 0 {
			t.Errorf("after the crash: %v, %v", got, err)
		}
		if d := cmp.Diff(times(t, src, "/data"), times(t, f, "/data")); d != "" {
			t.Errorf("times after the crash (-source +image):\n%s", d)
		}
	}
}

// Loading calls nothing of the configuration, which then holds from the first
// operation on.
func TestLoadIsQuiet(t *testing.T) {
	src := newFS(t, simfs.Config{})
	sample(t, src)
	var calls []string
	call := func(name string) { calls = append(calls, name) }
	cfg := simfs.Config{
		Choose:  func(_ string, n uint64) uint64 { call("choose"); return n - 1 },
		Now:     func() time.Time { call("now"); return fixedTime(1) },
		Hook:    func(op simfs.Op) { call("hook " + op.String()) },
		Observe: func(r simfs.Record) { call("observe " + r.Op.String()) },
		OnCrash: func(op simfs.Op) { call("crash " + op.String()) },
		Faults:  []simfs.Rule{{Effect: simfs.CrashAfter, Ops: simfs.Ops(simfs.OpMkdir)}},
	}
	f, err := simfs.Load(cfg, src, "/data")
	must(t, err)
	if d := cmp.Diff([]simfs.Fault{{Rule: cfg.Faults[0]}}, f.Faults()); len(calls) > 0 || d != "" {
		t.Errorf("Load called %q; faults (-want +got):\n%s", calls, d)
	}
	if err := f.Mkdir("/new", 0o700); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Mkdir = %v, want the crash of the rule", err)
	}
	f.Crash()
	want := []string{"hook #1 mkdir /new", "now", "observe #1 mkdir /new", "crash #1 mkdir /new", "choose"}
	if d := cmp.Diff(want, slices.Compact(calls)); d != "" {
		t.Errorf("calls after loading (-want +got):\n%s", d)
	}
}

func TestLoadErrors(t *testing.T) {
	t.Run("configuration", func(t *testing.T) {
		var wrong *simfs.ConfigError
		if _, err := simfs.Load(simfs.Config{Unit: 3}, afero.NewMemMapFs(), "/"); !errors.As(err, &wrong) {
			t.Errorf("Load = %v, want a *ConfigError", err)
		}
	})
	t.Run("source", func(t *testing.T) {
		f, err := simfs.Load(simfs.Config{}, afero.NewMemMapFs(), "/gone")
		if f != nil || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load = %v, %v, want an error that is fs.ErrNotExist", f, err)
		}
	})
}

// A crash image can be loaded into a filesystem that behaves otherwise.
func TestLoadOfAnImage(t *testing.T) {
	before := newFS(t, simfs.Config{})
	sample(t, before)
	image := before.Crash()
	f, err := simfs.Load(simfs.Config{Unit: 4096}, image, "/")
	must(t, err)
	if got, err := simfs.Diff(image, f, "/"); err != nil || len(got) > 0 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := f.Stat(os.TempDir()); err != nil {
		t.Error(err)
	}
}
