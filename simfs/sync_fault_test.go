package simfs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
)

// lowest draws the first of all there is: gaps are zeros.
func lowest(string, uint64) uint64 { return 0 }

// Every way in which a sync of a file can fail: half overwritten, half grown, and with
// its mode changed.
func TestFailedSync(t *testing.T) {
	const before = "rule sync: fail-sync cache=%s metadata=%s; sync f; rule"
	lost := []string{"lost /w/f [0,+512)", "lost /w/f [1024,+512)"}
	tests := []struct {
		cache, metadata string
		live            string // what programs see afterwards
		pending         []string
		images          []string
		retry           string // the only image after a second sync
		rewrite         string // and after one of the first unit written again
		rewritten       string // what programs see then
		evicted         string // and what they see once the cache is evicted instead
	}{
		{
			"keep-new", "persist", "f=nob private-f", lost, []string{"f=oo0 private-f"},
			"f=oo0 private-f", "f=ao0 private-f", "f=aob private-f", "f=oo0 private-f",
		},
		{
			"keep-new", "rollback", "f=nob private-f", lost, []string{"f=oo"},
			"f=oo", "f=ao", "f=aob private-f", "f=oo0 private-f",
		},
		{
			"revert", "persist", "f=oo0 private-f", nil, []string{"f=oo0 private-f"},
			"f=oo0 private-f", "f=ao0 private-f", "f=ao0 private-f", "f=oo0 private-f",
		},
		{
			"revert", "rollback", "f=oo private-f", []string{"attr /w/f"}, []string{"f=oo", "f=oo private-f"},
			"f=oo private-f", "f=ao private-f", "f=ao private-f", "f=oo private-f",
		},
		{
			"keep-dirty", "persist", "f=nob private-f", []string{"write /w/f [0,+512)", "write /w/f [1024,+512)"},
			[]string{"f=no0 private-f", "f=nob private-f", "f=oo0 private-f", "f=oob private-f"},
			"f=nob private-f", "f=aob private-f", "f=aob private-f", "f=nob private-f",
		},
		{
			"keep-dirty", "rollback", "f=nob private-f", []string{"write /w/f [0,+512)", "write /w/f [1024,+512)", "attr /w/f"},
			[]string{
				"f=no", "f=no private-f", "f=no0", "f=no0 private-f", "f=nob", "f=nob private-f",
				"f=oo", "f=oo private-f", "f=oo0", "f=oo0 private-f", "f=oob", "f=oob private-f",
			},
			"f=nob private-f", "f=aob private-f", "f=aob private-f", "f=nob private-f",
		},
	}
	show := func(f *simfs.FS) string { return strings.TrimSuffix(facts(f), " no-g") }
	for _, tt := range tests {
		t.Run(tt.cache+"/"+tt.metadata, func(t *testing.T) {
			failed := func() *script {
				s := newScript(t, simfs.Config{Choose: lowest}).run("make f=oo; settle").run("set f=n; add f=b; chmod f")
				s.run(fmt.Sprintf(before, tt.cache, tt.metadata))
				if want := []string{"sync f: EIO"}; !cmp.Equal(s.errs, want) {
					t.Errorf("errors %q, want %q", s.errs, want)
				}
				s.errs = nil
				return s
			}
			s := failed()
			if got := show(s.f); got != tt.live {
				t.Errorf("programs see %q, want %q", got, tt.live)
			}
			if diff := cmp.Diff(tt.pending, s.pending()); diff != "" {
				t.Errorf("Pending(), -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.images, s.crashes(show)); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
			if diff := cmp.Diff([]string{tt.retry}, s.run("sync f").crashes(show)); diff != "" {
				t.Errorf("images after a retry, -want +got:\n%s", diff)
			}
			s = failed().run("set f=a; sync f")
			if got := show(s.f); got != tt.rewritten {
				t.Errorf("programs see after a rewrite %q, want %q", got, tt.rewritten)
			}
			if diff := cmp.Diff([]string{tt.rewrite}, s.crashes(show)); diff != "" {
				t.Errorf("images after a rewrite, -want +got:\n%s", diff)
			}
			if len(s.errs) > 0 {
				t.Errorf("errors %q, want none after the first", s.errs)
			}
			s = failed().run("evict")
			if got := show(s.f); got != tt.evicted {
				t.Errorf("programs see after eviction %q, want %q", got, tt.evicted)
			}
			if diff := cmp.Diff(tt.images, s.crashes(show)); diff != "" {
				t.Errorf("images after eviction, -want +got:\n%s", diff)
			}
		})
	}
}

// Of the dirty units of a sync that failed for some each may have got through.
func TestFailedSyncOfSomeUnits(t *testing.T) {
	tests := []struct {
		cache, metadata string
		want            []string // what programs see, then the images
	}{
		{"keep-new", "persist", []string{"nob [no0]", "nob [nob]", "nob [oo0]", "nob [oob]"}},
		{"keep-new", "rollback", []string{"nob [no]", "nob [oo]"}},
		{"revert", "persist", []string{"no0 [no0]", "nob [nob]", "oo0 [oo0]", "oob [oob]"}},
		{"revert", "rollback", []string{"no [no]", "oo [oo]"}},
		{"keep-dirty", "persist", []string{"nob [no0 nob oo0 oob]", "nob [no0 nob]", "nob [nob oob]", "nob [nob]"}},
		{"keep-dirty", "rollback", []string{"nob [no no0 nob oo oo0 oob]", "nob [no no0 nob]"}},
	}
	show := func(f *simfs.FS) string { return strings.TrimPrefix(letters(f), "f=") }
	for _, tt := range tests {
		t.Run(tt.cache+"/"+tt.metadata, func(t *testing.T) {
			o := newOdometer()
			o.fixed[simfs.LabelGap] = 0
			got := o.each(func() string {
				s := newScript(t, simfs.Config{Choose: o.choose}).run("make f=oo; settle").run("set f=n; add f=b")
				s.run(fmt.Sprintf("rule sync: fail-sync cache=%s metadata=%s units=some; sync f; rule", tt.cache, tt.metadata))
				return fmt.Sprint(show(s.f), " ", s.crashes(show))
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("programs and crashes see, -want +got:\n%s", diff)
			}
		})
	}
}

// A unit that straddles the durable size may get through without what grew the file.
func TestFailedSyncOfAUnitAcrossTheSize(t *testing.T) {
	o := newOdometer()
	got := o.each(func() string {
		s := newScript(t, simfs.Config{Choose: o.choose})
		write := func(b string, off int64) {
			h := s.handles["A"]
			_, err := h.WriteAt([]byte(b), off)
			must(t, err)
		}
		s.run("make f; open A f")
		write("oooo", 0)
		s.run("settle")
		write("nnnn", 2)
		s.run("rule sync: fail-sync cache=keep-dirty metadata=rollback units=some; sync f; rule; settle")
		b, err := readFile(s.f.Crash(), "/w/f")
		must(t, err)
		return string(b)
	})
	if diff := cmp.Diff([]string{"oonnnn"}, got); diff != "" {
		t.Errorf("after an honest sync, -want +got:\n%s", diff)
	}
}

// What a failed sync leaves if its rule does not say.
func TestFailedSyncByProfile(t *testing.T) {
	journal := profiled(simfs.Ext4Ordered)
	journal.Knobs.DataJournal = true
	delalloc := profiled(simfs.Ext4Ordered)
	delalloc.Knobs.NoDelalloc = true
	tests := []struct {
		name   string
		cfg    simfs.Config
		errs   []string // of two syncs by A and one by B
		live   string
		images []string // right after the first of them
	}{
		{"posix-strict", profiled(simfs.PosixStrict), []string{"sync A: EIO", "sync B: EIO"}, "f=nob", []string{"f=oo0"}},
		{"ext4-writeback", profiled(simfs.Ext4Writeback), []string{"sync A: EIO", "sync B: EIO"}, "f=nob", []string{"f=oo0"}},
		{"ext4-ordered", profiled(simfs.Ext4Ordered), []string{"sync A: EIO", "sync B: EIO"}, "f=nob", []string{"f=oo0"}},
		{"ext4, data journal", journal, []string{"sync A: EIO", "sync B: EIO"}, "f=nob", []string{"f=oo0"}},
		{"ext4, no delalloc", delalloc, []string{"sync A: EIO", "sync B: EIO"}, "f=nob", []string{"f=oo0"}},
		{"btrfs", profiled(simfs.Btrfs), []string{"sync A: EIO", "sync B: EIO"}, "f=oo", []string{"f=oo"}},
		{"zfs-like", profiled(simfs.ZFSLike), []string{"sync A: EIO", "sync B: EIO"}, "f=nob", []string{"f=no", "f=nob", "f=oo"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.Choose = lowest
			s := newScript(t, tt.cfg).run("make f=oo; settle; open A f; open B f").run("set f=n; add f=b")
			s.run("rule sync nth=1: fail-sync; sync A")
			first := len(s.errs)
			if got := letters(s.f); got != tt.live {
				t.Errorf("programs see %q, want %q", got, tt.live)
			}
			if diff := cmp.Diff(tt.images, s.crashes(letters)); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
			if next := tt.cfg.Knobs.DataJournal; next != (first == 0) {
				t.Errorf("the first sync reports %q, want an error only without a data journal", s.errs)
			}
			if s.run("sync A; sync B"); !cmp.Equal(s.errs, tt.errs) {
				t.Errorf("errors %q, want %q", s.errs, tt.errs)
			}
		})
	}
}

// Metadata that a failed sync makes durable is a prefix of its order.
func TestFailedSyncKeepsTheOrderOfMetadata(t *testing.T) {
	for _, p := range []simfs.Profile{simfs.Ext4Writeback, simfs.Ext4Ordered} {
		t.Run(p.String(), func(t *testing.T) {
			s := newScript(t, profiled(p)).run("make f=oo; make g=o; settle").
				run("rm g; set f=n; chmod f; rule sync: fail-sync; sync f; rule")
			if diff := cmp.Diff([]string{"f=oo private-f no-g"}, s.crashes(facts)); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}

// Which handle hears which error.
func TestFailedSyncReports(t *testing.T) {
	const now, next = "rule sync nth=1: fail-sync; ", "rule sync nth=1: fail-sync report=next; "
	tests := []struct {
		name string
		work string // after: f=oo, open as A and B
		want []string
	}{
		{"now: each open handle, once", now + "sync A; sync A; sync B; sync B", []string{"sync A: EIO", "sync B: EIO"}},
		{"now: none that is opened later", now + "sync A; open C f; sync C", []string{"sync A: EIO"}},
		{"now: a new one in the place of one that heard nothing", now + "sync A; close B; open C f; sync C; sync A", []string{"sync A: EIO"}},
		{"now: no other file", now + "make g=o; open C g; sync A; sync C", []string{"sync A: EIO"}},
		{"now: twice failed, unheard, is one error", "rule sync: fail-sync; sync A; sync A; rule; sync B; sync B", []string{"sync A: EIO", "sync A: EIO", "sync B: EIO"}},
		{"now: the latest errno", "rule sync: fail-sync; sync A; rule sync: fail-sync err=ENOSPC; sync A; rule; sync B", []string{"sync A: EIO", "sync A: ENOSPC", "sync B: ENOSPC"}},
		{"now: any errno", "rule sync: fail-sync err=EDQUOT; sync A; rule", []string{"sync A: EDQUOT"}},
		{"now: nothing after a restart", now + "sync A; restart; sync f", []string{"sync A: EIO"}},
		{"now: even of what is clean", "settle; " + now + "sync A; sync A", []string{"sync A: EIO"}},
		{"next: the call after it", next + "sync A; sync A; sync A", []string{"sync A: EIO"}},
		{"next: by another handle, and then each", next + "sync A; sync B; sync A; sync B; sync A", []string{"sync B: EIO", "sync A: EIO"}},
		{"next: also by one opened before it is told", next + "sync A; open C f; sync C; sync B", []string{"sync C: EIO", "sync B: EIO"}},
		{"next: not by one opened after", next + "sync A; sync B; open C f; sync C", []string{"sync B: EIO"}},
		{"next: with no handle open, by the first later sync", next + "sync A; close A; close B; sync f; sync f", []string{"sync f: EIO"}},
		{"next: after a restart", next + "sync A; restart; sync f; sync f", []string{"sync f: EIO"}},
		{"next: no other file", next + "make g=o; sync A; sync g; sync A", []string{"sync A: EIO"}},
		{"next: O_SYNC hears", next + "sync A; osync f=a; osync f=b", []string{"osync f=a: EIO"}},
		{"next: SyncAll hears nothing", next + "sync A; settle; sync B", []string{"sync B: EIO"}},
		{"directory: each open handle, once", "open C .; rule syncdir nth=1: fail-sync; sync .; sync C; sync C; sync .", []string{"sync .: EIO", "sync C: EIO"}},
		{"directory: next", "rule syncdir nth=1: fail-sync report=next; sync .; sync .; sync .", []string{"sync .: EIO"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t, simfs.Config{Choose: lowest}).run("make f=oo; settle; open A f; open B f; set f=n").run(tt.work)
			if diff := cmp.Diff(tt.want, s.errs); diff != "" {
				t.Errorf("errors, -want +got:\n%s", diff)
			}
		})
	}
}

// A lying sync makes nothing durable, under any profile; what was pending of its inode
// is clean and no later sync writes it. Names of others stay pending.
func TestDroppedSync(t *testing.T) {
	tests := []struct {
		name  string
		setup string
		work  string
		want  [5][]string // images by profile
		live  string
	}{
		{
			"bytes, size and mode", "make f=oo", "set f=n; add f=n; chmod f; rule sync: lie; sync f; rule; sync f",
			same("f=oo no-g"), "f=non private-f no-g",
		},
		{
			"written again", "make f=oo", "set f=nn; rule sync: lie; sync f; rule; set f=a; sync f",
			[5][]string{{"f=ao no-g"}, {"f=ao no-g"}, {"f=ao no-g"}, {"f=ao no-g"}, {"f=an no-g"}}, "f=an no-g", // a page goes as a whole
		},
		{
			"truncation", "make f=oo", "cut f 1; rule sync: lie; sync f; rule; sync f",
			same("f=oo no-g"), "f=o no-g",
		},
		{
			"a new name is kept for later", "", "make f=n; rule sync: lie; sync f; rule; sync .",
			same("f= no-g"), "f=n no-g",
		},
		{
			"a new name after it", "", "make f=n; rule sync: lie; sync f; rule",
			same("f= no-g", "no-f no-g"), "f=n no-g",
		},
		{
			"of a clean file takes no name of another", "make f=o; make g=o", "rm g; rule sync: lie; sync f; rule",
			same("f=o g=o", "f=o no-g"), "f=o no-g",
		},
		{
			"entries", "make f=o", "mv f g; rule syncdir: lie; sync .; rule; sync .",
			same("f=o no-g"), "g=o no-f",
		},
		{
			"entries linked again", "make f=o; make g=n", "mv g f; rule syncdir: lie; sync .; rule; mv f g; sync .",
			same("g=n no-f"), "g=n no-f",
		},
		{
			"entries keep the data of children", "make f=o", "set f=n; rule syncdir: lie; sync .; rule; sync f",
			same("f=n no-g"), "f=n no-g",
		},
		{
			"a move between directories goes as a whole", "mkdir d; make d/f=o", "mv d/f g; rule syncdir: lie; sync d; rule; sync .",
			same("d/ d/f=o no-f no-g"), "d/ g=o no-f",
		},
	}
	for _, tt := range tests {
		for i, p := range simfs.Profiles() {
			t.Run(tt.name+"/"+p.String(), func(t *testing.T) {
				cfg := profiled(p)
				cfg.Choose = lowest
				s := newScript(t, cfg).run(tt.setup + "; settle").run(tt.work)
				if got := facts(s.f); got != tt.live {
					t.Errorf("programs see %q, want %q", got, tt.live)
				}
				if diff := cmp.Diff(tt.want[i], s.crashes(facts)); diff != "" {
					t.Errorf("images, -want +got:\n%s", diff)
				}
			})
		}
	}
}

// same is the same images under every profile.
func same(images ...string) [5][]string { return [5][]string{images, images, images, images, images} }

// A rule strikes a sync that would have made something durable, of whatever.
func TestDroppedSyncsAreCounted(t *testing.T) {
	tests := []struct {
		name  string
		work  string // after: f=o g=o, durable
		fired [5]uint64
	}{
		{"nothing pending", "sync f", [5]uint64{}},
		{"its bytes", "set f=n; sync f", [5]uint64{1, 1, 1, 1, 1}},
		{"its name", "mv f h; sync h", [5]uint64{0, 1, 1, 1, 1}},
		{"the name of another", "mv g h; sync f", [5]uint64{0, 1, 1, 0, 1}},
		{"the mode of another", "chmod g; sync f", [5]uint64{0, 1, 1, 0, 0}},
		{"bytes of another", "set g=n; sync f", [5]uint64{}},
		{"what was put off", "set g=n; rule sync: defer; sync g; rule sync: lie; sync f", [5]uint64{1, 1, 1, 1, 1}},
	}
	for _, tt := range tests {
		for i, p := range simfs.Profiles() {
			t.Run(tt.name+"/"+p.String(), func(t *testing.T) {
				s := newScript(t, profiled(p)).run("make f=o; make g=o; settle; rule sync: lie").run(tt.work)
				if got := s.f.Faults()[0].Fired; got != tt.fired[i] {
					t.Errorf("fired %d times, want %d", got, tt.fired[i])
				}
			})
		}
	}
}

// A sync that was put off is done by the next honest one, of whatever, and no more of
// it than was pending when it was called.
func TestDeferredSync(t *testing.T) {
	tests := []struct {
		name  string
		setup string
		work  string
		fact  string // a word of facts
		want  string // by profile: y = in every image
	}{
		{"a crash before", "make f=o", "set f=n; rule sync: defer; sync f; rule", "f=n", "nnnnn"},
		{"another file", "make f=o; make h=o", "set f=n; rule sync: defer; sync f; rule; sync h", "f=n", "yyyyy"},
		{"a directory", "make f=o", "set f=n; rule sync: defer; sync f; rule; sync .", "f=n", "yyyyy"},
		{"an O_SYNC write", "make f=o; make h=o", "set f=n; rule sync: defer; sync f; rule; osync h=n", "f=n", "yyyyy"},
		{"no failed sync", "make f=o; make h=o", "set f=n; rule sync nth=1: defer; sync f; rule sync: fail-sync; sync h; rule", "f=n", "nnnnn"},
		{"no dropped sync", "make f=o; make h=o", "set f=n; set h=n; rule sync nth=1: defer; sync f; rule sync: lie; sync h; rule", "f=n", "nnnnn"},
		{"no second one put off", "make f=o; make h=o", "set f=n; set h=n; rule sync: defer; sync f; sync h; rule", "f=n", "nnnnn"},
		{"two put off", "make f=o; make h=o", "set f=n; set h=n; rule sync: defer; sync f; sync h; rule; sync .", "h=n", "yyyyy"},
		{"the first bytes", "make f=oo; make h=o", "set f=n; rule sync: defer; sync f; rule; add f=b; sync h", "f=oo", "nnnnn"},
		{"not the later bytes", "make f=oo; make h=o", "set f=n; rule sync: defer; sync f; rule; add f=b; sync h", "f=nob", "nnnnn"},
		{"its name", "make h=o", "make f=n; rule sync: defer; sync f; rule; sync h", "f=n", "nyyyy"},
		{"not its later name", "make f=o; make h=o", "set f=n; rule sync: defer; sync f; rule; mv f g; sync h", "no-f", "nyyny"},
		{"entries", "make f=o; mkdir d", "mv f g; rule syncdir: defer; sync .; rule; sync d", "g=o", "yyyyy"},
		{"not the later entries", "make f=o; mkdir d", "mv f g; rule syncdir: defer; sync .; rule; mv g f; sync d", "f=o", "nyyny"},
		{"a restart between", "make f=o; make h=o", "set f=n; rule sync: defer; sync f; rule; restart; sync h", "f=n", "yyyyy"},
		{"a restart alone", "make f=o", "set f=n; rule sync: defer; sync f; rule; restart", "f=n", "nnnnn"},
		{"SyncAll", "make f=o", "set f=n; rule sync: defer; sync f; rule; settle", "f=n", "yyyyy"},
		{"its file is gone", "make f=o; make h=o", "set f=n; rule sync: defer; sync f; rule; rm f; sync .; sync h", "no-f", "yyyyy"},
	}
	for _, tt := range tests {
		for i, p := range simfs.Profiles() {
			t.Run(tt.name+"/"+p.String(), func(t *testing.T) {
				cfg := profiled(p)
				cfg.Choose = lowest
				s := newScript(t, cfg).run(tt.setup + "; settle").run(tt.work)
				images := s.crashes(facts)
				every := true
				for _, image := range images {
					every = every && strings.Contains(" "+image+" ", " "+tt.fact+" ")
				}
				if want := tt.want[i] == 'y'; every != want {
					t.Errorf("%q in every image: %t, want %t; images are %q", tt.fact, every, want, images)
				}
			})
		}
	}
}

// What was put off leaves what came later pending, with its gaps.
func TestDeferredSyncLeavesTheRestPending(t *testing.T) {
	cfg := profiled(simfs.Ext4Writeback)
	cfg.Choose = lowest
	s := newScript(t, cfg).run("make f=o; make h=o; settle").
		run("add f=a; rule sync: defer; sync f; rule; add f=b; cut f 4").
		run("rule sync: fail-sync cache=keep-dirty; sync f; rule; sync h")
	if diff := cmp.Diff([]string{"write /w/f [1024,+512)"}, s.pending()); diff != "" {
		t.Errorf("Pending(), -want +got:\n%s", diff)
	}
	got := s.crashes(func(f *simfs.FS) string { return fillers(f, "/w/f") })
	if diff := cmp.Diff([]string{"oa#0", "oa00", "oab0"}, got); diff != "" {
		t.Errorf("images, -want +got:\n%s", diff)
	}
}
