package simfs_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// inEvery reports whether what show says of the live tree holds in every image of a
// crash too.
func inEvery(f *simfs.FS, show func(f *simfs.FS) string) bool {
	want := show(f)
	for _, image := range f.Space().States() {
		if show(image) != want {
			return false
		}
	}
	return true
}

// What a nil from Sync guarantees, by profile: whether something survives every crash.
func TestWhatSyncGuarantees(t *testing.T) {
	file := func(name string) func(f *simfs.FS) string {
		return func(f *simfs.FS) string {
			b, err := afero.ReadFile(f, name)
			fi, err2 := f.Stat(name)
			if err = errors.Join(err, err2); err != nil {
				return "gone"
			}
			return fmt.Sprint(spell(b), len(b), fi.Mode())
		}
	}
	tests := []struct {
		name  string
		setup func(t testing.TB, f *simfs.FS) // all of it is made durable
		work  func(t testing.TB, f *simfs.FS) // with a sync in it
		show  func(f *simfs.FS) string
		want  string // of posix-strict, ext4-writeback, ext4-ordered, btrfs, zfs-like: y or n
	}{
		{"data and size of the file", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_APPEND, "n", true) }, file("/w/f"), "yyyyy"},
		{"attributes of the file", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) { must(t, f.Chmod("/w/f", 0o600)); must(t, fsync(f, "/w/f")) }, file("/w/f"), "yyyyy"},
		{"the new name of the file", nil,
			func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "n", true) }, file("/w/f"), "nyyyy"},
		{"a rename of the file", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) { must(t, f.Rename("/w/f", "/w/g")); must(t, fsync(f, "/w/g")) }, file("/w/g"), "nyyyy"},
		{"new directories above the file", nil,
			func(t testing.TB, f *simfs.FS) {
				must(t, f.MkdirAll("/w/a/b", 0o700))
				put(t, f, "/w/a/b/f", os.O_CREATE, "n", true)
			}, file("/w/a/b/f"), "nyyyy"},
		{"an unrelated unlink", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/g", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) {
				must(t, f.Remove("/w/g"))
				put(t, f, "/w/f", os.O_CREATE, "n", true)
			}, file("/w/g"), "nyyny"},
		{"an unrelated rename", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/g", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) {
				must(t, f.Rename("/w/g", "/w/h"))
				put(t, f, "/w/f", os.O_CREATE, "n", true)
			}, file("/w/h"), "nyyny"},
		{"an unrelated chmod", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/g", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) {
				must(t, f.Chmod("/w/g", 0o600))
				put(t, f, "/w/f", os.O_CREATE, "n", true)
			}, file("/w/g"), "nyynn"},
		{"an unrelated truncate", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/g", os.O_CREATE, "oo", false) },
			func(t testing.TB, f *simfs.FS) {
				put(t, f, "/w/g", os.O_TRUNC, "", false)
				put(t, f, "/w/f", os.O_CREATE, "n", true)
			}, file("/w/g"), "nyynn"},
		{"data of another file", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/g", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) {
				put(t, f, "/w/g", 0, "n", false)
				put(t, f, "/w/f", os.O_CREATE, "n", true)
			}, file("/w/g"), "nnnnn"},
		{"entries of a directory", nil,
			func(t testing.TB, f *simfs.FS) {
				put(t, f, "/w/f", os.O_CREATE, "", false)
				must(t, f.Mkdir("/w/d", 0o700))
				syncDir(t, f, "/w")
			}, letters, "yyyyy"},
		{"data of a file in a directory", nil,
			func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "n", false); syncDir(t, f, "/w") }, file("/w/f"), "nnnnn"},
		{"entries of a new directory in it", nil,
			func(t testing.TB, f *simfs.FS) {
				must(t, f.Mkdir("/w/d", 0o700))
				put(t, f, "/w/d/f", os.O_CREATE, "", false)
				syncDir(t, f, "/w")
			}, file("/w/d/f"), "nyyny"},
		{"a rename across, by the source", func(t testing.TB, f *simfs.FS) {
			must(t, f.Mkdir("/w/d", 0o700))
			put(t, f, "/w/f", os.O_CREATE, "o", false)
		}, func(t testing.TB, f *simfs.FS) { must(t, f.Rename("/w/f", "/w/d/f")); syncDir(t, f, "/w") }, letters, "yyyyy"},
		{"a rename across, by the target", func(t testing.TB, f *simfs.FS) {
			must(t, f.Mkdir("/w/d", 0o700))
			put(t, f, "/w/f", os.O_CREATE, "o", false)
		}, func(t testing.TB, f *simfs.FS) { must(t, f.Rename("/w/f", "/w/d/f")); syncDir(t, f, "/w/d") }, letters, "yyyyy"},
		{"O_SYNC", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_APPEND|os.O_SYNC, "n", false) }, file("/w/f"), "yyyyy"},
		{"closing", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", 0, "n", false) }, file("/w/f"), "nnnnn"},
		{"renaming", nil, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/t", os.O_CREATE, "n", true)
			must(t, f.Rename("/w/t", "/w/f"))
		}, file("/w/f"), "nnnnn"},
		{"a handle for reading", func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", os.O_CREATE, "o", false) },
			func(t testing.TB, f *simfs.FS) { put(t, f, "/w/f", 0, "n", false); must(t, fsync(f, "/w/f")) }, file("/w/f"), "yyyyy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, p := range simfs.Profiles() {
				f := newFS(t, simfs.Config{Profile: p})
				if tt.setup != nil {
					tt.setup(t, f)
				}
				f.SyncAll()
				tt.work(t, f)
				if inEvery(f, tt.show) {
					got += "y"
				} else {
					got += "n"
				}
			}
			if got != tt.want {
				t.Errorf("survives every crash under %v: %s, want %s", simfs.Profiles(), got, tt.want)
			}
		})
	}
}

