package simfs_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/simfs"
)

// A survivor is what Restart gives, goes on as that does, and leaves the filesystem that
// it is of as it was.
func TestLawSurvivorIsRestart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, faults := rapid.Uint64().Draw(t, "program"), rapid.Uint64().Draw(t, "faults")
		begin := func() (*simfs.FS, *program) {
			r := rand.New(rand.NewPCG(faults, 0))
			f, p := rapidFS(t, func(_ string, n uint64) uint64 { return faults % n }) // the copies share it
			check(t, f.SetFaults(
				simfs.Rule{Nth: r.Uint64N(3), Effect: simfs.DropSync},
				simfs.Rule{Nth: r.Uint64N(3), Effect: simfs.FailSync},
				simfs.Rule{Nth: r.Uint64N(3), Effect: simfs.DeferSync},
			))
			*p = program{f: f, r: rand.New(rand.NewPCG(seed, 0)), sync: true}
			p.run(60)
			return f, p
		}
		f, p := begin()
		restarted, _ := begin()
		untouched, q := begin()
		survivor, restarted := f.Survivor(), restarted.Restart()
		same := func(what string, got, want *simfs.FS) {
			if diff := cmp.Diff(possible(t, want), possible(t, got)); diff != "" {
				t.Fatalf("%s, -want +got:\n%s", what, diff)
			}
		}
		p.run(20)
		q.run(20)
		same("the filesystem after a survivor was made of it", f, untouched)
		same("the survivor, and what Restart gives", survivor, restarted)
		more := rapid.Uint64().Draw(t, "goes on")
		for _, g := range []*simfs.FS{survivor, restarted} {
			(&program{f: g, r: rand.New(rand.NewPCG(more, 0)), sync: true}).run(30)
		}
		same("the survivor when it has gone on", survivor, restarted)
		same("the filesystem when its survivor has gone on", f, untouched)
	})
}

// possible shows what programs see, and the first images of a crash now.
func possible(t fatal, f *simfs.FS) string {
	var b strings.Builder
	b.WriteString(whole(t, f))
	space, left := f.Space(), 30
	fmt.Fprintf(&b, "%v images\n", space.Count())
	for state, image := range space.States() {
		fmt.Fprintf(&b, "%s %x\n", state.ID(), image.Sum())
		if left--; left == 0 {
			break
		}
	}
	return b.String()
}

func TestSurvivorOfARestartedFilesystemPanics(t *testing.T) {
	f, err := simfs.New(simfs.Config{})
	check(t, err)
	f.Restart()
	defer func() {
		if recover() == nil {
			t.Error("Survivor returned, want a panic")
		}
	}()
	f.Survivor()
}
