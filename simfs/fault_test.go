package simfs_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

func TestFailStrikesBeforeTheOperation(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", "o")
	h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
	must(t, err)
	d, err := f.Open("/w")
	must(t, err)
	must(t, f.SetFaults(simfs.Rule{Effect: simfs.Fail, Err: syscall.EDQUOT}))
	errs := everyCall(f, h, d)
	for _, inert := range []string{"File.ReadAt none", "File.WriteAt none", "File.ReadAt negative", "File.Seek"} {
		delete(errs, inert)
	}
	for name, err := range errs {
		var pe *fs.PathError
		var le *os.LinkError
		typed := errors.As(err, &pe) || errors.As(err, &le)
		if !typed || !errors.Is(err, syscall.EDQUOT) {
			t.Errorf("%s = %v, want EDQUOT in an error of package os", name, err)
		}
	}
	must(t, f.SetFaults())
	if got, want := letters(f), "f=o"; got != want {
		t.Errorf("afterwards %q, want %q", got, want)
	}
	if err := h.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Close() after a Close that failed = %v, want fs.ErrClosed", err)
	}
}

func TestRuleStrikes(t *testing.T) {
	write := simfs.Ops(simfs.OpWrite)
	tests := []struct {
		name  string
		rules []simfs.Rule
		want  string // of six writes, alternating between a.log and b.dat: x struck
		fired []uint64
	}{
		{"none", nil, "......", nil},
		{"every one", []simfs.Rule{{Ops: write, Effect: simfs.Fail}}, "xxxxxx", []uint64{6}},
		{"first", []simfs.Rule{{Ops: write, Nth: 1, Effect: simfs.Fail}}, "x.....", []uint64{1}},
		{"fourth", []simfs.Rule{{Ops: write, Nth: 4, Effect: simfs.Fail}}, "...x..", []uint64{1}},
		{"beyond the last", []simfs.Rule{{Ops: write, Nth: 7, Effect: simfs.Fail}}, "......", []uint64{0}},
		{"from the third on", []simfs.Rule{{Ops: write, From: 3, Effect: simfs.Fail}}, "..xxxx", []uint64{4}},
		{"each second", []simfs.Rule{{Ops: write, Every: 2, Effect: simfs.Fail}}, ".x.x.x", []uint64{3}},
		{"each second, but an earlier rule takes its turn", []simfs.Rule{
			{Ops: write, Nth: 4, Effect: simfs.Fail}, {Ops: write, Every: 2, Effect: simfs.Fail},
		}, ".x.xxx", []uint64{1, 3}},
		{"from the second and each second", []simfs.Rule{
			{Ops: write, From: 5, Effect: simfs.Fail}, {Ops: write, Every: 3, Effect: simfs.Fail},
		}, "..x.xx", []uint64{2, 1}},
		{"of a name", []simfs.Rule{{Ops: write, Path: "*.log", Nth: 2, Effect: simfs.Fail}}, "..x...", []uint64{1}},
		{"of a path", []simfs.Rule{{Ops: write, Path: "/w/*.dat", Effect: simfs.Fail}}, ".x.x.x", []uint64{3}},
		{"of another path", []simfs.Rule{{Ops: write, Path: "/*.dat", Effect: simfs.Fail}}, "......", []uint64{0}},
		{"of another kind", []simfs.Rule{{Ops: simfs.Ops(simfs.OpRead, simfs.OpSync), Effect: simfs.Fail}}, "......", []uint64{0}},
		{"two at once: the later waits", []simfs.Rule{
			{Ops: write, Nth: 2, Effect: simfs.Fail}, {Path: "*", Ops: write, Nth: 2, Effect: simfs.Fail},
		}, ".xx...", []uint64{1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{Faults: tt.rules})
			var open []afero.File
			for _, name := range []string{"/w/a.log", "/w/b.dat"} {
				h, err := f.Create(name)
				must(t, err)
				open = append(open, h)
			}
			var got strings.Builder
			for i := range 6 {
				if _, err := open[i%2].WriteString("x"); err != nil {
					got.WriteByte('x')
				} else {
					got.WriteByte('.')
				}
			}
			if got.String() != tt.want {
				t.Errorf("writes struck %s, want %s", got.String(), tt.want)
			}
			var fired []uint64
			for _, r := range f.Faults() {
				fired = append(fired, r.Fired)
			}
			if diff := cmp.Diff(tt.fired, fired); diff != "" {
				t.Errorf("fired, -want +got:\n%s", diff)
			}
		})
	}
}

func TestShortWrite(t *testing.T) {
	rule := simfs.Rule{Effect: simfs.ShortWrite, K: 4}
	f := newFS(t, simfs.Config{})
	h, err := f.Create("/w/f")
	must(t, err)
	must(t, f.SetFaults(rule))
	for _, tt := range []struct {
		data string
		n    int
		err  error
	}{{"abc", 3, nil}, {"defg", 4, nil}, {"hijkl", 4, syscall.ENOSPC}} {
		if n, err := h.WriteString(tt.data); n != tt.n || !errors.Is(err, tt.err) {
			t.Errorf("WriteString(%q) = %d, %v, want %d, %v", tt.data, n, err, tt.n, tt.err)
		}
	}
	if b, err := readFile(f, "/w/f"); string(b) != "abcdefghijk" || err != nil {
		t.Errorf("ReadFile() = %q, %v, want %q", b, err, "abcdefghijk")
	}
	if got := f.Faults()[0]; got.Seen != 1 || got.Fired != 1 {
		t.Errorf("the rule saw %d and fired %d, want 1 and 1: shorter writes are not matched", got.Seen, got.Fired)
	}
}

func TestShortRead(t *testing.T) {
	f := newFS(t, simfs.Config{})
	must(t, afero.WriteFile(f, "/w/f", []byte("abcdefgh"), 0o600))
	h, err := f.Open("/w/f")
	must(t, err)
	must(t, f.SetFaults(simfs.Rule{Effect: simfs.ShortRead, K: 3}))
	b := make([]byte, 5)
	if n, err := h.ReadAt(b, 0); n != 3 || err != io.EOF {
		t.Errorf("ReadAt() = %d, %v, want 3, EOF", n, err)
	}
	if n, err := h.ReadAt(b, 5); n != 3 || err != io.EOF {
		t.Errorf("ReadAt() of the last three bytes = %d, %v, want 3, EOF", n, err)
	}
	if got := f.Faults()[0].Fired; got != 1 {
		t.Errorf("the rule fired %d times, want 1: the end of the file is no fault", got)
	}
	if all, err := io.ReadAll(h); string(all) != "abcdefgh" || err != nil {
		t.Errorf("ReadAll() = %q, %v, want it all by threes", all, err)
	}
}

// A rule that had nothing to strike has not fired, and waits for the next operation.
func TestFaultsThatChangeNothingAreNotCounted(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allKept})
	durably(t, f, "/w/f", "o")
	must(t, f.SetFaults(
		simfs.Rule{Nth: 1, Effect: simfs.DropSync},
		simfs.Rule{Nth: 1, Effect: simfs.ShortRead},
		simfs.Rule{Nth: 1, Effect: simfs.ShortWrite},
	))
	use := func() {
		h, err := f.OpenFile("/w/f", os.O_RDONLY, 0)
		must(t, err)
		must(t, h.Sync())
		if _, err := h.Write(units("n")); !errors.Is(err, syscall.EBADF) {
			t.Errorf("Write() = %v, want EBADF", err)
		}
		g, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
		must(t, err)
		if _, err := g.Read(make([]byte, 1)); !errors.Is(err, syscall.EBADF) {
			t.Errorf("Read() = %v, want EBADF", err)
		}
	}
	use()
	for _, r := range f.Faults() {
		if r.Fired != 0 {
			t.Errorf("%s fired %d times, want not at all", r.Rule, r.Fired)
		}
	}
	h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
	must(t, err)
	if _, err := h.Write(units("n")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write() = %v, want ENOSPC", err)
	}
	must(t, h.Truncate(100))
	must(t, h.Sync())
	if n, _ := h.ReadAt(make([]byte, 5), 0); n != 0 {
		t.Errorf("ReadAt() = %d, want 0", n)
	}
	for _, r := range f.Faults() {
		if r.Fired != 1 {
			t.Errorf("%s fired %d times, want once", r.Rule, r.Fired)
		}
	}
	must(t, f.SetFaults(simfs.Rule{Effect: simfs.DropSync}))
	must(t, h.Sync())
	if got := f.Faults()[0].Fired; got != 0 {
		t.Errorf("a dropped sync of what is clean fired %d times, want not at all", got)
	}
}

