package simfs_test

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
	"pgregory.net/rapid"
)

// allKept and allLost are the two extreme fates.
func allKept(label string, n uint64) uint64 { return extreme(label, n, 4) }
func allLost(label string, n uint64) uint64 { return extreme(label, n, 0) }

func extreme(label string, n uint64, rate uint64) uint64 {
	if label == simfs.LabelSurvival {
		return rate
	}
	return n - 1 // no departure from the common fate
}

// program makes random changes through the names and handles of a small tree, and
// syncs now and then. Errors are part of it.
type program struct {
	f    afero.Fs
	r    *rand.Rand
	sync bool // whether it may sync
	open []afero.File
}

var programNames = []string{"/w/a", "/w/b", "/w/d", "/w/e", "/w/d/a", "/w/d/b", "/w/e/a", "/w/e/d"}

func (p *program) name() string { return programNames[p.r.IntN(len(programNames))] }

func (p *program) run(steps int) {
	for range steps {
		p.step()
	}
}

func (p *program) step() {
	switch k := p.r.IntN(16); {
	case k < 3:
		p.openFile(p.name())
	case k < 6:
		p.write()
	case k == 6:
		p.on(func(h afero.File) { _ = h.Truncate(p.r.Int64N(3000)) })
	case k == 7 && p.sync:
		p.on(func(h afero.File) { _ = h.Sync() })
	case k == 8 && p.sync:
		if d, err := p.f.Open([]string{"/w", "/w/d", "/w/e"}[p.r.IntN(3)]); err == nil {
			_ = d.Sync()
			_ = d.Close()
		}
	case k == 9:
		_ = p.f.Mkdir(p.name(), 0o700)
	case k == 10:
		_ = p.f.Remove(p.name())
	case k < 13:
		_ = p.f.Rename(p.name(), p.name())
	case k == 13:
		_ = p.f.Chmod(p.name(), fs.FileMode(p.r.IntN(512)))
	case k == 14:
		_ = p.f.Chtimes(p.name(), fixedTime(p.r.IntN(100)), fixedTime(p.r.IntN(100)))
	default:
		_ = p.f.Chown(p.name(), p.r.IntN(3), -1)
	}
}

func (p *program) openFile(name string) {
	flag := []int{os.O_TRUNC, os.O_APPEND, 0}[p.r.IntN(3)]
	h, err := p.f.OpenFile(name, os.O_CREATE|os.O_RDWR|flag, 0o600)
	if err != nil {
		return
	}
	if p.open = append(p.open, h); len(p.open) > 4 {
		_ = p.open[0].Close()
		p.open = p.open[1:]
	}
}

func (p *program) write() {
	p.on(func(h afero.File) {
		b := []byte(strings.Repeat(string(rune('a'+p.r.IntN(26))), 1+p.r.IntN(1500)))
		if p.r.IntN(2) == 0 {
			_, _ = h.Write(b)
		} else {
			_, _ = h.WriteAt(b, p.r.Int64N(6000))
		}
	})
}

func (p *program) on(use func(afero.File)) {
	if len(p.open) > 0 {
		use(p.open[p.r.IntN(len(p.open))])
	}
}

// whole shows all that can be seen of the tree below /w: names, modes, owners, times, sizes,
// bytes.
func whole(t fatal, f afero.Fs) string {
	var b strings.Builder
	err := afero.Walk(f, "/w", func(name string, fi fs.FileInfo, err error) error {
		if err != nil {
			return err
		}
		attr := fi.Sys().(*simfs.Attr)
		fmt.Fprintf(&b, "%s %v %d %d %d %d %s", name, fi.Mode(), attr.Inode, attr.Links, attr.UID, fi.Size(),
			fi.ModTime().UTC().Format("05.000000000"))
		if !fi.IsDir() {
			content, err := readFile(f, name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", content)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rapidFS is a filesystem with the directory /w, and a program for it.
func rapidFS(t *rapid.T, choose func(string, uint64) uint64) (*simfs.FS, *program) {
	f, err := simfs.New(simfs.Config{Choose: choose})
	check(t, err)
	check(t, f.Mkdir("/w", 0o700))
	syncTree(t, f, "/")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	return f, &program{f: f, r: r, sync: true}
}

func TestLawNothingPendingGivesOneImage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draws := 0
		f, p := rapidFS(t, func(string, uint64) uint64 { draws++; return 0 })
		p.run(40)
		syncTree(t, f, "/")
		for _, h := range p.open {
			check(t, h.Sync()) // those without a name
		}
		want := whole(t, f)
		if got := f.Pending(); len(got) != 0 {
			t.Fatalf("Pending() = %v, want nothing", got)
		}
		if diff := cmp.Diff(want, whole(t, f.Crash())); diff != "" || draws != 0 {
			t.Fatalf("image after %d decisions, want none, -want +got:\n%s", draws, diff)
		}
	})
}

func TestLawLiveStateIsLegal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, p := rapidFS(t, allKept)
		for range 3 {
			p.run(30)
			want := whole(t, f)
			f = f.Crash()
			if diff := cmp.Diff(want, whole(t, f)); diff != "" {
				t.Fatalf("image with all kept, -want +got:\n%s", diff)
			}
			*p = program{f: f, r: p.r, sync: true}
		}
	})
}

