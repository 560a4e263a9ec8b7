package simfs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// script drives a filesystem by lines of text, one command a line or behind a
// semicolon, on names below /w:
//
//	make f=ab     create, and write units in one call
//	set f=ab      overwrite from the start
//	add f=a       append
//	cut f 1       truncate to so many units
//	mkdir d; rm f; mv a b; chmod f
//	sync f        open for reading, sync, close
//	open A f      a handle; A=ab writes at its offset, sync A, close A
//	osync f=ab    overwrite in one call with O_SYNC, by one unit a call
//	rule TEXT     arms one rule; none alone
//	evict; settle; restart
type script struct {
	t       testing.TB
	f       *simfs.FS
	handles map[string]afero.File
	errs    []string // of syncs and writes, as "command: error"
}

func newScript(t testing.TB, cfg simfs.Config) *script {
	return &script{t: t, f: newFS(t, cfg), handles: map[string]afero.File{}}
}

// profiled is a configuration whose units are letters.
func profiled(p simfs.Profile) simfs.Config {
	if p == simfs.ZFSLike {
		return simfs.Config{Profile: p}
	}
	return simfs.Config{Profile: p, Unit: 512}
}

func (s *script) run(text string) *script {
	s.t.Helper()
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := s.do(line); err != nil {
			s.errs = append(s.errs, line+": "+reason(err))
		}
	}
	return s
}

// reason is the errno of an error.
func reason(err error) string {
	var e syscall.Errno
	if errors.As(err, &e) {
		return map[syscall.Errno]string{syscall.EIO: "EIO", syscall.ENOSPC: "ENOSPC", syscall.EDQUOT: "EDQUOT"}[e]
	}
	return err.Error()
}

func (s *script) do(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	name, arg, _ := strings.Cut(rest, " ")
	file, data, _ := strings.Cut(rest, "=")
	at := func(name string) string { return strings.TrimSuffix("/w/"+name, "/.") }
	switch verb {
	case "make":
		put(s.t, s.f, at(file), os.O_CREATE|os.O_EXCL, data, false)
	case "set":
		put(s.t, s.f, at(file), 0, data, false)
	case "add":
		put(s.t, s.f, at(file), os.O_APPEND, data, false)
	case "cut":
		n, err := strconv.ParseInt(arg, 10, 64)
		must(s.t, err)
		h, err := s.f.OpenFile(at(name), os.O_WRONLY, 0)
		must(s.t, err)
		must(s.t, errors.Join(h.Truncate(n*512), h.Close()))
	case "mkdir":
		must(s.t, s.f.Mkdir(at(name), 0o755))
	case "rm":
		must(s.t, s.f.Remove(at(name)))
	case "mv":
		must(s.t, s.f.Rename(at(name), at(arg)))
	case "chmod":
		must(s.t, s.f.Chmod(at(name), 0o600))
	case "sync":
		if h := s.handles[name]; h != nil {
			return h.Sync()
		}
		h, err := s.f.Open(at(name))
		must(s.t, err)
		defer h.Close()
		return h.Sync()
	case "open":
		flag := os.O_RDWR
		if arg == "." {
			flag = os.O_RDONLY
		}
		h, err := s.f.OpenFile(at(arg), flag, 0)
		must(s.t, err)
		s.handles[name] = h
	case "close":
		must(s.t, s.handles[name].Close())
		delete(s.handles, name)
	case "osync":
		h, err := s.f.OpenFile(at(file), os.O_WRONLY|os.O_SYNC, 0)
		must(s.t, err)
		defer h.Close()
		for _, l := range data {
			if _, err := h.Write(units(string(l))); err != nil {
				return err
			}
		}
	case "rule":
		if rest == "" {
			must(s.t, s.f.SetFaults())
			break
		}
		parse(s.t, s.f, rest)
	case "evict":
		s.f.Evict()
	case "settle":
		s.f.SyncAll()
	case "restart":
		s.f = s.f.Restart()
		clear(s.handles)
	default:
		name, data, _ := strings.Cut(line, "=")
		h := s.handles[name]
		if h == nil {
			s.t.Fatalf("no command %q", line)
		}
		_, err := h.Write(units(data))
		return err
	}
	return nil
}

