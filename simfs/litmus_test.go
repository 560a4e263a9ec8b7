package simfs_test

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
)

// The litmus programs: after a durable setup a few operations, and every state that a
// crash may leave under each profile. One letter is one unit: o old, n new, 0 a gap.
func TestLitmus(t *testing.T) {
	const create, trunc, add = os.O_CREATE | os.O_EXCL, os.O_TRUNC, os.O_APPEND
	tests := []struct {
		name  string
		build func(t testing.TB, f *simfs.FS)
		want  []string                   // what posix-strict allows
		never map[simfs.Profile][]string // which of these the others do not
		count [4]int                     // posix-strict, ext4-ordered, btrfs, zfs-like
	}{
		{"L1 size before data", func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", create, "n", false)
		}, []string{"", "f=", "f=0", "f=n"}, map[simfs.Profile][]string{
			simfs.Btrfs:   {"f=0"},
			simfs.ZFSLike: {"f=0"},
		}, [4]int{4, 4, 3, 3}},
		{"L2 name not synced", func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", create, "n", true)
		}, []string{"", "f=n"}, map[simfs.Profile][]string{
			simfs.Ext4Writeback: {""},
			simfs.Ext4Ordered:   {""},
			simfs.Btrfs:         {""},
			simfs.ZFSLike:       {""},
		}, [4]int{2, 1, 1, 1}},
		{"L3 rename not synced", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/t", create, "n", true)
			must(t, f.Rename("/w/t", "/w/f"))
		}, []string{"f=n", "f=o", "f=o t=n"}, map[simfs.Profile][]string{
			simfs.Ext4Writeback: {"f=o"},
			simfs.Ext4Ordered:   {"f=o"},
			simfs.Btrfs:         {"f=o"},
			simfs.ZFSLike:       {"f=o"},
		}, [4]int{3, 2, 2, 2}},
		{"L4 zero-length config", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/t", create, "n", false)
			must(t, f.Rename("/w/t", "/w/f"))
		}, []string{"f=", "f=0", "f=n", "f=o", "f=o t=", "f=o t=0", "f=o t=n"}, map[simfs.Profile][]string{
			simfs.Ext4Ordered: {"f="},
			simfs.Btrfs:       {"f=0", "f=o t=0"},
			simfs.ZFSLike:     {"f=", "f=0", "f=o t=0"},
		}, [4]int{7, 6, 5, 4}},
		{"L5 the correct protocol", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/t", create, "n", true)
			must(t, f.Rename("/w/t", "/w/f"))
			syncDir(t, f, "/w")
		}, []string{"f=n"}, nil, [4]int{1, 1, 1, 1}},
		{"L6 hole before later data", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/f", add, "A", false)
			put(t, f, "/w/f", add, "B", false)
			put(t, f, "/w/f", add, "C", false)
		}, []string{
			"f=o", "f=o0", "f=o00", "f=o000", "f=o00C", "f=o0B", "f=o0B0", "f=o0BC",
			"f=oA", "f=oA0", "f=oA00", "f=oA0C", "f=oAB", "f=oAB0", "f=oABC",
		}, map[simfs.Profile][]string{
			simfs.Btrfs:   {"f=o0", "f=o00", "f=o000", "f=o0B0", "f=oA0", "f=oA00", "f=oAB0"},
			simfs.ZFSLike: {"f=o0", "f=o00", "f=o000", "f=o00C", "f=o0B", "f=o0B0", "f=o0BC", "f=oA0", "f=oA00", "f=oA0C", "f=oAB0"},
		}, [4]int{15, 15, 8, 4}},
		{"L7 marker without manifest", func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/M", create, "n", true)
			put(t, f, "/w/K", create, "n", true)
		}, []string{"", "K=n", "K=n M=n", "M=n"}, map[simfs.Profile][]string{
			simfs.Ext4Writeback: {"", "K=n", "M=n"},
			simfs.Ext4Ordered:   {"", "K=n", "M=n"},
			simfs.Btrfs:         {"", "K=n", "M=n"},
			simfs.ZFSLike:       {"", "K=n", "M=n"},
		}, [4]int{4, 1, 1, 1}},
		{"L8 unlink overtakes rename", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/C", "o")
			durably(t, f, "/w/M1", "o")
			put(t, f, "/w/t", create, "n", true)
			must(t, f.Rename("/w/t", "/w/C"))
			must(t, f.Remove("/w/M1"))
		}, []string{"C=n", "C=n M1=o", "C=o", "C=o M1=o", "C=o M1=o t=n", "C=o t=n"}, map[simfs.Profile][]string{
			simfs.Ext4Writeback: {"C=o", "C=o M1=o", "C=o t=n"},
			simfs.Ext4Ordered:   {"C=o", "C=o M1=o", "C=o t=n"},
			simfs.Btrfs:         {"C=o", "C=o M1=o", "C=o t=n"},
			simfs.ZFSLike:       {"C=o", "C=o M1=o", "C=o t=n"},
		}, [4]int{6, 3, 3, 3}},
		{"L9 torn overwrite", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "oo")
			h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
			must(t, err)
			for range 2 { // one call for each unit
				_, err = h.Write(units("n"))
				must(t, err)
			}
		}, []string{"f=nn", "f=no", "f=on", "f=oo"}, map[simfs.Profile][]string{
			simfs.ZFSLike: {"f=on"},
		}, [4]int{4, 4, 4, 3}},
		{"L10 intermediate version", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/f", 0, "a", false)
			put(t, f, "/w/f", 0, "b", false)
		}, []string{"f=a", "f=b", "f=o"}, nil, [4]int{3, 3, 3, 3}},
		{"L11 grandparent never synced", func(t testing.TB, f *simfs.FS) {
			must(t, f.Mkdir("/w/d", 0o755))
			put(t, f, "/w/d/f", create, "n", true)
			syncDir(t, f, "/w/d")
		}, []string{"", "d/ d/f=n"}, map[simfs.Profile][]string{
			simfs.Ext4Writeback: {""},
			simfs.Ext4Ordered:   {""},
			simfs.Btrfs:         {""},
			simfs.ZFSLike:       {""},
		}, [4]int{2, 1, 1, 1}},
		{"L12 truncate and rewrite", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "oo")
			put(t, f, "/w/f", trunc, "n", false)
		}, []string{"f=", "f=0", "f=n", "f=oo"}, map[simfs.Profile][]string{
			simfs.Btrfs:   {"f=0"},
			simfs.ZFSLike: {"f=0"},
		}, [4]int{4, 4, 3, 3}},
		{"L13 resurrection", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			must(t, f.Remove("/w/f"))
		}, []string{"", "f=o"}, nil, [4]int{2, 2, 2, 2}},
		{"L14 WAL not first", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/db", "o")
			durably(t, f, "/w/wal", "o")
			put(t, f, "/w/wal", add, "n", false)
			put(t, f, "/w/db", 0, "n", false)
		}, []string{
			"db=n wal=o", "db=n wal=o0", "db=n wal=on", "db=o wal=o", "db=o wal=o0", "db=o wal=on",
		}, map[simfs.Profile][]string{
			simfs.Btrfs:   {"db=n wal=o0", "db=o wal=o0"},
			simfs.ZFSLike: {"db=n wal=o", "db=n wal=o0", "db=o wal=o0"},
		}, [4]int{6, 6, 4, 3}},
	}
	counted := []simfs.Profile{simfs.PosixStrict, simfs.Ext4Ordered, simfs.Btrfs, simfs.ZFSLike}
	for _, tt := range tests {
		for _, p := range simfs.Profiles() {
			t.Run(tt.name+"/"+p.String(), func(t *testing.T) {
				want := slices.DeleteFunc(slices.Clone(tt.want), func(s string) bool { return slices.Contains(tt.never[p], s) })
				got := litmusStates(t, p, tt.build)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("images, -want +got:\n%s", diff)
				}
				if i := slices.Index(counted, p); i >= 0 && len(got) != tt.count[i] {
					t.Errorf("%d images, want %d", len(got), tt.count[i])
				}
			})
		}
	}
}

// litmusStates lists the distinct images, by what is in them. On the way it holds the
// laws that every Space obeys: it counts what it yields, and each name leads back.
func litmusStates(t *testing.T, p simfs.Profile, build func(t testing.TB, f *simfs.FS)) []string {
	cfg := simfs.Config{Profile: p, Unit: 512}
	if p == simfs.ZFSLike {
		cfg.Unit = 0
	}
	f := newFS(t, cfg)
	build(t, f)
	space, seen, n := f.Space(), map[string]bool{}, int64(0)
	for s, image := range space.States() {
		n++
		seen[letters(image)] = true
		again, err := space.State(s.ID())
		must(t, err)
		if one, two := whole(t, image), whole(t, again.FS()); one != two {
			t.Errorf("image %s is\n%sand by its name\n%s", s.ID(), one, two)
		}
	}
	if got := space.Count(); !got.IsInt64() || got.Int64() != n {
		t.Errorf("Count() = %v, and there are %d", got, n)
	}
	return slices.Sorted(maps.Keys(seen))
}
