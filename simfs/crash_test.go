package simfs_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// everyCall uses a filesystem and a handle in every way, and returns the errors by
// what gave them.
func everyCall(f afero.Fs, h, d afero.File) map[string]error {
	out := map[string]error{}
	file := func(name string, use func() error) { out[name] = use() }
	file("Create", func() error { _, err := f.Create("/w/x"); return err })
	file("Open", func() error { _, err := f.Open("/w"); return err })
	file("Mkdir", func() error { return f.Mkdir("/w/y", 0o700) })
	file("MkdirAll", func() error { return f.MkdirAll("/w/y/z", 0o700) })
	file("Remove", func() error { return f.Remove("/w/f") })
	file("RemoveAll", func() error { return f.RemoveAll("/w/f") })
	file("Rename", func() error { return f.Rename("/w/f", "/w/g") })
	file("Stat", func() error { _, err := f.Stat("/w/f"); return err })
	file("Chmod", func() error { return f.Chmod("/w/f", 0o600) })
	file("Chown", func() error { return f.Chown("/w/f", 1, 1) })
	file("Chtimes", func() error { return f.Chtimes("/w/f", fixedTime(1), fixedTime(1)) })
	file("File.Read", func() error { _, err := h.Read(make([]byte, 1)); return err })
	file("File.ReadAt", func() error { _, err := h.ReadAt(make([]byte, 1), 0); return err })
	file("File.ReadAt none", func() error { _, err := h.ReadAt(nil, 0); return err })
	file("File.ReadAt negative", func() error { _, err := h.ReadAt(nil, -1); return err })
	file("File.Write", func() error { _, err := h.Write([]byte("x")); return err })
	file("File.WriteAt", func() error { _, err := h.WriteAt([]byte("x"), 0); return err })
	file("File.WriteAt none", func() error { _, err := h.WriteAt(nil, 0); return err })
	file("File.WriteString", func() error { _, err := h.WriteString("x"); return err })
	file("File.Seek", func() error { _, err := h.Seek(0, 0); return err })
	file("File.Stat", func() error { _, err := h.Stat(); return err })
	file("File.Truncate", func() error { return h.Truncate(0) })
	file("File.Sync", func() error { return h.Sync() })
	file("File.Close", func() error { return h.Close() })
	file("Dir.Readdir", func() error { _, err := d.Readdir(-1); return err })
	file("Dir.Readdirnames", func() error { _, err := d.Readdirnames(1); return err })
	file("Dir.Sync", func() error { return d.Sync() })
	file("Dir.Close", func() error { return d.Close() })
	return out
}

func TestDeadFilesystemRefusesEverything(t *testing.T) {
	tests := []struct {
		name string
		kill func(f *simfs.FS)
	}{
		{"crashed", func(f *simfs.FS) { f.Crash() }},
		{"restarted", func(f *simfs.FS) { f.Restart() }},
		{"frozen by a rule", func(f *simfs.FS) {
			_ = f.SetFaults(simfs.Rule{Effect: simfs.CrashBefore})
			_ = f.Remove("/w/f")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			f := newFS(t, simfs.Config{Hook: func(simfs.Op) { calls++ }, Observe: func(simfs.Record) { calls++ }})
			durably(t, f, "/w/f", "o")
			h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
			must(t, err)
			d, err := f.Open("/w")
			must(t, err)
			closed, err := f.Open("/w")
			must(t, err)
			must(t, closed.Close())
			tt.kill(f)
			calls = 0
			errs := everyCall(f, h, d)
			errs["Close of a closed handle"] = closed.Close()
			for name, err := range errs {
				if !errors.Is(err, simfs.ErrCrashed) || errors.Is(err, fs.ErrClosed) {
					t.Errorf("%s = %v, want ErrCrashed", name, err)
				}
			}
			if calls != 0 {
				t.Errorf("hook and observer were called %d times, want none", calls)
			}
		})
	}
}

func TestRestartKeepsWhatIsUnsynced(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allLost})
	durably(t, f, "/w/f", "o")
	durably(t, f, "/w/gone", "o")
	put(t, f, "/w/f", 0, "n", false)
	h, err := f.Open("/w/gone")
	must(t, err)
	must(t, f.Remove("/w/gone"))
	pending := f.Pending()
	g := f.Restart()
	if got, want := letters(g), "f=n"; got != want {
		t.Errorf("after the restart %q, want %q", got, want)
	}
	if diff := cmp.Diff(pending, g.Pending()); diff != "" {
		t.Errorf("Pending() changed, -before +after:\n%s", diff)
	}
	if got, want := letters(g.Crash()), "f=o gone=o"; got != want {
		t.Errorf("after the crash %q, want %q", got, want)
	}
	if err := h.Close(); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Close() of an old handle = %v, want ErrCrashed", err)
	}
}

