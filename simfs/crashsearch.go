package simfs

import (
	"fmt"
	"iter"
	"math/big"
	"math/rand/v2"
	"runtime/debug"
	"strings"
)

// crashSearch is a CrashTest under way.
type crashSearch struct {
	test   *CrashTest
	budget int
	sums   *summer
	seen   map[checked]bool
	draws  *rand.Rand
	report CrashReport
}

// checked says that an image was checked: after these promises, and so many crashes.
type checked struct {
	sum     Sum
	acked   string
	crashes int
}

func newCrashSearch(c *CrashTest) *crashSearch {
	budget := c.Budget
	if budget == 0 {
		budget = BudgetDefault
	}
	return &crashSearch{
		test: c, budget: budget, sums: newSummer(), seen: map[checked]bool{}, draws: rand.New(rand.NewPCG(1, 2)),
		report: CrashReport{States: new(big.Int), Complete: true},
	}
}

// explore checks what crashes at the points leave. trail is the crashes before, whose
// check the points are of.
func (s *crashSearch) explore(points []*crashPoint, budget int, trail []*crashStep) error {
	if only := s.test.Only; len(only) > len(trail) {
		return s.exploreOnly(points, only[len(trail)], trail)
	}
	for i, p := range points {
		used := s.report.Checked
		if err := s.explorePoint(p, budget/(len(points)-i), trail); err != nil || s.report.Failure != nil {
			return err
		}
		budget = max(0, budget-(s.report.Checked-used))
	}
	return nil
}

// exploreOnly checks the image of that name.
func (s *crashSearch) exploreOnly(points []*crashPoint, id StateID, trail []*crashStep) error {
	var err error
	for _, p := range points {
		var state State
		if state, err = p.space.State(id); err != nil {
			continue
		}
		s.report.Points++
		s.report.States.Add(s.report.States, big.NewInt(1))
		return s.check(p, state, state.FS(), s.budget, trail)
	}
	return err
}

func (s *crashSearch) explorePoint(p *crashPoint, budget int, trail []*crashStep) error {
	count := p.space.Count()
	s.report.Points++
	s.report.States.Add(s.report.States, count)
	images := budget
	deeper := len(trail) < s.test.Depth
	if deeper {
		images = (budget + 1) / 2
	}
	if !count.IsInt64() || count.Int64() > int64(images) {
		s.report.Complete = false
	} else {
		images = int(count.Int64())
	}
	each := 1
	if images > 0 {
		each = budget / images
	}
	for state, image := range s.states(p.space, images, count) {
		if s.test.Stop != nil && s.test.Stop() {
			s.report.Complete = false
			return nil
		}
		key := checked{s.sums.sum(image), strings.Join(p.acked, "\x00"), len(trail)}
		if s.seen[key] {
			s.report.Duplicates++
			continue
		}
		s.seen[key] = true
		if err := s.check(p, state, image, each-1, trail); err != nil || s.report.Failure != nil {
			return err
		}
	}
	return nil
}

// states yields n states of the space: all, or the nearest and some samples.
func (s *crashSearch) states(space *Space, n int, count *big.Int) iter.Seq2[State, *FS] {
	if count.IsInt64() && count.Int64() == int64(n) {
		return space.States()
	}
	return func(yield func(State, *FS) bool) {
		left := (n + 1) / 2
		for state, image := range space.States() {
			if left == 0 {
				break
			}
			if left--; !yield(state, image) {
				return
			}
		}
		draw := func(_ string, n uint64) uint64 { return s.draws.Uint64N(n) }
		for state, image := range space.Samples(n/2, draw) {
			if !yield(state, image) {
				return
			}
		}
	}
}

// check lets the program recover from an image, and from crashes in that recovery.
func (s *crashSearch) check(p *crashPoint, state State, image *FS, budget int, trail []*crashStep) error {
	s.report.Checked++
	l, objection := s.recover(image, p.acked, len(trail))
	step := &crashStep{point: p, state: state}
	trail = append(trail[:len(trail):len(trail)], step)
	if objection != nil {
		s.fail(trail, objection)
		return nil
	}
	if len(trail) > s.test.Depth {
		return nil
	}
	return s.explore(l.points, budget, trail)
}

// recover runs Check on an image, and watches it if crashes in it are to follow.
func (s *crashSearch) recover(image *FS, acked []string, crashes int) (l *life, objection error) {
	l = &life{acks: Acks{list: acked}}
	cfg := Config{Profile: s.test.Config.Profile, Knobs: s.test.Config.Knobs, Unit: s.test.Config.Unit, Now: s.test.Config.Now}
	if crashes < s.test.Depth {
		cfg = l.watch(image, cfg, s.test.EveryOp)
	}
	if err := image.Reconfigure(cfg); err != nil {
		return l, err
	}
	defer func() {
		if v := recover(); v != nil {
			objection = &CheckPanic{Value: v, Stack: string(debug.Stack())}
		}
	}()
	objection = s.test.Check(image, &l.acks)
	if crashes < s.test.Depth {
		l.point(image, Op{})
	}
	return l, objection
}

// CheckPanic is the objection of a Check that panicked.
type CheckPanic struct {
	Value any
	Stack string
}

func (e *CheckPanic) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }
