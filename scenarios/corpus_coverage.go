package scenarios

import (
	"io/fs"
	"slices"
)

// features are what a run has exercised, each by a name: the outcome, the faults that
// struck, the yield points that were passed, and the counters that moved, in its scenario.
func (r *Result) features() []string {
	all := []string{r.Scenario + " under " + string(r.FaultMode), r.Scenario + " " + string(r.Outcome)}
	for _, f := range sortedKeys(r.Faults) {
		all = append(all, r.Scenario+" "+f)
	}
	for _, p := range sortedKeys(r.Points) {
		all = append(all, r.Scenario+" "+p)
	}
	for _, c := range r.Counters.fields() {
		if *c.Value > 0 {
			all = append(all, r.Scenario+" "+c.Name)
		}
	}
	return all
}

// CorpusCoverage is what the runs of a corpus have exercised, all together.
type CorpusCoverage struct{ met map[string]bool }

// Add takes in a run and returns what it is the first to exercise.
func (c *CorpusCoverage) Add(r Result) (news []string) {
	if c.met == nil {
		c.met = make(map[string]bool)
	}
	for _, f := range r.features() {
		if !c.met[f] {
			c.met[f] = true
			news = append(news, f)
		}
	}
	return news
}

// MinimiseCorpus returns the fewest rows that it finds which exercise all that the rows
// do, in their order: again and again the row that adds most, and then without those that
// the later ones made needless. Rows of recordings stay, for they guard what was found. The error is
// of a row that does not graduate.
func MinimiseCorpus(dir fs.FS, rows []Row) ([]Row, error) {
	features := make([][]string, len(rows))
	times := make(map[string]int) // by feature: rows kept that have it
	kept := make([]bool, len(rows))
	take := func(i int) {
		kept[i] = true
		for _, f := range features[i] {
			times[f]++
		}
	}
	for i, row := range rows {
		_, replay, err := row.Graduate(dir)
		if err != nil {
			return nil, err
		}
		features[i] = replay.features()
	}
	for i, row := range rows {
		if row.File != "" {
			take(i)
		}
	}
	for {
		best, most := -1, 0
		for i := range rows {
			if n := missing(features[i], times); !kept[i] && n > most {
				best, most = i, n
			}
		}
		if best < 0 {
			break
		}
		take(best)
	}
	var out []Row
	for i, row := range rows {
		if kept[i] && (row.File != "" || !needless(features[i], times)) {
			out = append(out, row)
		}
	}
	return out, nil
}

// missing counts the features that no row has yet.
func missing(features []string, times map[string]int) (n int) {
	for _, f := range features {
		if times[f] == 0 {
			n++
		}
	}
	return n
}

// needless tells that other rows have all the features too, and then takes the row out.
func needless(features []string, times map[string]int) bool {
	if slices.ContainsFunc(features, func(f string) bool { return times[f] < 2 }) {
		return false
	}
	for _, f := range features {
		times[f]--
	}
	return true
}
