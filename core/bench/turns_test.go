package bench

import (
	"slices"
	"testing"
	"time"
)

// turns holds how long each contender took, turn by turn.
type turns struct {
	who  []string // in the order of the first turn
	took map[string][]time.Duration
}

// take is one turn of one contender.
func (t *turns) take(who string, turn func()) {
	start := time.Now()
	turn()
	t.add(who, time.Since(start))
}

// add takes in how long one turn of one contender took.
func (t *turns) add(who string, took time.Duration) {
	if t.took == nil {
		t.took = make(map[string][]time.Duration)
	}
	if _, known := t.took[who]; !known {
		t.who = append(t.who, who)
	}
	t.took[who] = append(t.took[who], took)
}

// report reports for each contender the median of its turns, divided by each, in
// microseconds, and how many medians of each other one the first takes. The machine's
// other work moves a median less than a mean.
func (t *turns) report(b *testing.B, unit string, each float64) {
	first := median(t.took[t.who[0]])
	for i, who := range t.who {
		m := median(t.took[who])
		b.ReportMetric(float64(m.Nanoseconds())/1000/each, who+"-"+unit)
		if i > 0 {
			b.ReportMetric(float64(first)/float64(m), "x-"+who)
		}
	}
	b.ReportMetric(0, "ns/op") // of all together: of no use
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