func (s *script) pending() []string {
	var out []string
	for _, u := range s.f.Pending() {
		out = append(out, u.String())
	}
	return out
}

// crashes lists what a crash now may leave, each once, sorted.
func (s *script) crashes(show func(*simfs.FS) string) []string {
	seen := map[string]bool{}
	for _, image := range s.f.Space().States() {
		seen[show(image)] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// facts is letters with the mode of each file, and with the names that are not there.
func facts(f *simfs.FS) string {
	words := letters(f)
	for _, name := range []string{"f", "g"} {
		if fi, err := f.Stat("/w/" + name); errors.Is(err, fs.ErrNotExist) {
			words += " no-" + name
		} else if err == nil && fi.Mode().Perm() == 0o600 {
			words += " private-" + name
		}
	}
	return strings.TrimSpace(words)
}

// What survives every crash after one sync that returned nil: the table of promises.
// A column is y where the profile promises it and n where some crash undoes it, in
// the order of Profiles.
func TestSyncPromises(t *testing.T) {
	tests := []struct {
		name         string
		setup        string // durable
		work         string // ends in the sync
		fact         string // a word of facts
		posix, other string // posix-strict; ext4-writeback, ext4-ordered, btrfs, zfs-like
	}{
		{"data", "make f=oo", "set f=nn; sync f", "f=nn", "y", "yyyy"},
		{"size by a write", "make f=o", "add f=nn; sync f", "f=onn", "y", "yyyy"},
		{"size by a truncation", "make f=oo", "cut f 1; sync f", "f=o", "y", "yyyy"},
		{"size by an extension", "make f=o", "cut f 2; sync f", "f=o0", "y", "yyyy"},
		{"attributes", "make f=o", "chmod f; sync f", "private-f", "y", "yyyy"},
		{"its new name", "", "make f=n; sync f", "f=n", "n", "yyyy"},
		{"its new name, nothing else pending", "", "make f; sync f", "f=", "n", "yyyy"},
		{"its name after a rename", "make g=n", "mv g f; sync f", "f=n", "n", "yyyy"},
		{"its old name gone after a rename", "make g=n", "mv g f; sync f", "no-g", "n", "yyyy"},
		{"its rename over another", "make f=o; make g=n", "mv g f; sync f", "f=n", "n", "yyyy"},
		{"its name in another directory", "mkdir d; make g=n", "mv g d/g; sync d/g", "d/g=n", "n", "yyyy"},
		{"new directories above", "", "mkdir d; mkdir d/e; make d/e/f=n; sync d/e/f", "d/e/f=n", "n", "yyyy"},
		{"new directories above, renamed", "", "mkdir d; make d/f=n; mv d e; sync e/f", "e/f=n", "n", "yyyy"},
		{"an unlink elsewhere", "make f=o; make g=o", "rm g; set f=n; sync f", "no-g", "n", "yyny"},
		{"a rename elsewhere", "make f=o; make g=o", "mv g h; set f=n; sync f", "h=o", "n", "yyny"},
		{"a new file elsewhere, empty", "make f=o", "make g; set f=n; sync f", "g=", "n", "yyny"},
		{"attributes of another file", "make f=o; make g=o", "chmod g; set f=n; sync f", "private-g", "n", "yynn"},
		{"a truncation of another file", "make f=o; make g=oo", "cut g 1; set f=n; sync f", "g=o", "n", "yynn"},
		{"an extension of another file", "make f=o; make g=o", "cut g 2; set f=n; sync f", "g=o0", "n", "yynn"},
		{"data of another file", "make f=o; make g=o", "set g=n; set f=n; sync f", "g=n", "n", "nnnn"},
		{"growth of another file", "make f=o; make g=o", "add g=n; set f=n; sync f", "g=on", "n", "nnnn"},
		{"by a sync of what is clean", "make f=o; make g=o", "rm g; sync f", "no-g", "n", "yyny"},

		{"directory: a new entry", "", "make f; sync .", "f=", "y", "yyyy"},
		{"directory: an unlink", "make g=o", "rm g; sync .", "no-g", "y", "yyyy"},
		{"directory: a rename in it", "make f=o; make g=n", "mv g f; sync .", "f=n", "y", "yyyy"},
		{"directory: its attributes", "mkdir f", "chmod f; sync f", "private-f", "y", "yyyy"},
		{"directory: data of a child", "", "make f=n; sync .", "f=n", "n", "nnnn"},
		{"directory: size of a child", "make f=o", "cut f 0; sync .", "f=", "n", "yynn"},
		{"directory: attributes of a child", "make f=o", "chmod f; sync .", "private-f", "n", "yynn"},
		{"directory: entries of a new one in it", "", "mkdir d; make d/f; sync .", "d/f=", "n", "yyny"},
		{"directory: entries beside it", "mkdir d", "make g; make d/f; sync d", "g=", "n", "yyny"},
		{"directory: its own new name", "", "mkdir d; make d/f; sync d", "d/f=", "n", "yyyy"},
		{"directory: a move out, source", "mkdir d; mkdir e; make d/f=o", "mv d/f e/f; sync d", "e/f=o", "y", "yyyy"},
		{"directory: a move in, target", "mkdir d; mkdir e; make d/f=o", "mv d/f e/f; sync e", "e/f=o", "y", "yyyy"},
		{"directory: a move of one, source", "mkdir d; mkdir e; mkdir d/f", "mv d/f e/f; sync d", "e/f/", "y", "yyyy"},
		{"directory: a move of one, target", "mkdir d; mkdir e; mkdir d/f", "mv d/f e/f; sync e", "e/f/", "y", "yyyy"},
		{"directory: a move, by another one", "mkdir d; mkdir e; make d/f=o", "mv d/f e/f; sync .", "e/f=o", "n", "yyny"},

		{"O_SYNC: each write", "make f=oo", "osync f=nn", "f=nn", "y", "yyyy"},
		{"O_SYNC: a growth", "make f=o", "osync f=ab", "f=ab", "y", "yyyy"},
		{"O_SYNC: the new name", "", "make f; osync f=n", "f=n", "n", "yyyy"},

		{"no sync: close", "make f=o", "open A f; A=n; close A", "f=n", "n", "nnnn"},
		{"no sync: rename", "make f=o", "set f=n; mv f g", "g=n", "n", "nnnn"},
		{"no sync: renaming over another", "make f=o; make g=o", "set g=n; mv g f", "f=n", "n", "nnnn"},
		{"no sync: process death", "make f=o", "open A f; A=n; restart", "f=n", "n", "nnnn"},
		{"no sync: sight of others", "make f=o", "set f=n; open A f; close A", "f=n", "n", "nnnn"},
	}
	for _, tt := range tests {
		for i, p := range simfs.Profiles() {
			t.Run(tt.name+"/"+p.String(), func(t *testing.T) {
				s := newScript(t, profiled(p)).run(tt.setup + "; settle").run(tt.work)
				want := (tt.posix + tt.other)[i] == 'y'
				all, some := true, false
				images := s.crashes(facts)
				for _, image := range images {
					has := slices.Contains(strings.Fields(image), tt.fact)
					all, some = all && has, some || has
				}
				if !some {
					t.Fatalf("no image has %q: %q", tt.fact, images)
				}
				if all != want {
					t.Errorf("%q in every image: %t, want %t; images are %q", tt.fact, all, want, images)
				}
			})
		}
	}
}

// A second sync is nothing: what is pending and every image stay the same.
func TestSyncTwiceIsSyncOncePerProfile(t *testing.T) {
	for _, p := range simfs.Profiles() {
		for _, what := range []string{"f", "g", "d", "."} {
			t.Run(p.String()+"/"+what, func(t *testing.T) {
				run := func(syncs string) (pending, images []string) {
					s := newScript(t, profiled(p)).run("make f=o; make g=oo; mkdir d; settle").
						run("set f=n; chmod g; cut g 1; add g=nn; make d/f=n; mv f h; mv h f").
						run(syncs)
					return s.pending(), s.crashes(facts)
				}
				pending, images := run("sync " + what)
				again, imagesAgain := run("sync " + what + "; sync " + what)
				if diff := cmp.Diff(pending, again); diff != "" {
					t.Errorf("Pending(), -once +twice:\n%s", diff)
				}
				if diff := cmp.Diff(images, imagesAgain); diff != "" {
					t.Errorf("images, -once +twice:\n%s", diff)
				}
			})
		}
	}
}

// What a sync of one file leaves pending of others: sizes may be durable without their
// bytes.
func TestForeignSync(t *testing.T) {
	ordered, writeback := profiled(simfs.Ext4Ordered), profiled(simfs.Ext4Writeback)
	with := func(cfg simfs.Config, k simfs.Knobs) simfs.Config { cfg.Knobs = k; return cfg }
	tests := []struct {
		name    string
		cfg     simfs.Config
		work    string // after: f=o g=oo, durable
		pending []string
		want    []string // images, without f
	}{
		{
			"growth stays with its data", ordered, "add g=n; sync f",
			[]string{"write /w/g [1024,+512)"}, []string{"g=oo", "g=oo0", "g=oon"},
		},
		{
			"growth before a truncation is durable without its bytes", ordered, "add g=nn; cut g 3; sync f",
			[]string{"write /w/g [1024,+512)"}, []string{"g=oo0", "g=oon"},
		},
		{
			"such bytes can be synced later", ordered, "add g=nn; cut g 3; sync f; sync g",
			nil, []string{"g=oon"},
		},
		{
			"such bytes can be written over", ordered, "add g=n; cut g 4; sync f; set g=aaa",
			[]string{"write /w/g [1024,+512)", "write /w/g [0,+1536)"},
			[]string{
				"g=aaa0", "g=aan0", "g=aa00", "g=aoa0", "g=aon0", "g=ao00", "g=oaa0", "g=oan0", "g=oa00", "g=ooa0", "g=oon0", "g=oo00",
			},
		},
		{
			"such bytes can be cut", ordered, "add g=n; cut g 4; sync f; cut g 2; sync f",
			nil, []string{"g=oo"},
		},
		{
			"a truncation takes data along that it cut", ordered, "set g=nn; cut g 1; sync f",
			[]string{"write /w/g [0,+512)"}, []string{"g=n", "g=o"},
		},
		{
			"data beyond a truncation may not survive it", ordered, "cut g 1; add g=n; sync f",
			[]string{"write /w/g [512,+512)"}, []string{"g=o", "g=o0", "g=on"},
		},
		{
			"attributes are no longer pending", ordered, "chmod g; set g=n; sync f",
			[]string{"write /w/g [0,+512)"}, []string{"g=no", "g=oo"},
		},
		{
			"replacing flushes the size", ordered, "make h=nn; mv h g; sync f",
			[]string{"write /w/g [0,+1024)"}, []string{"g=00", "g=0n", "g=n0", "g=nn"},
		},
		{
			"but not what was written after it", ordered, "make h=n; mv h g; add g=b; sync f",
			[]string{"write /w/g [0,+512)", "write /w/g [512,+512)"},
			[]string{"g=0", "g=00", "g=0b", "g=n", "g=n0", "g=nb"},
		},
		{
			"replacing without the flush", with(ordered, simfs.Knobs{NoReplaceFlush: true}), "make h=nn; mv h g; sync f",
			[]string{"write /w/g [0,+1024)"}, []string{"g=", "g=00", "g=0n", "g=n0", "g=nn"},
		},
		{
			"replacing does not flush with data=writeback", writeback, "make h=n; mv h g; sync f",
			[]string{"write /w/g [0,+512)"}, []string{"g=", "g=0", "g=n"},
		},
		{
			"without delayed allocation growth is metadata, with its data", with(ordered, simfs.Knobs{NoDelalloc: true}), "add g=n; set g=a; sync f",
			[]string{"write /w/g [0,+512)"}, []string{"g=aon", "g=oon"},
		},
		{
			"a data journal keeps all", with(ordered, simfs.Knobs{DataJournal: true}), "add g=n; set g=a; sync f",
			nil, []string{"g=aon"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, tt.cfg).run("make f=o; make g=oo; settle").run(tt.work)
			if diff := cmp.Diff(tt.pending, s.pending()); diff != "" {
				t.Errorf("Pending(), -want +got:\n%s", diff)
			}
			slices.Sort(tt.want)
			got := s.crashes(func(f *simfs.FS) string { return strings.TrimPrefix(letters(f), "f=o ") })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
			if got, live := letters(s.run("settle").f), s.crashes(letters); len(live) != 1 || live[0] != got {
				t.Errorf("after SyncAll the images are %q, want only %q", live, got)
			}
		})
	}
}

// fillers shows a file with gaps told apart: 0 zeros, # filler.
func fillers(f *simfs.FS, name string) string {
	b, err := readFile(f, name)
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	for unit := range slices.Chunk(b, 512) {
		letter := spell(unit)
		if letter == "0" && strings.Trim(string(unit), "\x00") != "" {
			letter = "#"
			if strings.Contains(string(unit), "\x00") {
				letter = "?"
			}
		}
		out.WriteString(letter)
	}
	return out.String()
}

// Where a size is durable without its bytes, and blocks are not zeroed, what stood
// there before shows until the bytes are durable; what a program has written once
// durably does not.
func TestForeignSyncLeavesStaleGaps(t *testing.T) {
	tests := []struct {
		name string
		work string // after: f=o g=o, durable
		want []string
	}{
		{"never written back", "add g=n; cut g 3; sync f", []string{"o#0", "o00", "on0"}},
		{"written back", "add g=n; cut g 3; sync f; sync g", []string{"on0"}},
		{"written over", "add g=n; cut g 2; sync f; set g=aa", []string{"a#", "a0", "aa", "an", "o#", "o0", "oa", "on"}},
		{"cut off and grown again", "add g=n; cut g 2; sync f; cut g 1; cut g 2; sync f", []string{"o0"}},
		{"written over after it is durable", "add g=n; cut g 2; sync f; sync g; set g=aa", []string{"aa", "an", "oa", "on"}},
		{"lost for good", "add g=n; cut g 2; sync f; rule sync path=g: lie; sync g", []string{"o0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := profiled(simfs.Ext4Writeback)
			cfg.Choose = func(string, uint64) uint64 { return 0 }
			s := newScript(t, cfg).run("make f=o; make g=o; settle").run(tt.work)
			got := s.crashes(func(f *simfs.FS) string { return fillers(f, "/w/g") })
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}

// A gap that no sync will fill any more is settled when the bytes are lost.
func TestLostBytesBelowTheDurableSizeAreDrawn(t *testing.T) {
	for _, effect := range []string{"lie", "fail-sync", "fail-sync metadata=rollback"} {
		t.Run(effect, func(t *testing.T) {
			o := newOdometer()
			got := o.each(func() string {
				cfg := profiled(simfs.Ext4Writeback)
				cfg.Choose = o.choose
				s := newScript(t, cfg).run("make f=o; make g=o; settle").
					run("add g=n; cut g 2; sync f; rule sync path=g: " + effect + "; sync g; rule; evict")
				live := fillers(s.f, "/w/g")
				images := s.crashes(func(f *simfs.FS) string { return fillers(f, "/w/g") })
				return live + " " + fmt.Sprint(images)
			})
			if diff := cmp.Diff([]string{"o# [o#]", "o0 [o0]"}, got); diff != "" {
				t.Errorf("programs and crashes see, -want +got:\n%s", diff)
			}
		})
	}
}

// The O_SYNC write of a handle that has not heard of a failed sync reports it.
func TestOSyncWriteReportsAFailedSync(t *testing.T) {
	s := newScript(t, simfs.Config{Choose: allLost}).run("make f=oo; settle")
	h, err := s.f.OpenFile("/w/f", os.O_WRONLY|os.O_SYNC, 0)
	must(t, err)
	s.run("rule sync: fail-sync err=ENOSPC; sync f; rule")
	for i, want := range []error{syscall.ENOSPC, nil} {
		n, err := h.Write(units("n"))
		if !errors.Is(err, want) || n != 512*i {
			t.Errorf("Write() %d = %d, %v, want %d, %v", i+1, n, err, 512*i, want)
		}
	}
	if got, want := letters(s.f.Crash()), "f=no"; got != want {
		t.Errorf("after the crash %q, want %q: what failed is written and synced, at an offset that did not move", got, want)
	}
}
