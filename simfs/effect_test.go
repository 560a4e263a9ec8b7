package simfs_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// Records, reports and statistics name effects by these words.
func TestEffectString(t *testing.T) {
	var got []string
	for e := range simfs.Effect(17) {
		got = append(got, e.String())
	}
	want := strings.Fields("none fail fail-after short-write short-read full fail-sync drop-sync defer-sync rot " +
		"misdirect delay crash-before crash-during crash-after torn Effect(16)")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTorn(t *testing.T) {
	for _, tt := range []struct {
		k    int
		want []string
	}{
		{0, []string{"f=ooo"}},
		{512, []string{"f=noo", "f=ooo"}},
		{1024, []string{"f=nno", "f=noo", "f=ono", "f=ooo"}},
	} {
		t.Run(fmt.Sprint(tt.k), func(t *testing.T) {
			got := images(t, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "ooo")
				h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
				must(t, err)
				parse(t, f, fmt.Sprintf("write during: torn k=%d", tt.k))
				if n, err := h.Write(units("nnn")); n != 0 || !errors.Is(err, simfs.ErrCrashed) {
					t.Errorf("Write() = %d, %v, want 0, ErrCrashed", n, err)
				}
				if _, err := f.Stat("/w"); !errors.Is(err, simfs.ErrCrashed) {
					t.Errorf("Stat() = %v, want ErrCrashed", err)
				}
			}, letters)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}

// A write that is no longer than the torn part cannot be torn there.
func TestTornPassesShortWritesBy(t *testing.T) {
	f := newFS(t, simfs.Config{})
	parse(t, f, "write during: torn k=4")
	must(t, afero.WriteFile(f, "/w/f", []byte("abcd"), 0o600))
	if err := afero.WriteFile(f, "/w/f", []byte("abcde"), 0o600); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("WriteFile() = %v, want ErrCrashed", err)
	}
}

// Every operation happens, and its caller hears of a failure.
func TestFailAfter(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allLost})
	durably(t, f, "/w/f", "o")
	h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
	must(t, err)
	parse(t, f, "any after: fail err=EDQUOT")
	b := make([]byte, 512)
	tests := []struct {
		name string
		do   func() (int, error)
	}{
		{"read", func() (int, error) { return h.ReadAt(b, 0) }},
		{"write", func() (int, error) { return h.Write(units("n")) }},
		{"write again, for the offset has not moved", func() (int, error) { return h.Write(units("n")) }},
		{"sync", func() (int, error) { return 0, h.Sync() }},
		{"close", func() (int, error) { return 0, h.Close() }},
		{"create", func() (int, error) { _, err := f.Create("/w/g"); return 0, err }},
		{"mkdir", func() (int, error) { return 0, f.Mkdir("/w/d", 0o700) }},
		{"rename", func() (int, error) { return 0, f.Rename("/w/f", "/w/h") }},
		{"chmod", func() (int, error) { return 0, f.Chmod("/w/h", 0o4) }},
	}
	for _, tt := range tests {
		if n, err := tt.do(); n != 0 || !errors.Is(err, syscall.EDQUOT) {
			t.Errorf("%s gives %d, %v, want 0, EDQUOT", tt.name, n, err)
		}
	}
	if got := f.Faults()[0].Fired; got != uint64(len(tests)) {
		t.Errorf("the rule fired %d times, want %d", got, len(tests))
	}
	if _, err := f.Stat("/w/none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Stat() of nothing = %v, want its own error", err)
	}
	if _, err := f.OpenFile("/w/h", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0); !errors.Is(err, os.ErrExist) {
		t.Errorf("OpenFile() = %v, want its own error", err)
	}
	if got := f.Faults()[0].Fired; got != uint64(len(tests)) {
		t.Errorf("the rule fired %d times, want %d: what fails by itself is not struck", got, len(tests))
	}
	must(t, f.SetFaults())
	if got, want := letters(f), "d/ g= h=n"; got != want || b[0] != 'o' {
		t.Errorf("afterwards %q, want %q; read %q", got, want, b[0])
	}
	fi, err := f.Stat("/w/h")
	must(t, err)
	if fi.Mode() != 0o4 {
		t.Errorf("the mode is %s, want it changed", fi.Mode())
	}
	if err := h.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Close() again = %v, want ErrClosed", err)
	}
	must(t, f.Remove("/w/g"))
	before := simfs.Inodes(f)
	syncDir(t, f, "/w")
	if got := simfs.Inodes(f); got != before-1 {
		t.Errorf("removing the file whose open failed frees %d inodes, want 1: nothing holds it", before-got)
	}
}

func TestFailAfterOfASyncIsDurable(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allLost})
	durably(t, f, "/w/f", "o")
	h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
	must(t, err)
	_, err = h.Write(units("n"))
	must(t, err)
	parse(t, f, "sync after: fail")
	if err := h.Sync(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Sync() = %v, want EIO", err)
	}
	if got, want := letters(f.Crash()), "f=n"; got != want {
		t.Errorf("after a crash %q, want %q", got, want)
	}
}