// A crash rule strikes even an operation that fails.
func TestCrashDuringAFailingWrite(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", "o")
	h, err := f.Open("/w/f")
	must(t, err)
	must(t, f.SetFaults(simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Effect: simfs.CrashDuring}))
	if _, err := h.Write(units("n")); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Write() = %v, want ErrCrashed", err)
	}
	if _, err := f.Stat("/w"); !errors.Is(err, simfs.ErrCrashed) {
		t.Errorf("Stat() afterwards = %v, want ErrCrashed", err)
	}
}

// syncFault does what the litmus programs do around a sync that a rule strikes.
type syncFault struct {
	name   string
	effect simfs.Effect
	build  func(t testing.TB, f *simfs.FS)
	live   string   // what programs see afterwards
	want   []string // the images of a crash
	lost   []string // Pending
}

func TestSyncFaults(t *testing.T) {
	sync := func(t testing.TB, f afero.Fs, name string) error {
		h, err := f.Open(name)
		must(t, err)
		err = h.Sync()
		must(t, h.Close())
		return err
	}
	arm := func(t testing.TB, f *simfs.FS, e simfs.Effect) {
		must(t, f.SetFaults(simfs.Rule{Nth: 1, Effect: e}))
	}
	tests := []syncFault{
		{
			"failed: overwritten bytes are clean, not durable", simfs.FailSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "oo")
				put(t, f, "/w/f", 0, "nn", false)
				arm(t, f, simfs.FailSync)
				if err := sync(t, f, "/w/f"); !errors.Is(err, syscall.EIO) {
					t.Errorf("Sync() = %v, want EIO", err)
				}
				must(t, sync(t, f, "/w/f")) // a retry heals nothing
			}, "f=nn", []string{"f=oo"}, []string{"lost /w/f [0,+1024)"},
		},
		{
			"failed: the size is durable, the bytes are a gap", simfs.FailSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				put(t, f, "/w/f", os.O_APPEND, "n", false)
				arm(t, f, simfs.FailSync)
				if err := sync(t, f, "/w/f"); !errors.Is(err, syscall.EIO) {
					t.Errorf("Sync() = %v, want EIO", err)
				}
			}, "f=on", []string{"f=o0"}, []string{"lost /w/f [512,+512)"},
		},
		{
			"failed: a rewrite heals its unit, whole", simfs.FailSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "oo")
				put(t, f, "/w/f", 0, "nn", false)
				arm(t, f, simfs.FailSync)
				_ = sync(t, f, "/w/f")
				h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
				must(t, err)
				_, err = h.WriteAt([]byte("n"), 700)
				must(t, err)
				must(t, h.Sync())
			}, "f=nn", []string{"f=on"}, []string{"lost /w/f [0,+512)"},
		},
		{
			"failed: a rewrite without sync", simfs.FailSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				put(t, f, "/w/f", 0, "n", false)
				arm(t, f, simfs.FailSync)
				_ = sync(t, f, "/w/f")
				put(t, f, "/w/f", 0, "a", false)
			}, "f=a", []string{"f=a", "f=o"}, []string{"write /w/f [0,+512)"},
		},
		{
			"failed: truncation takes what was lost", simfs.FailSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "oo")
				put(t, f, "/w/f", 0, "nn", false)
				arm(t, f, simfs.FailSync)
				_ = sync(t, f, "/w/f")
				h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
				must(t, err)
				must(t, h.Truncate(512))
				must(t, h.Sync())
			}, "f=n", []string{"f=o"}, []string{"lost /w/f [0,+512)"},
		},
		{
			"dropped: bytes and size", simfs.DropSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				put(t, f, "/w/f", 0, "nn", false)
				arm(t, f, simfs.DropSync)
				must(t, sync(t, f, "/w/f"))
				must(t, sync(t, f, "/w/f"))
			}, "f=nn", []string{"f=o"}, []string{"lost /w/f [0,+1024)"},
		},
		{
			"dropped: growing again brings the size back, with a gap", simfs.DropSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				put(t, f, "/w/f", os.O_APPEND, "n", false)
				arm(t, f, simfs.DropSync)
				must(t, sync(t, f, "/w/f"))
				put(t, f, "/w/f", os.O_APPEND, "a", true)
			}, "f=ona", []string{"f=o0a"}, []string{"lost /w/f [512,+512)"},
		},
		{
			"dropped: a directory", simfs.DropSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				put(t, f, "/w/t", os.O_CREATE, "n", true)
				must(t, f.Rename("/w/t", "/w/f"))
				arm(t, f, simfs.DropSync)
				must(t, sync(t, f, "/w"))
				must(t, sync(t, f, "/w"))
			}, "f=n", []string{"f=o"}, []string{"lost-entry /w/f"},
		},
		{
			"dropped: an unlink", simfs.DropSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				must(t, f.Remove("/w/f"))
				arm(t, f, simfs.DropSync)
				must(t, sync(t, f, "/w"))
			}, "", []string{"f=o"}, []string{"lost-entry /w/f"},
		},
		{
			"dropped: an unlink, and the name given again", simfs.DropSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				must(t, f.Remove("/w/f"))
				arm(t, f, simfs.DropSync)
				must(t, sync(t, f, "/w"))
				put(t, f, "/w/f", os.O_CREATE, "n", true)
			}, "f=n", []string{"f=n", "f=o"}, []string{"link /w/f"},
		},
		{
			"dropped: a rename writes the entry again", simfs.DropSync, func(t testing.TB, f *simfs.FS) {
				durably(t, f, "/w/f", "o")
				put(t, f, "/w/t", os.O_CREATE, "n", true)
				must(t, f.Rename("/w/t", "/w/f"))
				arm(t, f, simfs.DropSync)
				must(t, sync(t, f, "/w"))
				must(t, f.Rename("/w/f", "/w/g"))
				must(t, sync(t, f, "/w"))
			}, "g=n", []string{"g=n"}, nil,
		},
		{
			"failed: a directory keeps its entries pending", simfs.FailSync, func(t testing.TB, f *simfs.FS) {
				put(t, f, "/w/f", os.O_CREATE, "n", true)
				arm(t, f, simfs.FailSync)
				if err := sync(t, f, "/w"); !errors.Is(err, syscall.EIO) {
					t.Errorf("Sync() = %v, want EIO", err)
				}
			}, "f=n", []string{"", "f=n"}, []string{"link /w/f"},
		},
		{
			"failed: a directory can be synced again", simfs.FailSync, func(t testing.TB, f *simfs.FS) {
				put(t, f, "/w/f", os.O_CREATE, "n", true)
				arm(t, f, simfs.FailSync)
				_ = sync(t, f, "/w")
				must(t, sync(t, f, "/w"))
			}, "f=n", []string{"f=n"}, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var live string
			var pending []string
			got := images(t, func(t testing.TB, f *simfs.FS) {
				tt.build(t, f)
				live = letters(f)
				for _, u := range f.Pending() {
					pending = append(pending, u.String())
				}
				if fired := f.Faults()[0].Fired; fired != 1 {
					t.Errorf("the rule fired %d times, want once", fired)
				}
			}, letters)
			if live != tt.live {
				t.Errorf("programs see %q, want %q", live, tt.live)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.lost, pending); diff != "" {
				t.Errorf("Pending(), -want +got:\n%s", diff)
			}
		})
	}
}

