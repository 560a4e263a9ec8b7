package simfs_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/simfs"
)

// A file's pages stand in nodes of 32: what lies behind the first node counts as much.
func TestSumSeesThePagesBehindTheFirstNode(t *testing.T) {
	const pages = 70
	f := newFS(t, simfs.Config{})
	mustWrite(t, f, "/w/f", strings.Repeat("x", pages*4096))
	f.SyncAll()
	before := f.Sum()
	for _, page := range []int64{0, 31, 32, 63, 64, pages - 1} {
		h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
		must(t, err)
		_, err = h.WriteAt([]byte("y"), page*4096+4095)
		must(t, errors.Join(err, h.Close()))
		f.SyncAll()
		after := f.Sum()
		if after == before {
			t.Errorf("Sum is the same after a byte of page %d changed", page)
		}
		before = after
	}
}

// A hole of a whole node hides nothing behind it.
func TestSumSeesWhatStandsBehindAHole(t *testing.T) {
	sums := map[simfs.Sum]string{}
	for _, content := range []string{"", "x", "y"} {
		f := newFS(t, simfs.Config{})
		h, err := f.Create("/w/f")
		must(t, err)
		must(t, h.Truncate(80*4096))
		_, err = h.WriteAt([]byte(content), 70*4096)
		must(t, errors.Join(err, h.Close()))
		f.SyncAll()
		if other, taken := sums[f.Sum()]; taken {
			t.Errorf("%q behind the hole has the sum of %q", content, other)
		}
		sums[f.Sum()] = content
	}
}

func TestParseErrorAtTheEndOfTheText(t *testing.T) {
	_, err := simfs.ParseRule("any:")
	if err == nil || !strings.HasPrefix(err.Error(), "simfs: rule at line 1, column 5: the end is no effect; legal: fail, ") {
		t.Errorf("ParseRule = %v, want it to name the end", err)
	}
}

func TestNoRulesHaveNoFaults(t *testing.T) {
	if got := newFS(t, simfs.Config{}).Faults(); got != nil {
		t.Errorf("Faults() = %v without rules, want none", got)
	}
}

// Why a name may be lost: the directories that were not synced.
func TestPendingNamesTheDirectories(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.Mkdir("/w/a", 0o755))
	must(t, f.Mkdir("/w/b", 0o755))
	mustWrite(t, f, "/w/a/f", "x")
	f.SyncAll()
	must(t, f.Rename("/w/a/f", "/w/a/g"))
	must(t, f.Rename("/w/a/g", "/w/b/h"))
	want := []simfs.Unsynced{
		{Path: "/w/a/f", Path2: "/w/a/g", Kind: "rename", Why: "directory /w/a was not synced since"},
		{Path: "/w/a/g", Path2: "/w/b/h", Kind: "rename", Why: "neither directory /w/a nor /w/b was synced since"},
	}
	if d := cmp.Diff(want, f.Pending()); d != "" {
		t.Errorf("Pending(), -want +got:\n%s", d)
	}
}

// Once it has crashed, a filesystem makes and removes nothing, whatever stood there.
func TestTreesOfACrashedFilesystem(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.MkdirAll("/w/a/b", 0o755))
	f.Crash()
	for _, name := range []string{"/w", "/w/a/b", "/w/new/dir"} {
		if err := f.MkdirAll(name, 0o755); !errors.Is(err, simfs.ErrCrashed) {
			t.Errorf("MkdirAll(%s) = %v, want ErrCrashed", name, err)
		}
		if err := f.RemoveAll(name); !errors.Is(err, simfs.ErrCrashed) {
			t.Errorf("RemoveAll(%s) = %v, want ErrCrashed", name, err)
		}
	}
}

// A configuration that is refused brings no filesystem.
func TestLoadOfAWrongConfigurationBringsNothing(t *testing.T) {
	if f, err := simfs.Load(simfs.Config{Unit: 3}, afero.NewMemMapFs(), "/"); f != nil || err == nil {
		t.Errorf("Load brings a filesystem, %v, and the error %v; want an error alone", f != nil, err)
	}
}