func TestRestartFreesFilesWithoutName(t *testing.T) {
	f := newFS(t, simfs.Config{})
	put(t, f, "/w/f", os.O_CREATE, "o", false)
	_, err := f.Open("/w/f")
	must(t, err)
	must(t, f.Remove("/w/f"))
	syncDir(t, f, "/w")
	if got := simfs.Inodes(f); got != 3 {
		t.Errorf("with the file open %d inodes, want 3", got)
	}
	if got := simfs.Inodes(f.Restart()); got != 2 {
		t.Errorf("after the restart %d inodes, want 2", got)
	}
}

func TestAfterRestartNothingIsLeft(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func(f *simfs.FS)
	}{
		{"Crash", func(f *simfs.FS) { f.Crash() }},
		{"Restart", func(f *simfs.FS) { f.Restart() }},
		{"Clone", func(f *simfs.FS) { f.Clone() }},
		{"Survivor", func(f *simfs.FS) { f.Survivor() }},
		{"Space", func(f *simfs.FS) { f.Space() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			f.Restart()
			defer func() {
				want := "simfs: " + tt.name + " of a filesystem that was restarted"
				if got := recover(); got != want {
					t.Errorf("panicked with %v, want %q", got, want)
				}
			}()
			tt.call(f)
		})
	}
}

