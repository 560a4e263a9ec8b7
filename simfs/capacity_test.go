package simfs_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// parse arms the rules of a text.
func parse(t testing.TB, f *simfs.FS, text string) {
	t.Helper()
	rules, err := simfs.ParseRules(text)
	must(t, err)
	must(t, f.SetFaults(rules...))
}

// A disk of 1000 bytes, of which the test fills 800 first.
func TestFullTakesWhatFits(t *testing.T) {
	tests := []struct {
		name string
		do   func(f *simfs.FS, h afero.File) (int, error)
		n    int
		err  error
		size int64 // of the file afterwards
	}{
		{"fits exactly", func(_ *simfs.FS, h afero.File) (int, error) { return h.WriteAt(make([]byte, 200), 800) }, 200, nil, 1000},
		{"one byte too many", func(_ *simfs.FS, h afero.File) (int, error) { return h.WriteAt(make([]byte, 201), 800) }, 200, syscall.ENOSPC, 1000},
		{"from the middle", func(_ *simfs.FS, h afero.File) (int, error) { return h.WriteAt(make([]byte, 900), 300) }, 700, syscall.ENOSPC, 1000},
		{"inside takes no room", func(_ *simfs.FS, h afero.File) (int, error) { return h.WriteAt(make([]byte, 800), 0) }, 800, nil, 800},
		{"a hole takes room", func(_ *simfs.FS, h afero.File) (int, error) { return h.WriteAt([]byte("abc"), 998) }, 2, syscall.ENOSPC, 1000},
		{"behind a hole that does not fit", func(_ *simfs.FS, h afero.File) (int, error) { return h.WriteAt([]byte("abc"), 2000) }, 0, syscall.ENOSPC, 800},
		{"at the offset of the handle", func(_ *simfs.FS, h afero.File) (int, error) { return h.Write(make([]byte, 300)) }, 200, syscall.ENOSPC, 1000},
		{"an append", func(f *simfs.FS, _ afero.File) (int, error) {
			a, err := f.OpenFile("/w/f", os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return 0, err
			}
			return a.Write(make([]byte, 300))
		}, 200, syscall.ENOSPC, 1000},
		{"of a file that others fill", func(f *simfs.FS, _ afero.File) (int, error) {
			g, err := f.Create("/w/g")
			if err != nil {
				return 0, err
			}
			return g.Write(make([]byte, 300))
		}, 200, syscall.ENOSPC, 800},
		{"truncate grows", func(_ *simfs.FS, h afero.File) (int, error) { return 0, h.Truncate(1001) }, 0, syscall.ENOSPC, 800},
		{"truncate grows to the end", func(_ *simfs.FS, h afero.File) (int, error) { return 0, h.Truncate(1000) }, 0, nil, 1000},
		{"truncate shrinks", func(_ *simfs.FS, h afero.File) (int, error) { return 0, h.Truncate(1) }, 0, nil, 1},
		{"not for writing", func(f *simfs.FS, _ afero.File) (int, error) {
			r, err := f.Open("/w/f")
			if err != nil {
				return 0, err
			}
			return r.WriteAt(make([]byte, 300), 800)
		}, 0, syscall.EBADF, 800},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			h, err := f.Create("/w/f")
			must(t, err)
			_, err = h.Write(make([]byte, 800))
			must(t, err)
			parse(t, f, "any: full capacity=1000")
			if n, err := tt.do(f, h); n != tt.n || !errors.Is(err, tt.err) {
				t.Errorf("did %d, %v, want %d, %v", n, err, tt.n, tt.err)
			}
			fi, err := f.Stat("/w/f")
			must(t, err)
			if fi.Size() != tt.size {
				t.Errorf("the file has %d bytes, want %d", fi.Size(), tt.size)
			}
			want := uint64(0)
			if tt.err == syscall.ENOSPC {
				want = 1
			}
			if got := f.Faults()[0]; got.Seen != want || got.Fired != want {
				t.Errorf("the rule saw %d and fired %d, want %d: what fits is not matched", got.Seen, got.Fired, want)
			}
		})
	}
}

