package sim

import (
	"math/bits"
	"time"
)

// processClock is how the clock of a process differs from virtual time. The zero value does not.
type processClock struct {
	offset time.Duration // what it was ahead when the rate was set
	ppm    int64         // what it gains, in millionths
	since  time.Duration // when the rate was set
}

const million = 1_000_000

// Jump is a fault: the wall clock of the process jumps ahead by d, or back if d is negative. Timers do not mind.
func (p *Process) Jump(d time.Duration) {
	p.clock.offset += d
	p.sim.touch(touchesAll, "", true)
	p.sim.cfg.Trace.Emit(KindClock, p.name, "jump", uint64(d))
}

// Skew is a fault: from now on the wall clock of the process gains ppm microseconds a second, or loses if ppm is negative,
// and its timers run as fast. [Sim.Now] stays that of the run. It panics if ppm is not above minus a million.
func (p *Process) Skew(ppm int64) {
	if ppm <= -million {
		panic("sim: Skew of a million or more makes time stand still")
	}
	now := p.sim.now
	p.clock = processClock{offset: p.clock.ahead(now), ppm: ppm, since: now}
	p.sim.touch(touchesAll, "", true)
	p.sim.cfg.Trace.Emit(KindClock, p.name, "skew", uint64(ppm))
}

// ahead is what the wall clock is ahead of virtual time.
func (c *processClock) ahead(now time.Duration) time.Duration {
	if c.ppm == 0 {
		return c.offset
	}
	gain := scale(now-c.since, uint64(max(c.ppm, -c.ppm)), million)
	if c.ppm < 0 {
		gain = -gain
	}
	return c.offset + gain
}

// lasts is how much virtual time a timer of d takes, at least 1ns for a d that is not zero.
func (c *processClock) lasts(d time.Duration) time.Duration {
	if c.ppm == 0 {
		return d
	}
	return max(scale(d, million, uint64(million+c.ppm)), 1)
}

// scale is d*num/den, at most the longest duration. d is not negative.
func scale(d time.Duration, num, den uint64) time.Duration {
	hi, lo := bits.Mul64(uint64(d), num)
	if hi >= den {
		return Forever
	}
	q, _ := bits.Div64(hi, lo, den)
	return time.Duration(min(q, uint64(Forever)))
}