// distinct lists what the images of a crash hold.
func distinct(f *simfs.FS) []string {
	seen := map[string]bool{}
	for _, image := range f.Space().States() {
		seen[letters(image)] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// A sync that fails, by all that its rule can say: f=o, an append of one unit and an
// overwriting of the other, and a sync of that which fails.
func TestFailedSyncLeaves(t *testing.T) {
	tests := []struct {
		rule, profile string
		errs          string   // what the failed sync, a retry, and a handle opened in between report: e or .
		live, evicted string   // what programs see before and after Evict
		images        []string // of a crash, after the retry
		rewritten     []string // and after writing the same bytes again, and a sync of that
	}{
		{"cache=keep-new metadata=persist", "posix-strict", "e..", "f=nn", "f=o0", []string{"f=o0"}, []string{"f=nn"}},
		{"cache=keep-new metadata=rollback", "posix-strict", "e..", "f=nn", "f=o0", []string{"f=o"}, []string{"f=nn"}},
		{"cache=revert metadata=persist", "posix-strict", "e..", "f=o0", "f=o0", []string{"f=o0"}, []string{"f=nn"}},
		{"cache=revert metadata=rollback", "posix-strict", "e..", "f=o", "f=o", []string{"f=o"}, []string{"f=nn"}},
		{"cache=keep-dirty metadata=persist", "posix-strict", "e..", "f=nn", "f=nn", []string{"f=nn"}, []string{"f=nn"}},
		{"cache=keep-dirty metadata=rollback", "posix-strict", "e..", "f=nn", "f=nn", []string{"f=nn"}, []string{"f=nn"}},
		{"report=next", "posix-strict", ".ee", "f=nn", "f=o0", []string{"f=o0"}, []string{"f=nn"}},
		{"", "posix-strict", "e..", "f=nn", "f=o0", []string{"f=o0"}, []string{"f=nn"}},
		{"", "ext4-writeback", "e..", "f=nn", "f=o0", []string{"f=o0"}, []string{"f=nn"}},
		{"", "ext4-ordered", "e..", "f=nn", "f=o0", []string{"f=o0"}, []string{"f=nn"}},
		{"", "btrfs", "e..", "f=o", "f=o", []string{"f=o"}, []string{"f=nn"}},
		{"", "zfs-like", "e..", "f=nn", "f=nn", []string{"f=nn"}, []string{"f=nn"}},
	}
	for _, tt := range tests {
		t.Run(tt.profile+" "+tt.rule, func(t *testing.T) {
			p, err := simfs.ParseProfile(tt.profile)
			must(t, err)
			f := newFS(t, simfs.Config{Profile: p, Unit: 512})
			durably(t, f, "/w/f", "o")
			h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
			must(t, err)
			write := func() {
				_, err := h.WriteAt(units("nn"), 0)
				must(t, err)
			}
			write()
			rules, err := simfs.ParseRules("sync nth=1: fail-sync err=ENOSPC " + tt.rule)
			must(t, err)
			must(t, f.SetFaults(rules...))
			report := func(err error) string {
				if err == nil {
					return "."
				}
				if !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("Sync() = %v, want ENOSPC", err)
				}
				return "e"
			}
			errs := report(h.Sync())
			live := letters(f)
			evicted := f.Clone()
			evicted.Evict()
			later, err := f.Open("/w/f")
			must(t, err)
			errs += report(h.Sync()) + report(later.Sync())
			images := distinct(f)
			f.Evict()
			after := letters(f)
			write()
			must(t, h.Sync())
			if got := []string{errs, live, after}; !slices.Equal(got, []string{tt.errs, tt.live, tt.evicted}) {
				t.Errorf("errors, live bytes, and these after Evict: %q, want %q %q %q", got, tt.errs, tt.live, tt.evicted)
			}
			if diff := cmp.Diff(tt.images, images); diff != "" {
				t.Errorf("images after a retry, -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.rewritten, distinct(f)); diff != "" {
				t.Errorf("images after a rewrite and a sync, -want +got:\n%s", diff)
			}
			simfs.RequireFired(t, f)
		})
	}
}

// Of a sync that fails in part, each unit may be through or not.
func TestFailedSyncOfSomeUnits(t *testing.T) {
	got := images(t, func(t testing.TB, f *simfs.FS) {
		durably(t, f, "/w/f", "ooo")
		put(t, f, "/w/f", 0, "nnn", false)
		must(t, f.SetFaults(simfs.Rule{Nth: 1, Effect: simfs.FailSync, Units: simfs.UnitsSome}))
		if err := fsync(f, "/w/f"); !errors.Is(err, syscall.EIO) {
			t.Errorf("Sync() = %v, want EIO", err)
		}
	}, letters)
	if len(got) != 1 {
		t.Errorf("images %q, want one: what is through was drawn at the sync", got)
	}
	seen := map[string]bool{}
	for mask := range uint64(8) {
		at := 0
		f := newFS(t, simfs.Config{Choose: func(label string, n uint64) uint64 {
			if label != simfs.LabelFail {
				return 0
			}
			at++
			return mask >> (at - 1) & 1
		}})
		durably(t, f, "/w/f", "ooo")
		put(t, f, "/w/f", 0, "nnn", false)
		must(t, f.SetFaults(simfs.Rule{Nth: 1, Effect: simfs.FailSync, Units: simfs.UnitsSome}))
		_ = fsync(f, "/w/f")
		seen[strings.Join(distinct(f), " or ")] = true
		if live := letters(f); live != "f=nnn" {
			t.Errorf("programs see %s, want the new bytes", live)
		}
	}
	want := []string{"f=nnn", "f=nno", "f=non", "f=noo", "f=onn", "f=ono", "f=oon", "f=ooo"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Errorf("what can be through, -want +got:\n%s", diff)
	}
}

// A deferred sync is done with the next honest one, of whatever, and takes what was
// pending when it was called.
func TestDeferredSync(t *testing.T) {
	tests := []struct {
		name string
		work func(t testing.TB, f *simfs.FS, h afero.File)
		want []string
	}{
		{"nothing follows", func(testing.TB, *simfs.FS, afero.File) {}, []string{"f=n g=o", "f=o g=o"}},
		{"a sync of another", func(t testing.TB, f *simfs.FS, _ afero.File) { must(t, fsync(f, "/w/g")) }, []string{"f=n g=o"}},
		{"a later write, and a sync of another", func(t testing.TB, f *simfs.FS, h afero.File) {
			_, err := h.WriteAt(units("a"), 0)
			must(t, err)
			must(t, fsync(f, "/w/g"))
		}, []string{"f=a g=o", "f=n g=o"}},
		{"a failed sync of another", func(t testing.TB, f *simfs.FS, _ afero.File) {
			must(t, f.SetFaults(simfs.Rule{Effect: simfs.FailSync}))
			_ = fsync(f, "/w/g")
		}, []string{"f=n g=o", "f=o g=o"}},
		{"the process dies, and a sync of another", func(t testing.TB, f *simfs.FS, _ afero.File) {}, []string{"f=n g=o"}},
		{"a sync of everything", func(t testing.TB, f *simfs.FS, _ afero.File) { f.SyncAll() }, []string{"f=n g=o"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFS(t, simfs.Config{})
			durably(t, f, "/w/f", "o")
			durably(t, f, "/w/g", "o")
			h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
			must(t, err)
			_, err = h.WriteAt(units("n"), 0)
			must(t, err)
			must(t, f.SetFaults(simfs.Rule{Nth: 1, Effect: simfs.DeferSync}))
			must(t, h.Sync())
			simfs.RequireFired(t, f)
			tt.work(t, f, h)
			if strings.HasPrefix(tt.name, "the process dies") {
				f = f.Restart()
				must(t, fsync(f, "/w/g"))
			}
			if diff := cmp.Diff(tt.want, distinct(f)); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}

func TestDeferredSyncOfADirectory(t *testing.T) {
	f := newFS(t, simfs.Config{})
	put(t, f, "/w/f", os.O_CREATE, "n", true)
	must(t, f.SetFaults(simfs.Rule{Ops: simfs.Ops(simfs.OpSyncDir), Nth: 1, Effect: simfs.DeferSync}))
	syncDir(t, f, "/w")
	put(t, f, "/w/g", os.O_CREATE, "", false)
	if diff := cmp.Diff([]string{"", "f=n", "f=n g=", "g="}, distinct(f)); diff != "" {
		t.Errorf("images before an honest sync, -want +got:\n%s", diff)
	}
	syncDir(t, f, "/")
	if diff := cmp.Diff([]string{"f=n", "f=n g="}, distinct(f)); diff != "" {
		t.Errorf("images after it, -want +got:\n%s", diff)
	}
}

// A foreign sync under ext4 makes metadata durable, and leaves the data to the crash.
func TestForeignSyncLeavesData(t *testing.T) {
	foreign := func(t testing.TB, f *simfs.FS) { put(t, f, "/w/x", os.O_CREATE, "", true) }
	tests := []struct {
		name  string
		knobs simfs.Knobs
		work  func(t testing.TB, f *simfs.FS)
		want  map[string]string // by profile
	}{
		{"a new file", simfs.Knobs{}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/g", os.O_CREATE, "n", false)
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f=oo g= x=|f=oo g=0 x=|f=oo g=n x="}},
		{"a truncation between two appends", simfs.Knobs{}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", os.O_APPEND, "a", false)
			h, err := f.OpenFile("/w/f", os.O_WRONLY|os.O_APPEND, 0)
			must(t, err)
			must(t, h.Truncate(512))
			_, err = h.Write(units("b"))
			must(t, err)
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f=o x=|f=o0 x=|f=ob x="}},
		{"an overwriting below a truncation", simfs.Knobs{}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", 0, "nn", false)
			h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
			must(t, err)
			must(t, h.Truncate(512))
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f=n x=|f=o x="}},
		{"a rename over a file", simfs.Knobs{}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/t", os.O_CREATE, "n", false)
			must(t, f.Rename("/w/t", "/w/f"))
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f=0 x=|f=n x=", "ext4-writeback": "f= x=|f=0 x=|f=n x="}},
		{"a rename over a file, unflushed", simfs.Knobs{NoReplaceFlush: true}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/t", os.O_CREATE, "n", false)
			must(t, f.Rename("/w/t", "/w/f"))
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f= x=|f=0 x=|f=n x="}},
		{"growth without delayed allocation", simfs.Knobs{NoDelalloc: true}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", 0, "nnn", false)
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f=nnn x="}},
		{"overwriting without delayed allocation", simfs.Knobs{NoDelalloc: true}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", 0, "nn", false)
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f=nn x=|f=no x=|f=on x=|f=oo x="}},
		{"data in the journal", simfs.Knobs{DataJournal: true}, func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", 0, "nn", false)
			foreign(t, f)
		}, map[string]string{"ext4-ordered": "f=nn x="}},
	}
	for _, tt := range tests {
		for profile, want := range tt.want {
			t.Run(tt.name+" "+profile, func(t *testing.T) {
				p, err := simfs.ParseProfile(profile)
				must(t, err)
				f := newFS(t, simfs.Config{Profile: p, Knobs: tt.knobs, Unit: 512})
				durably(t, f, "/w/f", "oo")
				tt.work(t, f)
				live := letters(f)
				if got := strings.Join(distinct(f), "|"); got != want {
					t.Errorf("images %q, want %q", got, want)
				}
				f.SyncAll()
				if got := distinct(f); !slices.Equal(got, []string{live}) || len(f.Pending()) > 0 {
					t.Errorf("after SyncAll images %q and pending %v, want %q and nothing", got, f.Pending(), live)
				}
			})
		}
	}
}

// A gap below a size that a foreign sync made durable may hold filler all the same.
func TestForeignSyncLeavesStaleGaps(t *testing.T) {
	f := newFS(t, simfs.Config{Profile: simfs.Ext4Writeback, Unit: 512})
	durably(t, f, "/w/f", "o")
	h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
	must(t, err)
	_, err = h.WriteAt(units("nn"), 512)
	must(t, err)
	must(t, h.Truncate(1024)) // makes the growth before it durable too
	put(t, f, "/w/x", os.O_CREATE, "", true)
	seen := map[string]bool{}
	for _, image := range f.Space().States() {
		b, err := readFile(image, "/w/f")
		must(t, err)
		switch gap := b[512:]; {
		case gap[0] == 'n':
			seen["data"] = true
		case gap[0] == 0 && gap[511] == 0:
			seen["zeros"] = true
		default:
			seen["filler"] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(seen)), []string{"data", "filler", "zeros"}; !slices.Equal(got, want) {
		t.Errorf("the second unit is one of %q, want %q", got, want)
	}
}
