package core

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Region says which events a cursor is for: those that meet every axis that is
// set. The zero value sets none and holds all events. A Region is a value; the
// With methods return a changed copy, and two regions are == exactly when their
// identities are equal.
//
// The With methods take anything; Validate tells a region that can be used.
type Region struct {
	entity string
	scope  string
	fact   KindFilter
	clock  ClockRange
	lane   uint32
	set    axes
}

// axes is the set of the axes of a region that are set.
type axes uint8

const (
	axisEntity axes = 1 << iota
	axisScope
	axisFact
	axisClock
	axisLane
)

// WithEntity keeps the events whose entity is prefix or lies in its namespace:
// "a" keeps "a" and "a:b", but not "ab". The empty prefix keeps the entities
// that begin with ':'.
func (r Region) WithEntity(prefix string) Region {
	r.entity, r.set = prefix, r.set|axisEntity
	return r
}

// WithScope keeps the events of exactly this scope.
func (r Region) WithScope(scope string) Region {
	r.scope, r.set = scope, r.set|axisScope
	return r
}

// WithFact keeps the events whose kind passes the filter. AnyKind keeps what an
// unset axis keeps, yet makes another region.
func (r Region) WithFact(filter KindFilter) Region {
	r.fact, r.set = filter, r.set|axisFact
	return r
}

// WithClock keeps the events whose clock, which counts per entity and lane, lies
// in the range.
func (r Region) WithClock(clocks ClockRange) Region {
	r.clock, r.set = clocks, r.set|axisClock
	return r
}

// WithLane keeps the events of one lane.
func (r Region) WithLane(lane uint32) Region {
	r.lane, r.set = lane, r.set|axisLane
	return r
}

// Entity returns the entity prefix, and whether it is set.
func (r Region) Entity() (prefix string, ok bool) { return r.entity, r.has(axisEntity) }

// Scope returns the scope, and whether it is set.
func (r Region) Scope() (scope string, ok bool) { return r.scope, r.has(axisScope) }

// Fact returns the kind filter, and whether it is set.
func (r Region) Fact() (filter KindFilter, ok bool) { return r.fact, r.has(axisFact) }

// Clock returns the clock range, and whether it is set.
func (r Region) Clock() (clocks ClockRange, ok bool) { return r.clock, r.has(axisClock) }

// Lane returns the lane, and whether it is set.
func (r Region) Lane() (lane uint32, ok bool) { return r.lane, r.has(axisLane) }

func (r Region) has(axis axes) bool { return r.set&axis != 0 }

// Validate reports every fault at once, joined: an entity prefix or a scope that
// no legal coordinate could match (*CoordinateError), a category above 15
// (*KindError), an inverted clock range (*ClockRangeError).
func (r Region) Validate() error {
	var faults []error
	if r.has(axisEntity) && r.entity != "" {
		faults = append(faults, checkName("region entity", r.entity))
	}
	if r.has(axisScope) {
		faults = append(faults, checkName("region scope", r.scope))
	}
	if category, ok := r.fact.Category(); ok && category > categoryMax {
		faults = append(faults, &KindError{Category: category, Reason: ErrCategoryRange})
	}
	if r.clock.Start > r.clock.End {
		faults = append(faults, &ClockRangeError{Range: r.clock})
	}
	return errors.Join(faults...)
}

// Matches reports whether an event of these properties lies in the region.
func (r Region) Matches(c Coordinate, k Kind, lane, clock uint32) bool {
	switch {
	case r.has(axisEntity) && !inNamespace(c.entity, r.entity),
		r.has(axisScope) && c.scope != r.scope,
		r.has(axisFact) && !r.fact.Matches(k),
		r.has(axisClock) && !r.clock.contains(clock),
		r.has(axisLane) && lane != r.lane:
		return false
	}
	return true
}

// Identity returns a text that names the region: two regions that differ in any
// axis, or in whether it is set, never share it, whatever bytes their strings
// hold. Checkpoints store it, so it never changes for a region: strings are
// quoted in ASCII, as which characters print varies between releases of Go.
// An axis that is not set reads "*".
func (r Region) Identity() string {
	entity, scope, fact, clock, lane := "*", "*", "*", "*", "*"
	if r.has(axisEntity) {
		entity = strconv.QuoteToASCII(r.entity)
	}
	if r.has(axisScope) {
		scope = strconv.QuoteToASCII(r.scope)
	}
	if r.has(axisFact) {
		fact = r.fact.String()
	}
	if r.has(axisClock) {
		clock = r.clock.String()
	}
	if r.has(axisLane) {
		lane = strconv.FormatUint(uint64(r.lane), 10)
	}
	return fmt.Sprintf("region/1 entity=%s scope=%s fact=%s clock=%s lane=%s", entity, scope, fact, clock, lane)
}

// upstreamIdentity returns the text by which the Rust engine names the region in
// its checkpoints. Different regions may share it: see upstreamAmbiguous.
func (r Region) upstreamIdentity() string {
	entity, scope, fact, clock, lane := "*", "*", "none", "*", ""
	if r.has(axisEntity) {
		entity = r.entity
	}
	if r.has(axisScope) {
		scope = r.scope
	}
	if r.has(axisFact) {
		fact = r.fact.String()
	}
	if r.has(axisClock) {
		clock = r.clock.String()
	}
	if r.has(axisLane) {
		lane = "|lane=" + strconv.FormatUint(uint64(r.lane), 10)
	}
	return "entity=" + entity + "|scope=" + scope + "|fact=" + fact + "|clock=" + clock + lane
}

// upstreamAmbiguous reports whether another region could be read out of this
// region's upstream identity: a string is "*", which stands for an axis not set,
// or holds a separator. An upstream checkpoint cannot be trusted to be of such a
// region. Regions for which it reports false never share an upstream identity.
func (r Region) upstreamAmbiguous() bool {
	ambiguous := func(s string) bool { return s == "*" || strings.ContainsAny(s, "|=") }
	return ambiguous(r.entity) || ambiguous(r.scope)
}

// ClockRange is a range of clocks that includes both its ends. The zero value
// holds clock 0 only.
type ClockRange struct {
	Start uint32
	End   uint32
}

func (c ClockRange) contains(clock uint32) bool { return c.Start <= clock && clock <= c.End }

// String returns the range as in "2-4".
func (c ClockRange) String() string { return fmt.Sprintf("%d-%d", c.Start, c.End) }