// A crash within a write leaves a prefix of its units pending, of any length.
func TestCrashDuringWriteLeavesUnitPrefix(t *testing.T) {
	tests := []struct {
		name   string
		off    int64
		blocks string
		want   []string
	}{
		{"aligned", 0, "nnn", []string{"f=nnn", "f=nno", "f=noo", "f=ooo"}},
		{"one unit", 512, "n", []string{"f=ono", "f=ooo"}},
		{"across", 1024, "nnn", []string{"f=oon", "f=oonn", "f=oonnn", "f=ooo"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOdometer()
			got := o.each(func() string {
				f := newFS(t, simfs.Config{Choose: func(label string, n uint64) uint64 {
					if label == simfs.LabelCut {
						return o.choose(label, n)
					}
					return allKept(label, n)
				}})
				durably(t, f, "/w/f", "ooo")
				h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
				must(t, err)
				must(t, f.SetFaults(simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Nth: 1, Effect: simfs.CrashDuring}))
				if n, err := h.WriteAt(units(tt.blocks), tt.off); n != 0 || !errors.Is(err, simfs.ErrCrashed) {
					t.Errorf("WriteAt() = %d, %v, want 0, ErrCrashed", n, err)
				}
				return letters(f.Crash())
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}

func TestCrashRules(t *testing.T) {
	tests := []struct {
		effect  simfs.Effect
		renamed bool
	}{
		{simfs.CrashBefore, false},
		{simfs.CrashDuring, false},
		{simfs.CrashAfter, true},
	}
	for _, tt := range tests {
		t.Run(tt.effect.String(), func(t *testing.T) {
			var told []simfs.Op
			var records []simfs.Record
			f := newFS(t, simfs.Config{
				Choose:  allKept,
				OnCrash: func(op simfs.Op) { told = append(told, op) },
				Observe: func(r simfs.Record) { records = append(records, r) },
			})
			durably(t, f, "/w/f", "o")
			must(t, f.SetFaults(simfs.Rule{Path: "/w/?", Ops: simfs.Ops(simfs.OpRename), Effect: tt.effect}))
			err := f.Rename("/w/f", "/w/g")
			var link *os.LinkError
			if !errors.As(err, &link) || !errors.Is(err, simfs.ErrCrashed) {
				t.Errorf("Rename() = %v, want a LinkError with ErrCrashed", err)
			}
			last := records[len(records)-1]
			if len(told) != 1 || told[0] != last.Op || last.Kind != simfs.OpRename || last.Path2 != "/w/g" || last.Fault != tt.effect {
				t.Errorf("OnCrash was told %v, the last record is %+v; want the rename in both", told, last)
			}
			want := map[bool]string{false: "f=o", true: "g=o"}[tt.renamed]
			if got := letters(f.Crash()); got != want {
				t.Errorf("after the crash %q, want %q", got, want)
			}
		})
	}
}

// Whoever is called without a lock may end the goroutine, and its deferred calls
// find the filesystem in order.
func TestCallbacksMayEndTheGoroutine(t *testing.T) {
	tests := []struct {
		name   string
		config func(cfg *simfs.Config, stop func())
		err    error  // of the deferred Close
		after  string // what the write came to
	}{
		{"Hook", func(cfg *simfs.Config, stop func()) { cfg.Hook = func(simfs.Op) { stop() } }, nil, "f="},
		{"Observe", func(cfg *simfs.Config, stop func()) { cfg.Observe = func(simfs.Record) { stop() } }, nil, "f=n"},
		{"OnCrash", func(cfg *simfs.Config, stop func()) {
			cfg.Faults = []simfs.Rule{{Ops: simfs.Ops(simfs.OpWrite), Effect: simfs.CrashAfter}}
			cfg.OnCrash = func(simfs.Op) { stop() }
		}, simfs.ErrCrashed, "f=n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			armed := false
			cfg := simfs.Config{Choose: allKept}
			tt.config(&cfg, func() {
				if armed {
					armed = false
					runtime.Goexit()
				}
			})
			f := newFS(t, cfg)
			h, err := f.Create("/w/f")
			must(t, err)
			armed = true
			var wg sync.WaitGroup
			wg.Go(func() {
				defer func() { err = h.Close() }()
				_, _ = h.Write(units("n"))
				t.Error("the goroutine goes on after runtime.Goexit")
			})
			wg.Wait()
			if got := letters(f.Crash()); !errors.Is(err, tt.err) || got != tt.after {
				t.Errorf("deferred Close() = %v and then %q, want %v and %q", err, got, tt.err, tt.after)
			}
		})
	}
}

// A crash that the hook takes happens before the operation that it was called for.
func TestCrashInHookStopsTheOperation(t *testing.T) {
	var f, after *simfs.FS
	crash := false
	f = newFS(t, simfs.Config{Choose: allKept, Hook: func(op simfs.Op) {
		if crash && op.Kind == simfs.OpRemove {
			after = f.Crash()
		}
	}})
	durably(t, f, "/w/f", "o")
	crash = true
	if err := f.Remove("/w/f"); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Remove() = %v, want ErrCrashed", err)
	}
	if got, want := letters(after), "f=o"; got != want {
		t.Errorf("after the crash %q, want %q", got, want)
	}
}

// A panic in Choose, as when a property test runs out of data, leaves the
// filesystem usable.
func TestPanicInChooseLeavesNoLock(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: func(string, uint64) uint64 { panic("out of data") }})
	h, err := f.Create("/w/f")
	must(t, err)
	_, err = h.Write(units("n"))
	must(t, err)
	before := f.Pending()
	must(t, f.SetFaults(simfs.Rule{Nth: 1, Effect: simfs.FailSync}))
	func() {
		defer func() {
			if got := recover(); got != "out of data" {
				t.Errorf("Sync() panicked with %v", got)
			}
		}()
		_ = h.Sync()
	}()
	if diff := cmp.Diff(before, f.Pending()); diff != "" {
		t.Errorf("Pending() after the panic, -want +got:\n%s", diff)
	}
	must(t, h.Close())
}

func TestChooseOutOfRangePanics(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: func(_ string, n uint64) uint64 { return n }})
	must(t, f.Mkdir("/w/d", 0o700))
	defer func() {
		want := `simfs: Choose("simfs.survival", 5) = 5, want less than 5`
		if got := recover(); got != want {
			t.Errorf("Crash() panicked with %v, want %q", got, want)
		}
	}()
	f.Crash()
}

func TestCrashSharesCleanPages(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allKept})
	durably(t, f, "/w/f", strings.Repeat("o", 64))
	clean := simfs.PageAddresses(f, "/w/f")
	h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
	must(t, err)
	_, err = h.WriteAt(units("n"), 4096)
	must(t, err)
	g := f.Crash()
	after := simfs.PageAddresses(g, "/w/f")
	for i := range clean {
		if shared := clean[i] == after[i]; shared != (i != 1) {
			t.Errorf("page %d is shared: %v, want all but the written page 1", i, shared)
		}
	}
}

