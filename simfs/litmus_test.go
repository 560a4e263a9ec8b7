package simfs_test

import (
	"os"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
)

// The litmus programs: after a durable setup a few operations, and every state that
// posix-strict allows a crash to leave. One letter is one unit: o old, n new, 0 a
// gap.
func TestLitmus(t *testing.T) {
	const create, trunc, add = os.O_CREATE | os.O_EXCL, os.O_TRUNC, os.O_APPEND
	tests := []struct {
		name  string
		build func(t testing.TB, f *simfs.FS)
		want  []string
	}{
		{"L1 size before data", func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", create, "n", false)
		}, []string{"", "f=", "f=0", "f=n"}},
		{"L2 name not synced", func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/f", create, "n", true)
		}, []string{"", "f=n"}},
		{"L3 rename not synced", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/t", create, "n", true)
			must(t, f.Rename("/w/t", "/w/f"))
		}, []string{"f=n", "f=o", "f=o t=n"}},
		{"L4 zero-length config", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/t", create, "n", false)
			must(t, f.Rename("/w/t", "/w/f"))
		}, []string{"f=", "f=0", "f=n", "f=o", "f=o t=", "f=o t=0", "f=o t=n"}},
		{"L5 the correct protocol", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/t", create, "n", true)
			must(t, f.Rename("/w/t", "/w/f"))
			syncDir(t, f, "/w")
		}, []string{"f=n"}},
		{"L6 hole before later data", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/f", add, "A", false)
			put(t, f, "/w/f", add, "B", false)
			put(t, f, "/w/f", add, "C", false)
		}, []string{
			"f=o", "f=o0", "f=o00", "f=o000", "f=o00C", "f=o0B", "f=o0B0", "f=o0BC",
			"f=oA", "f=oA0", "f=oA00", "f=oA0C", "f=oAB", "f=oAB0", "f=oABC",
		}},
		{"L7 marker without manifest", func(t testing.TB, f *simfs.FS) {
			put(t, f, "/w/M", create, "n", true)
			put(t, f, "/w/K", create, "n", true)
		}, []string{"", "K=n", "K=n M=n", "M=n"}},
		{"L8 unlink overtakes rename", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/C", "o")
			durably(t, f, "/w/M1", "o")
			put(t, f, "/w/t", create, "n", true)
			must(t, f.Rename("/w/t", "/w/C"))
			must(t, f.Remove("/w/M1"))
		}, []string{"C=n", "C=n M1=o", "C=o", "C=o M1=o", "C=o M1=o t=n", "C=o t=n"}},
		{"L9 torn overwrite", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "oo")
			put(t, f, "/w/f", 0, "nn", false)
		}, []string{"f=nn", "f=no", "f=on", "f=oo"}},
		{"L10 intermediate version", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			put(t, f, "/w/f", 0, "a", false)
			put(t, f, "/w/f", 0, "b", false)
		}, []string{"f=a", "f=b", "f=o"}},
		{"L11 grandparent never synced", func(t testing.TB, f *simfs.FS) {
			must(t, f.Mkdir("/w/d", 0o755))
			put(t, f, "/w/d/f", create, "n", true)
			syncDir(t, f, "/w/d")
		}, []string{"", "d/ d/f=n"}},
		{"L12 truncate and rewrite", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "oo")
			put(t, f, "/w/f", trunc, "n", false)
		}, []string{"f=", "f=0", "f=n", "f=oo"}},
		{"L13 resurrection", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "o")
			must(t, f.Remove("/w/f"))
		}, []string{"", "f=o"}},
		{"L14 WAL not first", func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/db", "o")
			durably(t, f, "/w/wal", "o")
			put(t, f, "/w/wal", add, "n", false)
			put(t, f, "/w/db", 0, "n", false)
		}, []string{
			"db=n wal=o", "db=n wal=o0", "db=n wal=on", "db=o wal=o", "db=o wal=o0", "db=o wal=on",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := images(t, tt.build, letters)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}
