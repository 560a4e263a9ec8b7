package simfs_test

import (
	"flag"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
)

var aceAll = flag.Bool("ace.all", false, "hold all ACE workloads of two operations to the model, not a part of them")

// modelled is a filesystem and its model, in which the same has happened.
type modelled struct {
	f *simfs.FS
	m *model
}

// newModelled returns one that holds the tree that every ACE workload starts from. Its
// units are of 512 bytes, or whole calls.
func newModelled(t fatal, cfg simfs.Config) *modelled {
	if cfg.Unit == 0 && cfg.Profile != simfs.ZFSLike {
		cfg.Unit = 512
	}
	f, err := simfs.New(cfg)
	check(t, err)
	pr := &modelled{f: f, m: newModel(cfg)}
	check(t, f.Mkdir("/w", 0o700))
	check(t, aceSetup(f))
	f.SyncAll()
	pr.m.do(aceOp{verb: aceMkdir, path: "/w"})
	for _, dir := range aceDirs {
		pr.m.do(aceOp{verb: aceMkdir, path: dir})
	}
	for _, file := range aceFiles {
		pr.m.do(aceOp{verb: aceCreate, path: file.path})
		pr.m.do(aceOp{verb: aceWrite, path: file.path, n: file.size, fill: 'o'})
	}
	pr.m.syncAll()
	return pr
}

// do performs the operation on both. They must agree on whether it is possible.
func (p *modelled) do(t failer, o aceOp) bool {
	err, ok := o.do(p.f), p.m.do(o)
	if (err == nil) != ok {
		t.Fatalf("%s gave %v, and the model says that it is possible: %v", o, err, ok)
	}
	return ok
}

// states counts the states and returns their images.
func (p *modelled) states(t fatal) (map[string]bool, int) {
	seen, n := map[string]bool{}, 0
	for _, image := range p.f.Space().States() {
		n++
		seen[shown(t, image)] = true
	}
	return seen, n
}

// agree compares the images of both, and returns how many states there are.
func (p *modelled) agree(t failer, done any) int {
	got, n := p.states(t)
	if want := p.m.images(); !maps.Equal(want, got) {
		t.Fatalf("images after %s, -model +simfs:\n%s", done, difference(want, got))
	}
	return n
}

// difference lists what only one of two sets has.
func difference(want, got map[string]bool) string {
	var s strings.Builder
	for _, image := range slices.Sorted(maps.Keys(want)) {
		if !got[image] {
			fmt.Fprintln(&s, "-", image)
		}
	}
	for _, image := range slices.Sorted(maps.Keys(got)) {
		if !want[image] {
			fmt.Fprintln(&s, "+", image)
		}
	}
	return s.String()
}

// runModelled does the operations on a new pair; nil when one of them is refused.
func runModelled(t failer, cfg simfs.Config, ops []aceOp) *modelled {
	pr := newModelled(t, cfg)
	for _, o := range ops {
		if !pr.do(t, o) {
			return nil
		}
	}
	return pr
}

// aceStride is how many of the workloads of two operations there are to one that is
// held to the model, when not all are: a prime, so that it is no part of the
// pattern in which they come. Each profile begins at another. Of short tests there are
// aceStrideShort to one.
const aceStride, aceStrideShort = 17, 173

// aceSome yields the workloads of one operation, and those of two or a part of them.
func aceSome(first int) iter.Seq[[]aceOp] {
	stride := aceStride
	if testing.Short() {
		stride = aceStrideShort
	}
	if *aceAll {
		stride = 1
	}
	return func(yield func([]aceOp) bool) {
		for ops := range aceWorkloads(1) {
			if !yield(ops) {
				return
			}
		}
		n := first
		for ops := range aceWorkloads(2) {
			if n++; n%stride == 0 && !yield(ops) {
				return
			}
		}
	}
}

// On every workload of one and two operations simfs and the model allow the same
// images. The numbers tell that none was left out.
func TestACEWorkloadsEqualModel(t *testing.T) {
	const possible = 110 + 10352 // as on the operating system
	for i, p := range simfs.Profiles() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			workloads, states := 0, 0
			for ops := range aceSome(i) {
				if pr := runModelled(t, simfs.Config{Profile: p}, ops); pr != nil {
					workloads++
					states += pr.agree(t, ops)
				}
			}
			if *aceAll && workloads != possible || workloads < possible/aceStrideShort || !testing.Short() && workloads < possible/aceStride {
				t.Errorf("%d workloads, want %d, or one of %d of them, of %d if short", workloads, possible, aceStride, aceStrideShort)
			}
			t.Logf("%d workloads, %d states", workloads, states)
		})
	}
}