func TestLawDurableStateIsLegal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, p := rapidFS(t, allLost)
		p.run(40)
		syncTree(t, f, "/w")
		syncTree(t, f, "/")
		want := whole(t, f)
		p.sync = false
		p.run(40)
		if diff := cmp.Diff(want, whole(t, f.Crash())); diff != "" {
			t.Fatalf("image with all lost, -want +got:\n%s", diff)
		}
	})
}

func TestLawSyncedSurvivesEveryCrash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "crash"), 1))
		f, p := rapidFS(t, func(_ string, n uint64) uint64 { return r.Uint64N(n) })
		check(t, f.Mkdir("/w/keep", 0o700))
		for i := range 4 {
			name := fmt.Sprintf("/w/keep/%d", i)
			p.run(20)
			check(t, afero.WriteFile(f, name, []byte(name), 0o600))
			syncTree(t, f, name)
			syncTree(t, f, "/w/keep")
			syncTree(t, f, "/w")
			p.run(20)
			f = f.Crash()
			*p = program{f: f, r: p.r, sync: true}
			for j := range i + 1 {
				want := fmt.Sprintf("/w/keep/%d", j)
				if got, err := readFile(f, want); err != nil || string(got) != want {
					t.Fatalf("after crash %d %s = %q, %v, want its name", i, want, got, err)
				}
			}
		}
	})
}

func TestLawSyncTwiceIsSyncOnce(t *testing.T) {
	build := func(again bool) func(testing.TB, *simfs.FS) {
		return func(t testing.TB, f *simfs.FS) {
			durably(t, f, "/w/f", "oo")
			h, err := f.OpenFile("/w/f", os.O_RDWR, 0)
			must(t, err)
			_, err = h.WriteAt(units("nn"), 0)
			must(t, err)
			must(t, f.Rename("/w/f", "/w/g"))
			must(t, h.Sync())
			syncDir(t, f, "/w")
			if again {
				must(t, h.Sync())
				syncDir(t, f, "/w")
			}
			_, err = h.WriteAt(units("a"), 512)
			must(t, err)
		}
	}
	once, twice := images(t, build(false), letters), images(t, build(true), letters)
	if want := []string{"g=na", "g=nn"}; !slices.Equal(once, want) || !slices.Equal(twice, want) {
		t.Errorf("images after one sync %q, after two %q, want both %q", once, twice, want)
	}
}

func TestLawImagesAreIsolated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "crash"), 1))
		choose := func(_ string, n uint64) uint64 { return r.Uint64N(n) }
		f, p := rapidFS(t, func(label string, n uint64) uint64 { return choose(label, n) })
		p.run(60)
		one, two := f.Crash(), f.Crash()
		before := whole(t, two)
		(&program{f: one, r: p.r, sync: true}).run(60)
		if diff := cmp.Diff(before, whole(t, two)); diff != "" {
			t.Fatalf("an image changed with its sibling, -want +got:\n%s", diff)
		}
		choose = allLost
		durable := whole(t, f.Crash())
		before = whole(t, one)
		(&program{f: two, r: p.r, sync: true}).run(60)
		if diff := cmp.Diff(before, whole(t, one)); diff != "" {
			t.Fatalf("an image that was written to changed with its sibling, -want +got:\n%s", diff)
		}
		three := f.Crash()
		if diff := cmp.Diff(durable, whole(t, three)); diff != "" {
			t.Fatalf("the crashed filesystem changed with its image, -want +got:\n%s", diff)
		}
		(&program{f: f.Restart(), r: p.r, sync: true}).run(60)
		if diff := cmp.Diff(durable, whole(t, three)); diff != "" {
			t.Fatalf("an image changed with the restarted filesystem, -want +got:\n%s", diff)
		}
	})
}

func TestLawSameChoicesGiveSameImage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, crash := rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "crash")
		run := func() (trees []string) {
			r := rand.New(rand.NewPCG(crash, 0))
			var asked strings.Builder
			f, err := simfs.New(simfs.Config{Choose: func(label string, n uint64) uint64 {
				fmt.Fprintf(&asked, "%s/%d ", label, n)
				return r.Uint64N(n)
			}})
			check(t, err)
			check(t, f.Mkdir("/w", 0o700))
			syncTree(t, f, "/")
			p := &program{f: f, r: rand.New(rand.NewPCG(seed, 0)), sync: true}
			for range 3 {
				p.run(40)
				f = f.Crash()
				*p = program{f: f, r: p.r, sync: true}
				trees = append(trees, asked.String(), whole(t, f))
			}
			return trees
		}
		if diff := cmp.Diff(run(), run()); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
	})
}

// The same everywhere: in another process, on another machine, under another Go.
func TestImageIsPinned(t *testing.T) {
	f := newFS(t, simfs.Config{})
	(&program{f: f, r: rand.New(rand.NewPCG(7, 7)), sync: true}).run(200)
	h := fnv.New64a()
	for range 10 {
		h.Write([]byte(whole(t, f.Crash())))
	}
	if got, want := h.Sum64(), uint64(0x8f2717e6b660445c); got != want {
		t.Errorf("ten images hash to %#x, want %#x", got, want)
	}
}

