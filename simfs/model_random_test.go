package simfs_test

import (
	"io/fs"
	"testing"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/simfs"
)

// Where the operations of a random workload happen, and what they sync.
var randomPaths = []string{
	"/w/A", "/w/B", "/w/C", "/w/A/foo", "/w/bar", "/w/new",
	"/w/A/B", "/w/B/A", "/w/B/new", "/w/C/foo", "/w/B/A/foo", "/w/A/B/new",
}

// drawOp draws an operation that writes a letter, if it writes.
func drawOp(t *rapid.T, letter byte) aceOp {
	paths := rapid.SampledFrom(randomPaths)
	files := rapid.SampledFrom([]string{"/w/A/foo", "/w/A/foo", "/w/bar", "/w/new", "/w/C/foo", "/w/B/A/foo"})
	sizes := rapid.SampledFrom([]int64{0, 100, 256, 300, 512, 700, 1024, 1500, 2048})
	o := aceOp{verb: rapid.SampledFrom([]aceVerb{
		aceCreate, aceMkdir, aceWrite, aceWrite, aceAppend, aceTruncate, aceTruncate, aceRename, aceRename, aceRemove, aceChmod,
	}).Draw(t, "verb")}
	switch o.verb {
	case aceWrite, aceAppend, aceTruncate:
		o.path, o.off = files.Draw(t, "file"), sizes.Draw(t, "off")
	default:
		o.path = paths.Draw(t, "path")
	}
	switch o.verb {
	case aceWrite, aceAppend:
		o.n, o.fill = sizes.Filter(func(n int64) bool { return n > 0 }).Draw(t, "n"), letter
	case aceRename:
		o.path2 = paths.Draw(t, "path2")
	case aceChmod:
		o.mode = rapid.SampledFrom([]fs.FileMode{0o640, 0o750}).Draw(t, "mode")
	}
	if rapid.IntRange(0, 3).Draw(t, "syncs") == 0 {
		o.sync = rapid.SampledFrom(append([]string{aceOther, "/w"}, randomPaths...)).Draw(t, "sync")
	}
	return o
}

func TestRandomWorkloadsEqualModel(t *testing.T) {
	for _, p := range simfs.Profiles() {
		t.Run(p.String(), rapid.MakeCheck(func(t *rapid.T) {
			pr := newModelled(t, simfs.Config{Profile: p})
			var done []aceOp
			for i := range rapid.IntRange(2, 7).Draw(t, "operations") {
				if o := drawOp(t, byte('a'+i)); pr.do(t, o) {
					done = append(done, o)
				}
				if pr.m.pending() > 9 {
					break
				}
			}
			pr.agree(t, done)
		}))
	}
}

// Workloads that random ones seldom are.
func TestKnownWorkloadsEqualModel(t *testing.T) {
	create := func(name string) aceOp { return aceOp{verb: aceCreate, path: name} }
	mkdir := func(name string) aceOp { return aceOp{verb: aceMkdir, path: name} }
	move := func(name, to string) aceOp { return aceOp{verb: aceRename, path: name, path2: to} }
	remove := func(name string) aceOp { return aceOp{verb: aceRemove, path: name} }
	cut := func(to int64) aceOp { return aceOp{verb: aceTruncate, path: "/w/A/foo", off: to} }
	write := func(fill byte, off, n int64) aceOp {
		return aceOp{verb: aceWrite, path: "/w/A/foo", off: off, n: n, fill: fill}
	}
	synced := func(o aceOp, name string) aceOp {
		o.sync = name
		return o
	}
	tests := []struct {
		name string
		ops  []aceOp
	}{
		{"a write below a lost cut, in the unit of one above", []aceOp{cut(384), cut(256), write('a', 128, 256), write('b', 0, 128)}},
		{"cut and grown over old bytes", []aceOp{cut(128), write('a', 640, 384)}},
		{"cut to nothing twice", []aceOp{cut(0), write('a', 0, 640), cut(0), write('b', 0, 256)}},
		{"a hole", []aceOp{write('a', 1536, 256), write('b', 1152, 128)}},
		{"bytes that a durable cut has taken", []aceOp{write('a', 512, 512), synced(cut(300), aceOther), write('b', 300, 512)}},
		{"a durable hole, cut away and written over", []aceOp{synced(cut(1500), aceOther), cut(0), write('e', 0, 2048)}},
		{"rotation needs both moves in order", []aceOp{
			move("/w/bar", "/w/C"), create("/w/new"), move("/w/new", "/w/bar"),
		}},
		{"moved away and moved onto", []aceOp{move("/w/bar", "/w/C"), move("/w/A/foo", "/w/bar")}},
		{"directories moved into each other in turn", []aceOp{
			move("/w/A", "/w/B/A"), move("/w/B/A", "/w/A"), move("/w/B", "/w/A/B"),
		}},
		{"sync of a moved directory takes the earlier moves", []aceOp{
			mkdir("/w/C"), synced(mkdir("/w/D"), "/w"), move("/w/A", "/w/B/A"), synced(move("/w/C", "/w/D/C"), "/w/D"),
		}},
		{"sync of a removed directory's parent takes what emptied it", []aceOp{
			move("/w/A/foo", "/w/B/new"), synced(remove("/w/A"), "/w"),
		}},
		{"sync takes what stood at the target of a move", []aceOp{
			create("/w/B/new"), move("/w/B/new", "/w/B/C"), synced(move("/w/A/foo", "/w/B/new"), "/w/A"),
		}},
		{"moves across in both directions", []aceOp{
			synced(create("/w/B/y"), "/w/B"), move("/w/A/foo", "/w/B/foo"), synced(move("/w/B/y", "/w/A/y"), "/w/A"),
		}},
		{"created, moved, removed", []aceOp{
			create("/w/new"), move("/w/new", "/w/A/new"), remove("/w/A/new"), remove("/w/A/foo"), remove("/w/A"),
		}},
		{"sync below a moved directory", []aceOp{synced(move("/w/A", "/w/C"), "/w/C/foo")}},
	}
	for _, tt := range tests {
		for _, p := range simfs.Profiles() {
			t.Run(tt.name+"/"+p.String(), func(t *testing.T) {
				pr := runModelled(t, simfs.Config{Profile: p}, tt.ops)
				if pr == nil {
					t.Fatal("refused")
				}
				pr.agree(t, tt.ops)
			})
		}
	}
}
