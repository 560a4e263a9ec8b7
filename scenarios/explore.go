package scenarios

import (
	"cmp"
	"context"
	"fmt"
	"math/big"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// ExploreConfig says how far [Explore] goes.
type ExploreConfig struct {
	Scenario    string // its name; must be set
	Preemptions int    // bound on how often a schedule switches away from a task that could go on
	Crashes     int    // that follow each other; 2 = one of the workload, and one of the recovery from it; zero = none at all
	RunMax      uint64 // bounds the schedules; zero = sim's own bound
	ImageMax    uint64 // bounds the images of one crash; zero = ImageMaxDefault

	// Progress, if not nil, is told after every schedule, and now and then between.
	Progress func(Certificate)
}

// ImageMaxDefault bounds the images of one crash.
const ImageMaxDefault = 1 << 20

// Certificate says what an exploration has covered.
type Certificate struct {
	Scenario    string `json:"scenario"`
	Workload    string `json:"workload"`
	Preemptions int    `json:"preemptions"`
	Crashes     int    `json:"crashes"`
	Unit        int    `json:"unit"`
	Profile     string `json:"profile"`

	Schedules    uint64   `json:"schedules"`           // within the bound
	Runs         uint64   `json:"runs"`                // at all smaller bounds too
	Moments      uint64   `json:"moments"`             // at which a life was cut
	Known        uint64   `json:"moments_known"`       // of them, left out: the same changes of the disk under the same promises were cut before
	Images       uint64   `json:"images"`              // that power cuts may leave at the others, each made
	Restarts     uint64   `json:"restarts"`            // one at each of the others: the process dies, and the page cache lives on
	Duplicates   uint64   `json:"images_deduplicated"` // of images and restarts, left out: an equal tree under the same promises was judged
	Recoveries   uint64   `json:"recoveries"`          // images and page caches that the engine recovered from, each judged by all oracles
	Pruned       *big.Int `json:"images_pruned"`       // beyond the bound on the images of one crash: not looked at
	Inconclusive uint64   `json:"inconclusive"`        // runs that hit a bound of the scheduler

	Complete bool   `json:"complete"`        // nothing within the bounds was left out
	Digest   Digest `json:"digest"`          // over all that was judged, in any order
	Found    string `json:"found,omitempty"` // signature of what was found; it ends the exploration
}

// Verdict is a violation if one was found, and inconclusive if not all was covered.
func (c *Certificate) Verdict() Verdict {
	switch {
	case c.Found != "":
		return Violated
	case !c.Complete:
		return Inconclusive
	}
	return Pass
}

// Explore runs the closed workload of a scenario under every schedule within the bound, cuts
// each run before every operation of the disk and at its end, lets the engine recover
// from every image that a power cut may leave there and from the page cache that outlives
// the process, cuts that recovery in the same way, as often as Crashes says, and lets all
// oracles judge what each recovery comes to. A recovery appends, too.
//
// What was judged before is not judged again: a cut is known if the disk has seen the
// same changes and the history has made the same promises; an image, if an equal
// tree was recovered from under the same promises, after as many crashes. Both are
// compared by hashes. The first violation ends it and is returned as a recording.
//
// When ctx is done it ends, and the certificate is not complete. Two explorations to
// the same bounds give the same certificate. The error is about the configuration.
func Explore(ctx context.Context, config ExploreConfig) (Certificate, *Recording, error) {
	scenario, err := Find(config.Scenario)
	if err != nil {
		return Certificate{}, nil, err
	}
	if config.Preemptions < 0 || config.Crashes < 0 {
		return Certificate{}, nil, fmt.Errorf("%d pre-emptions and %d crashes, legal are 0 and more", config.Preemptions, config.Crashes)
	}
	x := newExploration(ctx, config, scenario)
	e := sim.Explore(x.run, sim.ExploreConfig{
		Preemptions: config.Preemptions, RunMax: config.RunMax,
		Each: func(sim.Outcome) bool {
			x.Schedules++
			x.tell()
			return ctx.Err() == nil
		},
	})
	x.Schedules, x.Runs, x.Inconclusive = e.Schedules, e.Runs, e.Inconclusive
	x.Complete = x.Pruned.Sign() == 0 && ctx.Err() == nil && e.Proved(config.Preemptions)
	if e.Failure == nil {
		return x.Certificate, nil, nil
	}
	recording := &Recording{
		Scenario: scenario.Name, Closed: true, Images: x.trail,
		Origin: fmt.Sprintf("exploration to %d pre-emptions, %d crashes", config.Preemptions, config.Crashes),
	}
	recording.aim(e.Failure.Decisions, x.Found)
	recording.record(sim.NewReplay(e.Failure.Decisions))
	return x.Certificate, recording, nil
}

// exploration is an Explore under way.
type exploration struct {
	Certificate
	ctx      context.Context
	config   ExploreConfig
	scenario Scenario
	moments  map[depth[instant]]bool
	images   map[depth[image]]bool
	judged   map[uint64]*Violation // by the hash of the history

	found *Violation
	trail []simfs.StateID // of the images that lead to it
}

// depth is something after so many crashes.
type depth[T any] struct {
	crashes int
	of      T
}

// image is a tree that was recovered from under promises.
type image struct {
	sum     simfs.Sum
	history uint64
}

func newExploration(ctx context.Context, config ExploreConfig, scenario Scenario) *exploration {
	shape := scenario.workload().shape()
	return &exploration{
		Certificate: Certificate{
			Scenario: scenario.Name, Workload: scenario.workload().summary, Preemptions: config.Preemptions, Crashes: config.Crashes,
			Unit: shape.unit, Profile: simfs.PosixStrict.String(), Pruned: new(big.Int),
		},
		ctx: ctx, config: config, scenario: scenario,
		moments: make(map[depth[instant]]bool), images: make(map[depth[image]]bool), judged: make(map[uint64]*Violation),
	}
}

func (x *exploration) tell() {
	if x.config.Progress != nil {
		x.config.Progress(x.Certificate)
	}
}

// run carries out the schedule that src decides, and all crashes in it.
func (x *exploration) run(src sim.Source) sim.Outcome {
	x.found, x.trail = nil, nil
	book := newNotebook(src)
	w := newClosedWorld(x.scenario, book, 0, 0, nil)
	w.watch = newWatch(moment{}, func(m moment) { x.cut(m, 0) })
	w.sim.Go("driver", w.run)
	outcome := w.sim.Run()
	w.watch.moment(w.disk)
	if result := w.result(outcome); result.Violation != nil {
		x.found, x.trail = result.Violation, nil
	}
	if x.found != nil {
		x.Found = x.found.Signature()
		outcome.Reason, outcome.Panic = sim.Failed, nil
		outcome.Violation = &sim.Violation{Shape: x.Found, Text: x.found.Seen}
	}
	return outcome
}

// cut looks at all images that a crash at the moment may leave, after so many others.
func (x *exploration) cut(m moment, crashes int) {
	if crashes >= x.config.Crashes || x.found != nil || x.ctx.Err() != nil {
		return
	}
	x.Moments++
	key := depth[instant]{crashes, m.instant}
	if x.moments[key] {
		x.Known++
		return
	}
	x.moments[key] = true
	x.explore(m, crashes)
	if x.found != nil {
		delete(x.moments, key) // so that a second run finds it again
	}
}

func (x *exploration) explore(m moment, crashes int) {
	space := m.disk.Space()
	if x.restart(m, space, crashes); x.found != nil {
		return
	}
	most := cmp.Or(x.config.ImageMax, ImageMaxDefault)
	left := most
	sums := simfs.NewSummer()
	for state, disk := range space.States() {
		if left == 0 {
			x.Pruned.Add(x.Pruned, space.Count()).Sub(x.Pruned, new(big.Int).SetUint64(most))
			return
		}
		if x.ctx.Err() != nil {
			return
		}
		left--
		x.Images++
		key := depth[image]{crashes, image{sums.Sum(disk), m.history}}
		if x.images[key] {
			x.Duplicates++
			continue
		}
		x.images[key] = true
		if x.judge(newWatch(m, nil), disk, crashes); x.found != nil {
			delete(x.images, key)
			x.trail = append([]simfs.StateID{state.ID()}, x.trail...)
			return
		}
	}
}

// restart looks at what the death of the process alone leaves. If no crash is to follow, it
// does not matter what is durable of that: it is a tree as the images are.
func (x *exploration) restart(m moment, space *simfs.Space, crashes int) {
	x.Restarts++
	key := depth[image]{crashes, image{m.disk.Sum(), m.history}}
	if last := crashes+1 == x.config.Crashes; last && x.images[key] {
		x.Duplicates++
		return
	} else if last {
		x.images[key] = true
	}
	if x.judge(newWatchOnCache(m, nil), m.disk.Survivor(), crashes); x.found != nil {
		delete(x.images, key)
		x.trail = append([]simfs.StateID{restartID(space)}, x.trail...)
	}
}

// judge lets the engine recover from what is on a disk, and the oracles judge.
func (x *exploration) judge(w *watch, disk *simfs.FS, crashes int) {
	x.Recoveries++
	if crashes+1 < x.config.Crashes {
		w.reach = func(m moment) { x.cut(m, crashes+1) }
	}
	recoverFrom(disk, x.scenario.workload(), w)
	if x.found != nil {
		return
	}
	v, known := x.judged[w.history]
	if !known {
		v = verdictOf(&w.events)
		x.judged[w.history] = v
		x.Digest += Digest(w.history)
	}
	x.found = v
}

// verdictOf lets all oracles judge a history from its beginning.
func verdictOf(events *past) *Violation {
	h := NewHistory()
	events.tell(h)
	return h.Violation()
}
