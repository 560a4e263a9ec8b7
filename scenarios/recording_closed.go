package scenarios

import (
	"context"
	"fmt"
	"strings"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// closedRun carries out a run of the closed workload, cuts it where the names of the
// images say, and judges what the engine makes of them.
type closedRun struct {
	scenario Scenario
	digest   uint64 // of what the recoveries have shown
	reached  int    // images that there were
	found    *Violation
	outcome  Outcome
	tail     tail
	lost     []string   // what each image has lost
	cuts     []Cut      // of each image, if the whole trace is kept
	trace    *sim.Trace // if it is
}

// playClosed is play for a recording of the closed workload. It tells too how many of
// the images there were.
func (r *Recording) playClosed(src sim.Source, stepMax uint64, keep int) (Result, sim.Outcome, int) {
	scenario, err := Find(r.Scenario)
	if err != nil {
		panic(err) // the configuration was checked
	}
	book, ok := src.(*notebook)
	if !ok {
		book = newNotebook(src)
	}
	c := closedRun{scenario: scenario, outcome: Unended}
	w := newClosedWorld(scenario, book, stepMax, keep, nil)
	if keep == sim.KeepAll {
		c.trace = w.sim.Trace()
	}
	w.watch = newWatch(moment{}, func(m moment) { c.cut(m, r.Images, 0) })
	w.sim.Go("driver", w.run)
	outcome := w.sim.Run()
	w.watch.moment(w.disk)
	result := w.result(outcome)
	if result.Verdict == HarnessError {
		result.Verdict, result.Reason = Pass, "" // a fault may keep it from draining
	}
	if len(r.Images) > 0 && result.Violation == nil {
		result.Outcome, result.Cuts = c.outcome, c.cuts
		result.Digest = Digest(hashNumbers(uint64(result.Digest), c.digest))
		if c.found != nil {
			result.Verdict, result.Violation, result.Tail = Violated, c.found, append(c.tail.lines(), c.lost...)
		}
	}
	return result, outcome, c.reached
}

// cut cuts a life at a moment if that is where the first of the images is left.
func (c *closedRun) cut(m moment, images []simfs.StateID, crashes int) {
	if len(images) == 0 || c.found != nil {
		return
	}
	disk, w, ok := c.find(m, images[0], crashes)
	if !ok {
		return // of another moment
	}
	c.reached = max(c.reached, crashes+1)
	if len(images) > 1 {
		w.reach = func(m moment) { c.cut(m, images[1:], crashes+1) }
	}
	r := recoverFrom(disk, c.scenario.workload(), w)
	if len(images) > 1 || c.found != nil {
		return
	}
	for _, e := range w.events.all() {
		c.tail.add(&e)
	}
	c.digest = hashNumbers(c.digest, w.history)
	c.outcome, c.found = r.outcome, verdictOf(&w.events)
}

// find makes what a crash at the moment leaves by that name, after so many others, and notes
// what that has lost.
func (c *closedRun) find(m moment, id simfs.StateID, crashes int) (*simfs.FS, *watch, bool) {
	space := m.disk.Space()
	if id == restartID(space) {
		c.lost = append(c.lost[:crashes:crashes], fmt.Sprintf("image %s: the process dies, the page cache lives on", id))
		return m.disk.Survivor(), newWatchOnCache(m, nil), true
	}
	state, err := space.State(id)
	if err != nil {
		return nil, nil, false
	}
	c.lost = append(c.lost[:crashes:crashes], fates(state))
	if c.trace != nil {
		before := min(crashes, len(c.cuts)) // restarts have none
		c.cuts = append(c.cuts[:before:before], newCut(space, state, crashes, int(c.trace.Count())))
	}
	return state.FS(), newWatch(m, nil), true
}

// fates says what became of the unsynced in an image, in one line.
func fates(state simfs.State) string {
	var all []string
	for _, f := range state.Fates() {
		all = append(all, strings.Join(strings.Fields(f.String()), " "))
	}
	if all == nil {
		all = []string{"nothing was unsynced"}
	}
	return fmt.Sprintf("image %s: %s", state.ID(), strings.Join(all, "; "))
}

// closedRunner carries out runs of the closed workload with all images of as many
// crashes as the recording has, for package sim.
func (r *Recording) closedRunner() sim.Runner {
	return func(src sim.Source) sim.Outcome { return r.search().run(src) }
}

func (r *Recording) search() *exploration { return r.searchUpTo(len(r.Images)) }

func (r *Recording) searchUpTo(crashes int) *exploration {
	scenario, err := Find(r.Scenario)
	if err != nil {
		panic(err) // the configuration was checked
	}
	return newExploration(context.Background(), ExploreConfig{Scenario: r.Scenario, Crashes: crashes}, scenario)
}

// aim gives the recording the images of the fewest crashes that fail with the
// signature when the decisions are taken.
func (r *Recording) aim(decisions []sim.Decision, signature string) {
	for crashes := range len(r.Images) {
		x := r.searchUpTo(crashes)
		if x.run(sim.NewReplay(decisions)); x.found != nil && x.Found == signature {
			r.Images = x.trail
			return
		}
	}
	x := r.search()
	x.run(sim.NewReplay(decisions))
	r.Images = x.trail
}
