package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// chart is a line over a few points, as a drawing in a page. What it shows stands in the page
// as a table, too.
type chart struct {
	Name   string // what it shows, for those who do not see it
	Points string // of the line, as SVG writes them
	Marks  []chartMark
	Across []chartTick // along the x axis
	Up     []chartTick // along the y axis
	XName  string
}

type chartMark struct {
	X, Y  float64
	Label string
}

type chartTick struct {
	At    float64
	Label string
}

// point is a place of a line, or a tick: where it is along the x axis, how high, and what it
// says there; empty = there is no mark.
type point struct {
	x, y  float64
	label string
}

// The drawing, in its own units. The template knows them.
const (
	chartLeft, chartTop     = 62.0, 14.0
	chartWidth, chartHeight = 472.0, 186.0 // of what is within the axes
)

// chartTicks are the steps of an even axis, and chartAcross bounds the labels along the x axis.
const (
	chartTicks  = 4
	chartAcross = 8
)

// newChart draws points, which ascend along the x axis and are not below zero. The y axis
// begins at zero and ends at most, or at the highest point if that is zero. The x axis covers
// the points and the ticks, of which a few are labelled.
func newChart(name, xName string, points []point, most float64, ticks []point) chart {
	c := chart{Name: name, XName: xName}
	scale := scaleOf(points, ticks, most)
	var places []string
	for _, p := range points {
		x, y := scale.place(p)
		places = append(places, fmt.Sprintf("%g,%g", x, y))
		if p.label != "" {
			c.Marks = append(c.Marks, chartMark{x, y, p.label})
		}
	}
	c.Points = strings.Join(places, " ")
	every := max(1, (len(ticks)+chartAcross-1)/chartAcross)
	for i, t := range ticks {
		if (len(ticks)-1-i)%every == 0 { // the last one in any case
			x, _ := scale.place(t)
			c.Across = append(c.Across, chartTick{x, t.label})
		}
	}
	for _, t := range evenly(scale.high) {
		_, y := scale.place(point{y: t.x})
		c.Up = append(c.Up, chartTick{y, t.label})
	}
	return c
}

// scale maps points into the drawing.
type scale struct{ from, to, high float64 }

func scaleOf(points, ticks []point, most float64) scale {
	s := scale{math.Inf(1), math.Inf(-1), most}
	for _, p := range slices.Concat(points, ticks) {
		s.from, s.to = min(s.from, p.x), max(s.to, p.x)
		s.high = max(s.high, p.y)
	}
	s.high = rounder(s.high)
	return s
}

func (s scale) place(p point) (x, y float64) {
	along := 0.5 // one point alone stands in the middle
	if s.to > s.from {
		along = (p.x - s.from) / (s.to - s.from)
	}
	return tenths(chartLeft + along*chartWidth), tenths(chartTop + (1-p.y/s.high)*chartHeight)
}

// rounder is the next round number from n upwards that divides into the ticks: what is counted has no
// halves.
func rounder(n float64) float64 {
	if n <= chartTicks {
		return chartTicks
	}
	for unit := math.Pow(10, math.Floor(math.Log10(n))); ; unit *= 10 {
		for _, by := range []float64{1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8} {
			round := math.Round(by * unit)
			if round >= n*(1-1e-9) && math.Mod(round, chartTicks) == 0 {
				return round
			}
		}
	}
}

// evenly are ticks from zero to the next round number from n upwards.
func evenly(n float64) []point {
	var ticks []point
	for i := range chartTicks + 1 {
		at := rounder(n) * float64(i) / chartTicks
		ticks = append(ticks, point{x: at, label: short(at)})
	}
	return ticks
}

// short writes a number in a few letters.
func short(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.3gM", n/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.3gk", n/1e3)
	}
	return fmt.Sprintf("%.4g", n)
}

func tenths(n float64) float64 { return math.Round(n*10) / 10 }
