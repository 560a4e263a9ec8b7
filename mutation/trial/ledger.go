package trial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Entry is a survivor that someone looked at and accepts.
type Entry struct {
	ID       string `json:"id"`
	Package  string `json:"package"`
	Function string `json:"function,omitempty"`
	Change   string `json:"change"` // for the reader: what the mutant does
	Reason   string `json:"reason"`
	Reviewed string `json:"reviewed"` // the day, as 2006-01-02
}

// ledger is the accepted survivors.
type ledger struct{ entries []Entry }

// readLedger reads a file of JSON; an empty path is an empty ledger.
func readLedger(path string) (*ledger, error) {
	l := &ledger{}
	if path == "" {
		return l, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l.entries); err != nil {
		return nil, fmt.Errorf("read the ledger %s: %w", path, err)
	}
	seen := make(map[string]bool)
	for i, e := range l.entries {
		_, err := time.Parse(time.DateOnly, e.Reviewed)
		switch {
		case e.ID == "" || e.Package == "":
			return nil, fmt.Errorf("ledger %s: entry %d has no id or no package", path, i+1)
		case seen[e.ID]:
			return nil, fmt.Errorf("ledger %s: %s stands there twice", path, e.ID)
		case e.Reason == "":
			return nil, fmt.Errorf("ledger %s: %s has no reason", path, e.ID)
		case err != nil:
			return nil, fmt.Errorf("ledger %s: %s was reviewed on %q, legal is a day such as 2006-01-02", path, e.ID, e.Reviewed)
		}
		seen[e.ID] = true
	}
	return l, nil
}

// accept marks the survivors that the ledger knows.
func (l *ledger) accept(verdicts []Verdict) {
	for i := range verdicts {
		for _, e := range l.entries {
			if e.ID == verdicts[i].ID && verdicts[i].Alive() {
				verdicts[i].Status, verdicts[i].Reason = Accepted, e.Reason
			}
		}
	}
}

// stale returns the entries whose mutant is gone from a package on trial, or needs no
// acceptance any more.
func (l *ledger) stale(all map[string]map[string]bool, verdicts []Verdict) []Entry {
	byID := make(map[string]Verdict)
	for _, v := range verdicts {
		byID[v.ID] = v
	}
	var stale []Entry
	for _, e := range l.entries {
		mutants, onTrial := all[e.Package]
		v, judged := byID[e.ID]
		if onTrial && !mutants[e.ID] || judged && v.Status != Accepted {
			stale = append(stale, e)
		}
	}
	return stale
}