func TestMisdirect(t *testing.T) {
	tests := []struct {
		name   string
		rule   string
		off    int64
		data   string
		want   string
		struck bool
	}{
		{"ahead", "write: misdirect by=1024", 0, "n", "oono", true},
		{"back", "write: misdirect by=-512", 1536, "n", "oono", true},
		{"in part beyond the end", "write: misdirect by=512", 1024, "nn", "ooonn", true},
		{"an append, which still grows the file", "write: misdirect by=-2048", 2048, "nn", "nnoo00", true},
		{"an append, further on", "write: misdirect by=512", 2048, "n", "oooo0n", true},
		{"beyond the largest file it cannot", "write: misdirect by=17592186044416", 512, "n", "onoo", false},
		{"below the start it cannot", "write: misdirect by=-513", 512, "n", "onoo", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			durably(t, f, "/w/f", "oooo")
			h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
			must(t, err)
			parse(t, f, tt.rule)
			if n, err := h.WriteAt(units(tt.data), tt.off); n != 512*len(tt.data) || err != nil {
				t.Errorf("WriteAt() = %d, %v, want it done", n, err)
			}
			if got, want := letters(f), "f="+tt.want; got != want {
				t.Errorf("the file is %q, want %q", got, want)
			}
			if got := f.Faults()[0].Fired == 1; got != tt.struck {
				t.Errorf("struck: %t, want %t", got, tt.struck)
			}
		})
	}
}

// Misdirecting moves the offset of the handle as the write should have.
func TestMisdirectedWritesAtTheOffset(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", "oooo")
	h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
	must(t, err)
	parse(t, f, "write nth=2: misdirect by=512")
	for _, letter := range []string{"a", "b", "n"} {
		_, err := h.Write(units(letter))
		must(t, err)
	}
	if got, want := letters(f), "f=aono"; got != want {
		t.Errorf("the file is %q, want %q: b went where n came later", got, want)
	}
}

// What cannot be done at all is not struck, and the rule waits.
func TestRulesWaitForWhatCanBeDone(t *testing.T) {
	for _, rule := range []string{"write nth=1 after: fail", "write nth=1: misdirect by=1", "read nth=1 after: fail"} {
		t.Run(rule, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			durably(t, f, "/w/f", "o")
			parse(t, f, rule)
			use := func(flag int) {
				h, err := f.OpenFile("/w/f", flag, 0)
				must(t, err)
				_, _ = h.Write([]byte("n"))
				_, _ = h.Read(make([]byte, 1))
			}
			use(map[bool]int{true: os.O_WRONLY, false: os.O_RDONLY}[strings.HasPrefix(rule, "read")])
			if got := f.Faults()[0]; got.Seen != 1 || got.Fired != 0 {
				t.Errorf("the rule saw %d and fired %d, want 1 and 0", got.Seen, got.Fired)
			}
			use(os.O_RDWR)
			if got := f.Faults()[0]; got.Fired != 1 {
				t.Errorf("then the rule fired %d times, want once", got.Fired)
			}
		})
	}
}

// A lie that found nothing to lie about waits for the next sync that has something.
func TestEveryWaitsForSomethingToStrike(t *testing.T) {
	f := newFS(t, simfs.Config{})
	h, err := f.Create("/w/f")
	must(t, err)
	parse(t, f, "sync every=2: lie")
	for i, want := range []uint64{0, 0, 1, 2} {
		if i != 1 {
			_, err := h.WriteString("x")
			must(t, err)
		}
		must(t, h.Sync())
		if got := f.Faults()[0].Fired; got != want {
			t.Errorf("after sync %d the rule has fired %d times, want %d", i+1, got, want)
		}
	}
}

func TestDeferredSyncIsNotDurableYet(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allLost})
	durably(t, f, "/w/f", "o")
	put(t, f, "/w/f", 0, "n", false)
	parse(t, f, "sync: defer")
	h, err := f.Open("/w/f")
	must(t, err)
	must(t, h.Sync())
	if got, want := letters(f.Crash()), "f=o"; got != want {
		t.Errorf("after a crash %q, want %q", got, want)
	}
}

// A write that moved no byte leaves the offset where reads want it.
func TestFailedAppendLeavesTheOffset(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", "o")
	h, err := f.OpenFile("/w/f", os.O_RDWR|os.O_APPEND, 0)
	must(t, err)
	parse(t, f, "write: short k=0")
	if n, err := h.Write([]byte("n")); n != 0 || err == nil {
		t.Errorf("Write() = %d, %v, want an error", n, err)
	}
	if b, err := io.ReadAll(h); len(b) != 512 || err != nil {
		t.Errorf("ReadAll() gives %d bytes, %v, want 512", len(b), err)
	}
}

func TestShortReadThatLooksLikeTheEnd(t *testing.T) {
	for _, tt := range []struct {
		rule string
		n    int
		err  error
	}{
		{"read nth=1: short k=3 eof", 3, io.EOF},
		{"read nth=1: short k=3", 3, nil},
		{"read nth=1: short k=0 eof", 0, io.EOF},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			must(t, afero.WriteFile(f, "/w/f", []byte("abcdefgh"), 0o600))
			h, err := f.Open("/w/f")
			must(t, err)
			parse(t, f, tt.rule)
			b := make([]byte, 5)
			if n, err := h.Read(b); n != tt.n || err != tt.err {
				t.Errorf("Read() = %d, %v, want %d, %v", n, err, tt.n, tt.err)
			}
			rest, err := io.ReadAll(h)
			if got, want := string(rest), "abcdefgh"[tt.n:]; got != want || err != nil {
				t.Errorf("the rest is %q, %v, want %q", got, err, want)
			}
		})
	}
}