// Every rate of survival reaches, in the end, the same images.
func TestEveryRateReachesEveryImage(t *testing.T) {
	build := func(t testing.TB, f *simfs.FS) {
		durably(t, f, "/w/f", "o")
		put(t, f, "/w/f", 0, "n", false)
		put(t, f, "/w/g", os.O_CREATE, "", false)
	}
	want := []string{"f=n", "f=n g=", "f=o", "f=o g="}
	for rate := range uint64(5) {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			o := newOdometer()
			o.fixed[simfs.LabelSurvival] = rate
			f := newFS(t, simfs.Config{Choose: o.choose})
			build(t, f)
			if diff := cmp.Diff(want, o.each(func() string { return letters(f.Crash()) })); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
		})
	}
}

// A gap is drawn evenly, at every rate.
func TestGapsAreDrawnEvenly(t *testing.T) {
	for rate := range uint64(5) {
		asked := map[uint64]int{}
		f := newFS(t, simfs.Config{Choose: func(label string, n uint64) uint64 {
			switch label {
			case simfs.LabelSurvival:
				return rate
			case simfs.LabelGap:
				asked[n]++
			case simfs.LabelUnit:
				return 0
			}
			return n - 1
		}})
		durably(t, f, "/w/f", "o")
		put(t, f, "/w/f", os.O_APPEND, "nnn", false)
		f.Crash()
		for n := range asked {
			if n != 2 {
				t.Errorf("at rate %d a gap is drawn from %d, want from 2", rate, n)
			}
		}
	}
}

// What dies with the crash is not drawn.
func TestUnreachableFilesAreNotDrawn(t *testing.T) {
	draws := 0
	f := newFS(t, simfs.Config{Choose: func(string, uint64) uint64 { draws++; return 0 }})
	h, err := f.Create("/w/f")
	must(t, err)
	must(t, f.Remove("/w/f"))
	syncDir(t, f, "/w")
	_, err = h.Write(units("nnn"))
	must(t, err)
	if f.Crash(); draws != 0 {
		t.Errorf("%d decisions, want none for a file without name", draws)
	}
}

// The rates make images that lost nearly all, and nearly nothing, common.
func TestRatesSpreadImages(t *testing.T) {
	f := newFS(t, simfs.Config{})
	durably(t, f, "/w/f", strings.Repeat("o", 40))
	put(t, f, "/w/f", 0, strings.Repeat("n", 40), false)
	var few, some, many int
	for range 1000 {
		switch n := strings.Count(letters(f.Crash()), "n"); {
		case n < 6:
			few++
		case n > 34:
			many++
		default:
			some++
		}
	}
	if few < 100 || some < 300 || many < 100 {
		t.Errorf("of 1000 images %d kept few units, %d some, %d many; want at least 100, 300, 100", few, some, many)
	}
}

// Whatever the disk does to the syncs: programs see what they wrote, through
// restarts too, and every crash gives a tree that can be used.
func TestLyingDiskStaysWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "crash"), 1))
		f, p := rapidFS(t, func(_ string, n uint64) uint64 { return r.Uint64N(n) })
		honest, q := rapidFS(t, nil)
		profile := profileOf(t)
		check(t, f.Reconfigure(simfs.Config{Profile: profile, Choose: func(_ string, n uint64) uint64 { return r.Uint64N(n) }}))
		for range 4 {
			seed := p.r.Uint64()
			*p = program{f: f, r: rand.New(rand.NewPCG(seed, 0)), sync: true}
			*q = program{f: honest, r: rand.New(rand.NewPCG(seed, 0)), sync: true}
			check(t, f.SetFaults(
				simfs.Rule{Nth: r.Uint64N(3), Effect: simfs.DropSync},
				simfs.Rule{Nth: r.Uint64N(3), Effect: simfs.FailSync, Cache: []simfs.CacheAfter{simfs.CacheKeepNew, simfs.CacheKeepDirty}[r.IntN(2)],
					Metadata: simfs.MetadataAfter(r.IntN(3)), Report: simfs.ReportAt(r.IntN(3)), Units: simfs.UnitsFailed(r.IntN(2))},
				simfs.Rule{Nth: r.Uint64N(3), Effect: simfs.DeferSync},
			))
			p.run(40)
			q.run(40)
			f.Pending()
			for range 3 {
				g := f.Crash()
				(&program{f: g, r: r, sync: true}).run(20)
				whole(t, g.Crash())
			}
			check(t, f.SetFaults())
			f, honest = f.Restart(), honest.Restart()
			if r.IntN(2) == 0 {
				f.SyncAll()
				if n := f.Space().Count(); n.Int64() != 1 {
					t.Fatalf("%v states after SyncAll, want one", n)
				}
			}
			if diff := cmp.Diff(whole(t, honest), whole(t, f)); diff != "" {
				t.Fatalf("what programs see, -honest disk +lying disk:\n%s", diff)
			}
		}
	})
}