// The room behind a shared page belongs to one filesystem alone.
func TestImagesAppendApart(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, afero.WriteFile(f, "/w/f", bytes.Repeat([]byte("o"), 100), 0o600))
	syncTree(t, f, "/")
	images := []*simfs.FS{f.Crash(), f.Crash()}
	for i, g := range images {
		h, err := g.OpenFile("/w/f", os.O_WRONLY|os.O_APPEND, 0)
		must(t, err)
		_, err = h.WriteString(strings.Repeat(string(rune('a'+i)), 10))
		must(t, err)
	}
	for i, g := range images {
		b, err := readFile(g, "/w/f")
		if want := strings.Repeat(string(rune('a'+i)), 10); err != nil || string(b[100:]) != want {
			t.Errorf("image %d ends in %q, %v, want %q", i, b[100:], err, want)
		}
	}
}

// Inodes are freed once nothing can bring them back, and not before.
func TestInodesAreFreed(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allLost})
	want := func(when string, n int) {
		t.Helper()
		if got := simfs.Inodes(f); got != n {
			t.Errorf("%s: %d inodes, want %d", when, got, n)
		}
	}
	want("at first", 2)
	put(t, f, "/w/a", os.O_CREATE, "n", true)
	put(t, f, "/w/b", os.O_CREATE, "n", true)
	must(t, f.Rename("/w/a", "/w/b"))
	must(t, f.Remove("/w/b"))
	want("while a crash may bring both files back", 4)
	syncDir(t, f, "/w")
	want("when their end is durable", 2)
	must(t, f.MkdirAll("/w/d/e", 0o700))
	put(t, f, "/w/d/e/f", os.O_CREATE, "n", true)
	syncDir(t, f, "/w/d/e")
	syncDir(t, f, "/w/d")
	want("below a directory without durable name", 5)
	f = f.Crash()
	want("when that directory is lost", 2)
}

func TestInodesOfDroppedNamesAreFreed(t *testing.T) {
	f := newFS(t, simfs.Config{})
	put(t, f, "/w/a", os.O_CREATE, "n", false)
	put(t, f, "/w/b", os.O_CREATE, "n", false)
	put(t, f, "/w/c", os.O_CREATE, "n", true)
	must(t, f.SetFaults(simfs.Rule{Effect: simfs.DropSync}))
	syncDir(t, f, "/w")
	must(t, f.Remove("/w/a"))
	must(t, f.Rename("/w/c", "/w/b"))
	if got := simfs.Inodes(f); got != 3 {
		t.Errorf("%d inodes, want 3: what is removed had no durable name", got)
	}
}

func TestRulesOutliveTheCrash(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, f.SetFaults(simfs.Rule{Ops: simfs.Ops(simfs.OpStat), Nth: 2, Effect: simfs.Fail}))
	_, _ = f.Stat("/w")
	f = f.Crash()
	if _, err := f.Stat("/w"); !errors.Is(err, syscall.EIO) {
		t.Errorf("the second Stat, after a crash, = %v, want EIO", err)
	}
	if got := f.Faults()[0]; got.Seen != 2 || got.Fired != 1 {
		t.Errorf("the rule saw %d and fired %d, want 2 and 1", got.Seen, got.Fired)
	}
}

func TestConcurrentUse(t *testing.T) {
	f := newFS(t, simfs.Config{})
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			name := []string{"/w/a", "/w/b", "/w/a", "/w/c"}[i]
			for range 200 {
				h, err := f.OpenFile(name, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
				if err != nil {
					break
				}
				_, _ = h.Write(units("n"))
				_ = h.Sync()
				_ = h.Close()
				_ = f.Rename(name, "/w/z")
				_, _ = afero.ReadDir(f, "/w")
			}
		})
	}
	for range 20 {
		f.Pending()
	}
	g := f.Crash()
	wg.Wait()
	if _, err := f.Stat("/w"); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Stat() on the crashed filesystem = %v, want ErrCrashed", err)
	}
	if got := strings.Trim(letters(g), "abcz=n "); strings.Trim(got, "0") != "" {
		t.Errorf("image %q, want files of whole units", letters(g))
	}
}

func TestIndexCountsThroughCrashes(t *testing.T) {
	var got []uint64
	f := newFS(t, simfs.Config{Hook: func(op simfs.Op) { got = append(got, op.Index) }})
	must(t, f.Mkdir("/w/d", 0o700))
	f = f.Crash()
	_, _ = f.Stat("/w")
	f = f.Restart()
	_, _ = f.Stat("/w")
	want := slices.Sorted(slices.Values(got))
	if want[0] != 1 || want[len(want)-1] != uint64(len(want)) || !slices.Equal(got, want) {
		t.Errorf("indexes %v, want 1, 2, 3...", got)
	}
}