func TestFullGivesBack(t *testing.T) {
	tests := []struct {
		name string
		free func(f *simfs.FS, h afero.File) error // of the 800 bytes in h, which is /w/f
		want int
	}{
		{"nothing is freed", func(*simfs.FS, afero.File) error { return nil }, 200},
		{"closed", func(_ *simfs.FS, h afero.File) error { return h.Close() }, 200},
		{"removed but open", func(f *simfs.FS, _ afero.File) error { return f.Remove("/w/f") }, 200},
		{"removed and closed", func(f *simfs.FS, h afero.File) error { return errors.Join(f.Remove("/w/f"), h.Close()) }, 1000},
		{"truncated", func(_ *simfs.FS, h afero.File) error { return h.Truncate(100) }, 900},
		{"opened with truncation", func(f *simfs.FS, _ afero.File) error {
			_, err := f.OpenFile("/w/f", os.O_WRONLY|os.O_TRUNC, 0)
			return err
		}, 1000},
		{"replaced and closed", func(f *simfs.FS, h afero.File) error {
			return errors.Join(afero.WriteFile(f, "/w/t", make([]byte, 50), 0o600), f.Rename("/w/t", "/w/f"), h.Close())
		}, 950},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			h, err := f.Create("/w/f")
			must(t, err)
			_, err = h.Write(make([]byte, 800))
			must(t, err)
			must(t, h.Sync())
			syncDir(t, f, "/w") // the disk still holds the bytes until the removal is durable; programs get them at once
			parse(t, f, "write: full capacity=1000")
			must(t, tt.free(f, h))
			g, err := f.Create("/w/g")
			must(t, err)
			if n, err := g.Write(make([]byte, 2000)); n != tt.want || !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("Write() = %d, %v, want %d, ENOSPC", n, err, tt.want)
			}
		})
	}
}

// With delayed allocation a write always succeeds and the sync finds the disk full.
func TestFullAtSync(t *testing.T) {
	got := images(t, func(t testing.TB, f *simfs.FS) {
		durably(t, f, "/w/f", "o")
		h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
		must(t, err)
		parse(t, f, "sync: full capacity=600")
		must(t, h.Sync())
		_, err = h.Write(units("nn"))
		must(t, err)
		if err := h.Sync(); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("Sync() = %v, want ENOSPC", err)
		}
		if got := f.Faults()[0]; got.Seen != 1 || got.Fired != 1 {
			t.Errorf("the rule saw %d and fired %d, want 1 and 1", got.Seen, got.Fired)
		}
	}, letters)
	if diff := cmp.Diff([]string{"f=o0"}, got); diff != "" {
		t.Errorf("images, -want +got:\n%s", diff)
	}
}

// A disk that is more than full, as one that was armed late, still takes what needs
// no room, and a sync of one that is just full succeeds.
func TestMoreThanFull(t *testing.T) {
	f := newFS(t, simfs.Config{})
	h, err := f.Create("/w/f")
	must(t, err)
	_, err = h.Write(make([]byte, 800))
	must(t, err)
	parse(t, f, "any: full capacity=100")
	if n, err := h.WriteAt(make([]byte, 100), 700); n != 100 || err != nil {
		t.Errorf("WriteAt() inside = %d, %v, want it done", n, err)
	}
	if n, err := h.Write([]byte("x")); n != 0 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write() = %d, %v, want 0, ENOSPC", n, err)
	}
	must(t, h.Truncate(100))
	if err := h.Sync(); err != nil {
		t.Errorf("Sync() with all bytes in use = %v", err)
	}
}

// A full disk is a state, not an event: rules behind it get their turn at what fits.
func TestFullLeavesWhatFitsToOtherRules(t *testing.T) {
	f := newFS(t, simfs.Config{})
	h, err := f.Create("/w/f")
	must(t, err)
	parse(t, f, "write: full capacity=4; write nth=2: fail")
	for i, want := range []error{nil, syscall.EIO, nil, syscall.ENOSPC} {
		if _, err := h.WriteString("ab"); !errors.Is(err, want) {
			t.Errorf("write %d gives %v, want %v", i, err, want)
		}
	}
}
