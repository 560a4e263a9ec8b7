package simfs_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
	"pgregory.net/rapid"
)

// profileOf draws a profile.
func profileOf(t *rapid.T) simfs.Profile {
	return rapid.SampledFrom(simfs.Profiles()).Draw(t, "profile")
}

// sums are the Sums of the first images of a Space, by name.
func sums(sp *simfs.Space) map[simfs.StateID]simfs.Sum {
	out := map[simfs.StateID]simfs.Sum{}
	for s, image := range sp.States() {
		if out[s.ID()] = image.Sum(); len(out) == 50 {
			break
		}
	}
	return out
}

// A Space stays as it was while its filesystem runs on, and crashes.
func TestSpaceIsASnapshot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, p := rapidFS(t, nil)
		check(t, f.Reconfigure(simfs.Config{Profile: profileOf(t)}))
		p.run(rapid.IntRange(1, 60).Draw(t, "steps"))
		sp, pending := f.Space(), f.Pending()
		before := sums(sp)
		p.run(60)
		f.SyncAll()
		p.run(60)
		f.Crash()
		if diff := cmp.Diff(before, sums(sp)); diff != "" {
			t.Fatalf("images, -before +after:\n%s", diff)
		}
		if diff := cmp.Diff(pending, sp.Pending()); diff != "" {
			t.Fatalf("Pending(), -before +after:\n%s", diff)
		}
	})
}

// Neither a filesystem nor its clone sees what the other does.
func TestCloneIsIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, p := rapidFS(t, nil)
		check(t, f.Reconfigure(simfs.Config{Profile: profileOf(t)}))
		p.run(60)
		clone := f.Clone()
		want := whole(t, clone)
		p.run(60)
		if diff := cmp.Diff(want, whole(t, clone)); diff != "" {
			t.Fatalf("the clone changed with its original, -before +after:\n%s", diff)
		}
		want = whole(t, f)
		(&program{f: clone, r: p.r, sync: true}).run(60)
		clone.Crash()
		if diff := cmp.Diff(want, whole(t, f)); diff != "" {
			t.Fatalf("the original changed with its clone, -before +after:\n%s", diff)
		}
	})
}

// Whatever is pending under whatever profile, once all of it is synced there is one
// image, and it is what programs see.
func TestSyncAllLeavesOneImage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, p := rapidFS(t, nil)
		check(t, f.Reconfigure(simfs.Config{Profile: profileOf(t)}))
		for range 3 {
			p.run(40)
			f.Clone()
			f.SyncAll()
			if n := f.Space().Count(); n.Int64() != 1 || len(f.Pending()) > 0 {
				t.Fatalf("%v states and %v pending, want one and nothing", n, f.Pending())
			}
			if diff := cmp.Diff(whole(t, f), whole(t, f.Clone())); diff != "" {
				t.Fatalf("image, -live +crash:\n%s", diff)
			}
		}
	})
}

// Clones are taken, used and crashed while the original is in use.
func TestClonesUnderUse(t *testing.T) {
	f := newFS(t, simfs.Config{})
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() { (&program{f: f, r: rand.New(rand.NewPCG(1, uint64(i))), sync: true}).run(400) })
	}
	for i := range 20 {
		sp := f.Space()
		wg.Go(func() {
			for _, image := range sp.Samples(3, func(_ string, n uint64) uint64 { return uint64(i) % n }) {
				(&program{f: image, r: rand.New(rand.NewPCG(2, uint64(i))), sync: true}).run(50)
				whole(t, image.Crash())
			}
		})
	}
	wg.Wait()
	whole(t, f)
}

// What is no operation calls no hook and takes no index.
func TestNoOperations(t *testing.T) {
	var seen []simfs.Op
	cfg := simfs.Config{Hook: func(op simfs.Op) { seen = append(seen, op) }}
	f := newFS(t, cfg)
	put(t, f, "/w/f", os.O_CREATE, "n", false)
	before := len(seen)
	f.Clone()
	f.Space().Count()
	f.Pending()
	f.Sum()
	f.Evict()
	f.SyncAll()
	must(t, f.Reconfigure(cfg))
	_, _ = f.Stat("/w")
	if got := seen[before:]; len(got) != 1 || got[0].Index != seen[before-1].Index+1 {
		t.Errorf("operations %v, want the Stat alone, next in order", got)
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

func TestReconfigure(t *testing.T) {
	f := newFS(t, simfs.Config{Faults: []simfs.Rule{{Ops: simfs.Ops(simfs.OpRemove), Effect: simfs.Fail}}})
	put(t, f, "/w/f", os.O_CREATE, "n", true)
	put(t, f, "/w/g", os.O_CREATE, "n", true)
	var bad *simfs.ConfigError
	if err := f.Reconfigure(simfs.Config{Profile: 99}); !errors.As(err, &bad) {
		t.Errorf("Reconfigure() with profile 99 = %v, want a *ConfigError", err)
	}
	if err := f.Remove("/w/f"); err == nil {
		t.Error("Remove() = nil after a Reconfigure that failed, want the old rule to strike")
	}
	names := func() int { return len(distinct(f)) }
	if got := names(); got != 4 {
		t.Errorf("%d images under posix-strict, want 4", got)
	}
	must(t, f.Reconfigure(simfs.Config{Profile: simfs.Ext4Ordered}))
	if got := names(); got != 3 {
		t.Errorf("%d images of the same under ext4-ordered, want 3", got)
	}
	must(t, f.Remove("/w/f"))
	if _, err := afero.ReadFile(f, "/w/g"); err != nil {
		t.Error(err)
	}
}