// The durable file must not grow into memory that the live one uses.
func TestSyncAfterDroppedSyncLeavesLiveBytes(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: func(_ string, n uint64) uint64 { return n - 1 }})
	h, err := f.Create("/w/f")
	must(t, err)
	write := func(letter string, n int) {
		_, err := h.WriteString(strings.Repeat(letter, n))
		must(t, err)
	}
	write("o", 1100)
	must(t, h.Sync())
	syncDir(t, f, "/w")
	must(t, f.SetFaults(simfs.Rule{Nth: 1, Effect: simfs.DropSync}))
	write("n", 436)
	must(t, h.Sync())
	write("a", 100)
	must(t, h.Sync())
	want := strings.Repeat("o", 1100) + strings.Repeat("n", 436) + strings.Repeat("a", 100)
	if b, err := readFile(f, "/w/f"); err != nil || string(b) != want {
		t.Errorf("programs see %q, %v, want %q", b, err, want)
	}
	b, err := readFile(f.Crash(), "/w/f")
	must(t, err)
	if gap := b[1100:1536]; strings.ContainsAny(string(gap), "n\x00") {
		t.Errorf("the gap holds %q, want filler", gap)
	}
	if got := string(b[:1100]) + string(b[1536:]); got != strings.ReplaceAll(want, "n", "") {
		t.Errorf("beside the gap %q, want %q", got, strings.ReplaceAll(want, "n", ""))
	}
}

