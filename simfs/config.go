package simfs

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Config says how a filesystem behaves. Its zero value is a faultless posix-strict
// disk whose crashes are drawn from a fixed seed.
//
// The functions may be called from every goroutine that uses the filesystem.
type Config struct {
	Profile Profile // zero = PosixStrict
	Knobs   Knobs   // departures from the profile; zero = none
	Unit    int     // bytes that survive a crash together: 1, 512, 4096 or WholeCall; zero = the profile's

	// Choose decides everything that could go either way: it returns a value
	// below n, and anything else panics. label is one of the Label constants. It
	// is called with the filesystem locked and must not use it. nil = a
	// generator with a fixed seed.
	Choose func(label string, n uint64) uint64

	// Now gives file times. It is called with the filesystem locked and must not
	// use it. nil = a fixed instant that moves by one nanosecond at every change.
	Now func() time.Time

	// Hook is called before each operation, with nothing locked: it may run
	// other operations on this filesystem, crash it, or end the goroutine.
	// nil = none.
	Hook func(Op)

	// Observe is called after each operation with what it did, with nothing
	// locked. Operations refused because the filesystem is dead are not
	// reported. nil = none.
	Observe func(Record)

	// OnCrash is called, after Observe and with nothing locked, when a crash rule
	// has frozen the filesystem; it may end the goroutine. nil = none.
	OnCrash func(Op)

	// Sleep makes an operation wait that a Delay rule holds up, with nothing locked;
	// it may end the goroutine. nil = time.Sleep, which in a bubble of
	// testing/synctest takes the time of the bubble.
	Sleep func(time.Duration)

	Faults []Rule // armed from the first operation; see FS.SetFaults
}

// The labels of the decisions that Config.Choose is asked for.
const (
	LabelSurvival = "simfs.survival" // how much of what is unsynced survives a crash, on the whole
	LabelName     = "simfs.name"     // does this change of a directory entry survive
	LabelOrder    = "simfs.order"    // how far has the order of metadata survived
	LabelSize     = "simfs.size"     // how many changes of a file's size survive
	LabelUnit     = "simfs.unit"     // which version of a unit survives
	LabelAttr     = "simfs.attr"     // does this change of mode, owner or time survive
	LabelGap      = "simfs.gap"      // does a unit that was never written back read as zeros (0) or as filler (1)
	LabelDamage   = "simfs.damage"   // what is wrong with the last write that a unit has seen
	LabelFail     = "simfs.fail"     // did this unit get through a sync that failed
	LabelCut      = "simfs.cut"      // how many units of a write were done at the crash within it
	LabelRot      = "simfs.rot"      // which byte of a file rots, then which bit of it
)

// normal returns the configuration with its zeros replaced, or every problem.
func (c Config) normal() (Config, []armed, error) {
	var problems []string
	if c.Profile >= profileEnd {
		problems = append(problems, fmt.Sprintf("profile %s is unknown, legal are %v", c.Profile, Profiles()))
	} else {
		problems = append(problems, c.Knobs.problems(c.Profile)...)
	}
	switch c.Unit {
	case 0, 1, 512, pageSize, WholeCall:
	default:
		problems = append(problems, fmt.Sprintf("unit %d is none of 1, 512, 4096, WholeCall", c.Unit))
	}
	if c.Choose == nil {
		c.Choose = fixedSeed()
	}
	armed, wrong := arm(c.Faults)
	if problems = append(problems, wrong...); len(problems) > 0 {
		return c, nil, &ConfigError{Problems: problems}
	}
	return c, armed, nil
}

// fixedSeed draws from one generator for a filesystem and all that follow it: those may
// be in use at once. Most never draw, so the generator is made by the first draw.
func fixedSeed() func(string, uint64) uint64 {
	var mu sync.Mutex
	var r *rand.Rand
	return func(_ string, n uint64) uint64 {
		mu.Lock()
		defer mu.Unlock()
		if r == nil {
			r = rand.New(rand.NewPCG(1, 2))
		}
		return r.Uint64N(n)
	}
}

// fixedInstant is where file times begin when Config.Now is nil.
var fixedInstant = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
