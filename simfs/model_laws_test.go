package simfs_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/simfs"
)

// lawStride is how many workloads there are to one that the laws are tried on.
const lawStride = 5

// eachLaw runs body on some of the workloads, for every profile.
func eachLaw(t *testing.T, body func(t *testing.T, p simfs.Profile, ops []aceOp)) {
	for i, p := range simfs.Profiles() {
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			n, tried := 0, 0
			for ops := range aceSome(i) {
				if n++; n%lawStride != 0 || runModelled(t, simfs.Config{Profile: p}, ops) == nil {
					continue
				}
				tried++
				body(t, p, ops)
			}
			if tried == 0 {
				t.Error("no workload was tried")
			}
		})
	}
}

func TestLaw1NothingPendingIsOneState(t *testing.T) {
	eachLaw(t, func(t *testing.T, p simfs.Profile, ops []aceOp) {
		pr := runModelled(t, simfs.Config{Profile: p}, ops)
		pr.f.SyncAll()
		pr.m.syncAll()
		if n := pr.agree(t, ops); n != 1 || len(pr.f.Pending()) != 0 {
			t.Fatalf("%s and all synced: %d states and %v pending, want one and nothing", ops, n, pr.f.Pending())
		}
	})
}

func TestLaw2LiveAndDurableComeFirst(t *testing.T) {
	zeroed := func(int, int) bool { return false }
	eachLaw(t, func(t *testing.T, p simfs.Profile, ops []aceOp) {
		pr := runModelled(t, simfs.Config{Profile: p}, ops)
		want := []string{
			pr.m.live().text(zeroed),
			pr.m.apply(func(i int) bool { return pr.m.log[i].durable }).text(zeroed),
		}
		var got []string
		for _, image := range pr.f.Space().States() {
			if got = append(got, shown(t, image)); len(got) == 2 {
				break
			}
		}
		if diff := cmp.Diff(want[:len(got)], got); diff != "" {
			t.Fatalf("first states after %s, -want +got:\n%s", ops, diff)
		}
		if len(got) == 1 && want[0] != want[1] {
			t.Fatalf("one state after %s, although the live tree is not durable", ops)
		}
	})
}

func TestLaw3PosixStrictAllowsWhatOthersDo(t *testing.T) {
	eachLaw(t, func(t *testing.T, p simfs.Profile, ops []aceOp) {
		strict, _ := runModelled(t, simfs.Config{}, ops).states(t)
		got, _ := runModelled(t, simfs.Config{Profile: p}, ops).states(t)
		within(t, fmt.Sprint(ops), strict, got)
	})
}

// within reports images that are in the second set alone.
func within(t *testing.T, done string, all, some map[string]bool) {
	t.Helper()
	for image := range some {
		if !all[image] {
			t.Fatalf("%s: %s is not legal any more", done, image)
		}
	}
}

func TestLaw4WithoutSyncsTheLegalSetGrows(t *testing.T) {
	eachLaw(t, func(t *testing.T, p simfs.Profile, ops []aceOp) {
		pr := newModelled(t, simfs.Config{Profile: p})
		before, _ := pr.states(t)
		for _, o := range ops {
			o.sync = ""
			pr.do(t, o)
			after, _ := pr.states(t)
			within(t, fmt.Sprint(ops), after, before)
			before = after
		}
	})
}

func TestLaw5SyncTwiceIsSyncOnce(t *testing.T) {
	eachLaw(t, func(t *testing.T, p simfs.Profile, ops []aceOp) {
		pr := runModelled(t, simfs.Config{Profile: p}, ops)
		name := ops[len(ops)-1].sync
		if name == "" {
			return
		}
		once, _ := pr.states(t)
		check(t, fsync(pr.f, name))
		twice, _ := pr.states(t)
		if diff := difference(once, twice); diff != "" {
			t.Fatalf("%s, -synced once +synced twice:\n%s", ops, diff)
		}
	})
}

// lawNames is where a process that TestLaw6 starts writes the images it makes.
const lawNames = "SIMFS_LAW_NAMES"

func TestLaw6NamesMeanTheSameInEveryProcess(t *testing.T) {
	sums := map[string]string{}
	for i, p := range simfs.Profiles() {
		n := 0
		for ops := range aceSome(i) {
			if n++; n%23 != 0 {
				continue
			}
			pr := runModelled(t, simfs.Config{Profile: p}, ops)
			if pr == nil {
				continue
			}
			space := pr.f.Space()
			for s, image := range space.States() {
				again, err := space.State(s.ID())
				check(t, err)
				if again.ID() != s.ID() || again.FS().Sum() != image.Sum() {
					t.Fatalf("%s: state %s is another by its name", ops, s.ID())
				}
				sums[fmt.Sprint(p, ops, s.ID())] = fmt.Sprintf("%x %s", image.Sum(), shown(t, image))
			}
		}
	}
	if name := os.Getenv(lawNames); name != "" {
		b, err := json.Marshal(sums)
		check(t, err)
		check(t, os.WriteFile(name, b, 0o600))
		return
	}
	name := t.TempDir() + "/names"
	other := exec.Command(os.Args[0], "-test.run=^TestLaw6NamesMeanTheSameInEveryProcess$", fmt.Sprint("-test.short=", testing.Short()))
	other.Env = append(os.Environ(), lawNames+"="+name, "GOMAXPROCS=1")
	if out, err := other.CombinedOutput(); err != nil {
		t.Fatalf("the other process: %v\n%s", err, out)
	}
	b, err := os.ReadFile(name)
	check(t, err)
	var got map[string]string
	check(t, json.Unmarshal(b, &got))
	if len(sums) < 100 {
		t.Errorf("%d names, want a hundred or more", len(sums))
	}
	if diff := cmp.Diff(sums, got); diff != "" {
		t.Errorf("images by name, -here +in another process:\n%s", diff)
	}
}

// Both sides of a clone are written to at once, and neither sees the other.
func TestLaw7CloneAndOriginalAreIsolated(t *testing.T) {
	for _, p := range simfs.Profiles() {
		t.Run(p.String(), func(t *testing.T) {
			for seed := range uint64(20) {
				run := func(steps uint64, f *simfs.FS) {
					(&program{f: f, r: rand.New(rand.NewPCG(seed, steps)), sync: true}).run(60)
				}
				build := func() (original, clone *simfs.FS) {
					f := newFS(t, simfs.Config{Profile: p, Choose: func(_ string, n uint64) uint64 { return n / 2 }})
					run(0, f)
					return f, f.Clone()
				}
				left, _ := build()
				run(1, left)
				_, right := build()
				run(2, right)

				original, clone := build()
				var both sync.WaitGroup
				both.Go(func() { run(1, original) })
				both.Go(func() { run(2, clone) })
				both.Wait()
				if diff := cmp.Diff(whole(t, left), whole(t, original)); diff != "" {
					t.Fatalf("seed %d: the original, -alone +beside its clone:\n%s", seed, diff)
				}
				if diff := cmp.Diff(whole(t, right), whole(t, clone)); diff != "" {
					t.Fatalf("seed %d: the clone, -alone +beside its original:\n%s", seed, diff)
				}
			}
		})
	}
}

func TestLaw8CountIsTheNumberOfStates(t *testing.T) {
	eachLaw(t, func(t *testing.T, p simfs.Profile, ops []aceOp) {
		pr := runModelled(t, simfs.Config{Profile: p}, ops)
		_, n := pr.states(t)
		if got := pr.f.Space().Count(); !got.IsInt64() || got.Int64() != int64(n) {
			t.Fatalf("%s: Count() = %v, and States yields %d", ops, got, n)
		}
	})
}

func TestLaw9CloneSharesCleanPages(t *testing.T) {
	f := newFS(t, simfs.Config{})
	const page = 4096
	content := make([]byte, 64*page)
	for i := range content {
		content[i] = byte(i/page + 1)
	}
	must(t, saveDurably(f, "/w/f", string(content)))
	syncDir(t, f, "/w")
	h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
	must(t, err)
	_, err = h.WriteAt([]byte("n"), 7*page)
	must(t, err)
	clone := f.Clone()
	one, two := simfs.PageAddresses(f, "/w/f"), simfs.PageAddresses(clone, "/w/f")
	if len(one) != 64 || len(two) != 64 {
		t.Fatalf("%d and %d pages, want 64 each", len(one), len(two))
	}
	for i := range one {
		if i != 7 && one[i] != two[i] {
			t.Errorf("page %d is clean and was copied", i)
		}
	}
}

// Samples are legal; and of a small space enough of them are every state.
func TestSamplesAreLegalAndReachEverything(t *testing.T) {
	const small, many = 12, 600
	eachLaw(t, func(t *testing.T, p simfs.Profile, ops []aceOp) {
		pr := runModelled(t, simfs.Config{Profile: p}, ops)
		legal, states := pr.m.images(), map[simfs.StateID]bool{}
		space, n := pr.f.Space(), 20
		count := space.Count().Int64()
		if count <= small {
			n = many
		}
		r := rand.New(rand.NewPCG(1, 1))
		for s, image := range space.Samples(n, func(_ string, n uint64) uint64 { return r.Uint64N(n) }) {
			if states[s.ID()] {
				continue
			}
			states[s.ID()] = true
			if got := shown(t, image); !legal[got] {
				t.Fatalf("%s: sample %s is not legal: %s", ops, s.ID(), got)
			}
		}
		if count <= small && int64(len(states)) != count {
			t.Fatalf("%s: %d samples reached %d states of %d", ops, n, len(states), count)
		}
	})
}
