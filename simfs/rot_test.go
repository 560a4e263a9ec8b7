package simfs_test

import (
	"os"
	"slices"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// Byte 1 of a file, whose durable bytes are "abcd", loses bit 1: b becomes `.
func TestRot(t *testing.T) {
	tests := []struct {
		name  string
		rule  string
		do    func(t *testing.T, f *simfs.FS, h afero.File)
		live  string
		after string // a crash that loses what is unsynced
		fired uint64
	}{
		{"clean: programs see it", "read nth=1: rot off=1 bit=1", func(*testing.T, *simfs.FS, afero.File) {}, "a`cd", "a`cd", 1},
		{"several bits", "read nth=1: rot off=1 mask=3", func(*testing.T, *simfs.FS, afero.File) {}, "aacd", "aacd", 1},
		{"at any operation on the file", "close nth=1: rot off=1 bit=1", func(t *testing.T, f *simfs.FS, h afero.File) {
			must(t, h.Close())
		}, "a`cd", "a`cd", 1},
		{"at an open", "open nth=1: rot off=1 bit=1", func(*testing.T, *simfs.FS, afero.File) {}, "a`cd", "a`cd", 1},
		{"of a directory there is none", "open nth=1: rot off=1 bit=1", func(t *testing.T, f *simfs.FS, _ afero.File) {
			_, err := f.Open("/w")
			must(t, err)
		}, "a`cd", "a`cd", 1},
		{"beyond the durable bytes there is none", "read nth=1: rot off=4 bit=1", func(t *testing.T, f *simfs.FS, h afero.File) {
			_, err := h.WriteAt([]byte("ef"), 4)
			must(t, err)
		}, "abcdef", "abcd", 0},
		{"a write hides it", "read nth=1: rot off=1 bit=1", func(t *testing.T, _ *simfs.FS, h afero.File) {
			_, err := h.WriteAt([]byte("X"), 1)
			must(t, err)
		}, "aXcd", "a`cd", 1},
		{"a write elsewhere does not", "read nth=1: rot off=1 bit=1", func(t *testing.T, _ *simfs.FS, h afero.File) {
			_, err := h.WriteAt([]byte("X"), 2)
			must(t, err)
		}, "a`Xd", "a`cd", 1},
		{"a truncation hides it", "read nth=1: rot off=1 bit=1", func(t *testing.T, _ *simfs.FS, h afero.File) {
			must(t, h.Truncate(1))
			must(t, h.Truncate(2))
		}, "a\x00", "a`cd", 1},
		{"what a lying sync left hides it", "sync nth=1: lie; read nth=1: rot off=1 bit=1", func(t *testing.T, _ *simfs.FS, h afero.File) {
			_, err := h.WriteAt([]byte("XY"), 1)
			must(t, err)
			must(t, h.Sync())
		}, "aXYd", "a`cd", 1},
		{"a truncation that a lying sync swallowed hides it", "sync nth=1: lie; read nth=1: rot off=1 bit=1", func(t *testing.T, _ *simfs.FS, h afero.File) {
			must(t, h.Truncate(1))
			must(t, h.Sync())
			_, err := h.ReadAt(make([]byte, 1), 0)
			must(t, err)
			must(t, h.Truncate(2))
		}, "a\x00", "a`cd", 1},
		{"writing the byte again clears it", "read nth=1: rot off=1 bit=1", func(t *testing.T, _ *simfs.FS, h afero.File) {
			_, err := h.ReadAt(make([]byte, 1), 0)
			must(t, err)
			_, err = h.WriteAt([]byte("b"), 1)
			must(t, err)
			must(t, h.Sync())
		}, "abcd", "abcd", 1},
		{"syncing does not", "read nth=1: rot off=1 bit=1", func(t *testing.T, _ *simfs.FS, h afero.File) {
			_, err := h.ReadAt(make([]byte, 1), 0)
			must(t, err)
			_, err = h.WriteAt([]byte("X"), 3)
			must(t, err)
			must(t, h.Sync())
		}, "a`cX", "a`cX", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{Choose: allLost})
			must(t, afero.WriteFile(f, "/w/f", []byte("abcd"), 0o600))
			syncTree(t, f, "/w")
			h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
			must(t, err)
			parse(t, f, tt.rule)
			tt.do(t, f, h)
			for range 2 { // the same at every look
				if b, err := readFile(f, "/w/f"); string(b) != tt.live || err != nil {
					t.Errorf("programs see %q, %v, want %q", b, err, tt.live)
				}
			}
			faults := f.Faults()
			if got := faults[len(faults)-1].Fired; got != tt.fired {
				t.Errorf("the rule fired %d times, want %d", got, tt.fired)
			}
			if b, err := readFile(f.Crash(), "/w/f"); string(b) != tt.after || err != nil {
				t.Errorf("after a crash %q, %v, want %q", b, err, tt.after)
			}
		})
	}
}

// What a crash image shares with the filesystem that crashed must not rot with it.
func TestRotSparesOtherImages(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", "oo")
	one, two := f.Crash(), f.Crash()
	parse(t, one, "read nth=1: rot off=600 bit=0")
	b, err := readFile(one, "/w/f")
	must(t, err)
	want := units("oo")
	if b[600] ^= 1; !slices.Equal(b, want) {
		t.Errorf("more than bit 0 of byte 600 rotted")
	}
	if b, err := readFile(two, "/w/f"); err != nil || !slices.Equal(b, want) {
		t.Errorf("the other image rotted too, %v", err)
	}
}

func TestRotIsDrawn(t *testing.T) {
	var asked []string
	f := newFS(t, simfs.Config{Choose: func(label string, n uint64) uint64 {
		asked = append(asked, label)
		return n - 1
	}})
	must(t, afero.WriteFile(f, "/w/f", []byte("abcd"), 0o600))
	syncTree(t, f, "/w")
	asked = nil
	parse(t, f, "read nth=1: rot")
	b, err := readFile(f, "/w/f")
	must(t, err)
	if got, want := string(b), "abc\xe4"; got != want {
		t.Errorf("the file is %q, want %q: the last bit of the last byte", got, want)
	}
	if diff := cmp.Diff([]string{simfs.LabelRot, simfs.LabelRot}, asked); diff != "" {
		t.Errorf("decisions, -want +got:\n%s", diff)
	}
}