// Every handle that was open hears of a failed sync, once; later ones do not.
func TestFailedSyncIsReportedOncePerHandle(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", "o")
	open := func() afero.File {
		h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
		must(t, err)
		return h
	}
	one, two := open(), open()
	_, err := one.Write(units("n"))
	must(t, err)
	must(t, f.SetFaults(simfs.Rule{Nth: 1, Effect: simfs.FailSync, Err: syscall.ENOSPC}))
	first := one.Sync()
	three := open()
	var got []string
	for _, err := range []error{first, one.Sync(), three.Sync(), two.Sync(), two.Sync(), one.Sync()} {
		got = append(got, fmt.Sprint(errors.Is(err, syscall.ENOSPC)))
	}
	want := []string{"true", "false", "false", "true", "false", "false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors of the first handle twice, a later one, the second twice, the first; -want +got:\n%s", diff)
	}
}

func TestSyncOfOneDirectoryOfAMove(t *testing.T) {
	for _, synced := range []string{"/w/a", "/w/b"} {
		t.Run(synced, func(t *testing.T) {
			got := images(t, func(t testing.TB, f *simfs.FS) {
				must(t, f.MkdirAll("/w/a", 0o700))
				must(t, f.MkdirAll("/w/b", 0o700))
				put(t, f, "/w/a/f", os.O_CREATE, "o", true)
				syncTree(t, f, "/w")
				must(t, f.Rename("/w/a/f", "/w/b/f"))
				put(t, f, "/w/a/x", os.O_CREATE, "n", true)
				put(t, f, "/w/b/x", os.O_CREATE, "n", true)
				syncDir(t, f, synced)
			}, letters)
			want := map[string][]string{
				"/w/a": {"a/ a/x=n b/ b/f=o", "a/ a/x=n b/ b/f=o b/x=n"},
				"/w/b": {"a/ a/x=n b/ b/f=o b/x=n", "a/ b/ b/f=o b/x=n"},
			}[synced]
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}

// A sync takes along what its operations need, from other directories too.
func TestSyncTakesWhatItNeeds(t *testing.T) {
	got := images(t, func(t testing.TB, f *simfs.FS) {
		must(t, f.MkdirAll("/w/a", 0o700))
		must(t, f.MkdirAll("/w/b", 0o700))
		syncTree(t, f, "/w")
		put(t, f, "/w/b/f", os.O_CREATE, "a", true)
		must(t, f.Rename("/w/b/f", "/w/b/g"))
		put(t, f, "/w/b/other", os.O_CREATE, "b", true)
		must(t, f.Rename("/w/b/g", "/w/a/g"))
		syncDir(t, f, "/w/a")
	}, letters)
	want := []string{"a/ a/g=a b/", "a/ a/g=a b/ b/other=b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images, -want +got:\n%s", diff)
	}
}

func TestOSyncSyncsEachWrite(t *testing.T) {
	f := newFS(t, simfs.Config{Choose: allLost})
	durably(t, f, "/w/f", "o")
	put(t, f, "/w/f", os.O_SYNC, "nn", false)
	if got, want := letters(f.Crash()), "f=nn"; got != want {
		t.Errorf("after the crash %q, want %q", got, want)
	}
}

func TestBadConfig(t *testing.T) {
	tests := []struct {
		name string
		cfg  simfs.Config
		want []string
	}{
		{"profile", simfs.Config{Profile: 9}, []string{"profile Profile(9) is unknown, legal are [posix-strict ext4-writeback ext4-ordered btrfs zfs-like]"}},
		{"unit", simfs.Config{Unit: 7}, []string{"unit 7 is none of 1, 512, 4096, WholeCall"}},
		{"all at once", simfs.Config{Unit: -2, Faults: []simfs.Rule{
			{},
			{Effect: simfs.ShortRead, Ops: simfs.Ops(simfs.OpWrite), K: -2},
			{Effect: simfs.Fail, Ops: 1 << 30, Path: "[", Err: syscall.EIO},
		}}, []string{
			"unit -2 is none of 1, 512, 4096, WholeCall",
			"fault 0 (any: none): no such effect",
			"fault 1 (write: short-read k=-2): short-read cannot strike write, only read",
			"fault 1 (write: short-read k=-2): k=-2 is not a number of bytes, 0 or more",
			`fault 2 (0x40000000 path=[: fail err=EIO): unknown operation kind`,
			`fault 2 (0x40000000 path=[: fail err=EIO): path "[": syntax error in pattern`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := simfs.New(tt.cfg)
			var bad *simfs.ConfigError
			if !errors.As(err, &bad) {
				t.Fatalf("New() = %v, want a ConfigError", err)
			}
			if diff := cmp.Diff(tt.want, bad.Problems); diff != "" {
				t.Errorf("problems, -want +got:\n%s", diff)
			}
		})
	}
}

func TestSetFaultsRefusesAndKeeps(t *testing.T) {
	f := newFS(t, simfs.Config{Faults: []simfs.Rule{{Effect: simfs.DropSync}}})
	var bad *simfs.ConfigError
	if err := f.SetFaults(simfs.Rule{Effect: 99}); !errors.As(err, &bad) {
		t.Errorf("SetFaults() = %v, want a ConfigError", err)
	}
	if got := f.Faults(); len(got) != 1 || got[0].Effect != simfs.DropSync {
		t.Errorf("Faults() = %v, want the old rule", got)
	}
}

func TestPendingTellsEveryKind(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", "oo")
	durably(t, f, "/w/gone", "o")
	put(t, f, "/w/f", 0, "n", false)
	h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
	must(t, err)
	_, err = h.WriteAt([]byte("abc"), 700)
	must(t, err)
	must(t, h.Truncate(100))
	must(t, f.Chmod("/w/f", 0o600))
	must(t, f.Rename("/w/f", "/w/g"))
	must(t, f.Remove("/w/gone"))
	must(t, f.Mkdir("/w/d", 0o700))
	var got []string
	for _, u := range f.Pending() {
		got = append(got, u.String())
	}
	want := []string{
		"write /w/g [0,+512)", "write /w/g [700,+3)", "truncate /w/g to 100", "attr /w/g",
		"rename /w/f -> /w/g", "unlink /w/gone", "link /w/d",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Pending(), -want +got:\n%s", diff)
	}
}

func TestObserveTellsWhatHappened(t *testing.T) {
	var got []string
	f, err := simfs.New(simfs.Config{Observe: func(r simfs.Record) {
		got = append(got, fmt.Sprintf("%s = %d, %v; %s", r.Op, r.N, r.Err, r.Fault))
	}})
	must(t, err)
	must(t, f.SetFaults(simfs.Rule{Ops: simfs.Ops(simfs.OpRemove), Effect: simfs.Fail}))
	must(t, f.MkdirAll("d", 0o700))
	h, err := f.OpenFile("d/f", os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	must(t, err)
	for range 2 {
		_, err = h.WriteString("abc")
		must(t, err)
	}
	_, err = h.ReadAt(make([]byte, 9), 4)
	must(t, map[bool]error{true: nil, false: err}[err == io.EOF])
	must(t, h.Truncate(2))
	must(t, h.Sync())
	must(t, h.Close())
	must(t, f.Rename("d/f", "d/../d/g"))
	_ = f.Remove("d/g")
	_, err = afero.ReadDir(f, "/d")
	must(t, err)
	syncDir(t, f, "d")
	want := []string{
		"#1 stat /d = 0, stat d: no such file or directory; none",
		"#2 mkdir /d = 0, <nil>; none",
		"#3 create /d/f = 0, <nil>; none",
		"#4 write /d/f [0,+3) = 3, <nil>; none",
		"#5 write /d/f [3,+3) = 3, <nil>; none",
		"#6 read /d/f [4,+9) = 2, EOF; none",
		"#7 truncate /d/f to 2 = 0, <nil>; none",
		"#8 sync /d/f = 0, <nil>; none",
		"#9 close /d/f = 0, <nil>; none",
		"#10 rename /d/f -> /d/g = 0, <nil>; none",
		"#11 remove /d/g = 0, remove d/g: input/output error; fail",
		"#12 open /d = 0, <nil>; none",
		"#13 readdir /d = 1, <nil>; none",
		"#14 close /d = 0, <nil>; none",
		"#15 open /d = 0, <nil>; none",
		"#16 syncdir /d = 0, <nil>; none",
		"#17 close /d = 0, <nil>; none",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records, -want +got:\n%s", diff)
	}
}
