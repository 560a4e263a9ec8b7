package simfs_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// imagesMax bounds what one variant of one bug may cost.
const imagesMax = 20_000

// explorer runs one variant of a bug into every crash and judges every image.
type explorer struct {
	bug
	fixed  bool
	source *odometer // decides; each level of each has its own
	images int
}

// explore returns the first objection.
func (b bug) explore(t *testing.T, fixed bool) error {
	t.Helper()
	x := &explorer{bug: b, fixed: fixed}
	err := x.lives(b.rules(), func() (*simfs.FS, *run, error) {
		f := newFS(t, simfs.Config{Choose: func(label string, n uint64) uint64 { return x.source.choose(label, n) }})
		err := b.setup(f)
		syncTree(t, f, "/")
		return f, &run{fixed: fixed}, err
	}, x.promise, x.judge)
	t.Logf("%d images", x.images)
	return err
}

// promise does the work; if it promises nothing, there is nothing to judge.
func (x *explorer) promise(f afero.Fs, r *run) error {
	err := x.work(f, r)
	if err == nil && len(r.acked) == 0 {
		err = errors.New("the work promised nothing")
	}
	return err
}

// judge runs the check on an image, and if the bug needs it crashes it there and
// runs it again on what that leaves.
func (x *explorer) judge(image *simfs.FS, r *run) error {
	if !x.twice {
		return x.object(image, r)
	}
	return x.lives(nil, func() (*simfs.FS, *run, error) {
		return image.Crash(), r.fork(), nil // nothing is unsynced in an image: each is the same again
	}, x.object, func(image *simfs.FS, r *run) error { return x.object(image, r) })
}

// object runs the check. Of the buggy variant only the objection that is wanted
// counts, whatever else goes wrong in other images.
func (x *explorer) object(f afero.Fs, r *run) error {
	err := x.check(f, r)
	if err != nil && !x.fixed && !strings.Contains(err.Error(), x.want) {
		return nil
	}
	return err
}

// fork is a run that went like r so far.
func (r *run) fork() *run {
	return &run{fixed: r.fixed, acked: slices.Clone(r.acked)}
}

// changes are the operations before which a crash can leave anything new.
var changes = simfs.Ops(simfs.OpCreate, simfs.OpWrite, simfs.OpTruncate, simfs.OpSync, simfs.OpSyncDir,
	simfs.OpMkdir, simfs.OpRemove, simfs.OpRename, simfs.OpChmod)

// lives lets live run on what begin makes, to its k-th change for every k, and at
// last to its end, and hands every image of each crash to judge. It returns the
// first objection of either.
func (x *explorer) lives(rules []simfs.Rule, begin func() (*simfs.FS, *run, error),
	live func(afero.Fs, *run) error, judge func(*simfs.FS, *run) error) error {
	for k := uint64(1); ; k++ {
		whole := true
		err := x.each(func() error {
			f, r, err := begin()
			if err != nil {
				return err
			}
			crash := simfs.Rule{Ops: changes, Nth: k, Effect: simfs.CrashBefore}
			if err := f.SetFaults(append([]simfs.Rule{crash}, rules...)...); err != nil {
				return err
			}
			err = live(f, r)
			if fired := f.Faults(); fired[0].Fired > 0 {
				whole = false // what a dead process says counts for nothing
			} else if err = errors.Join(err, unfired(fired[1:])); err != nil {
				return err
			}
			return x.each(func() error { return x.image(k, f.Crash(), r.fork(), judge) })
		})
		if err != nil || whole {
			return err
		}
	}
}

// unfired objects to a rule that did nothing.
func unfired(faults []simfs.Fault) error {
	for _, a := range faults {
		if a.Fired == 0 {
			return fmt.Errorf("rule %s never fired", a.Rule)
		}
	}
	return nil
}

func (x *explorer) image(k uint64, image *simfs.FS, r *run, judge func(*simfs.FS, *run) error) error {
	if x.images++; x.images > imagesMax {
		return fmt.Errorf("more than %d images", imagesMax)
	}
	if err := image.SetFaults(); err != nil {
		return err
	}
	if err := judge(image, r); err != nil {
		return fmt.Errorf("crash before change %d: %w", k, err)
	}
	return nil
}

// each runs body once for every leaf of the tree of its own decisions, up to the
// first objection.
func (x *explorer) each(body func() error) error {
	outer := x.source
	defer func() { x.source = outer }()
	x.source = newOdometer()
	for {
		if err := body(); err != nil || !x.source.advance() {
			return err
		}
	}
}

// The explorer itself reaches every crash, the end, and the second crash.
func TestExplorerReachesEverything(t *testing.T) {
	var seen []string
	b := bug{
		twice: true,
		setup: nothing,
		work: func(f afero.Fs, r *run) error {
			return r.ack(errors.Join(save(f, "/w/f", "x"), fsync(f, "/w/f", "/w")), "f")
		},
		check: func(f afero.Fs, r *run) error {
			names, err := afero.ReadDir(f, "/w")
			if err != nil {
				return err
			}
			seen = append(seen, fmt.Sprint(len(names), r.acked))
			return r.ack(errors.Join(save(f, "/w/g", ""), fsync(f, "/w/g", "/w")), "g")
		},
	}
	if err := b.explore(t, true); err != nil {
		t.Fatal(err)
	}
	slices.Sort(seen)
	got := fmt.Sprint(slices.Compact(seen))
	if want := "[0 [] 1 [] 1 [f] 1 [g] 2 [] 2 [f g] 2 [f] 2 [g]]"; got != want {
		t.Errorf("the check saw %s, want %s", got, want)
	}
}
