package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
)

// corpusHead is what a corpus begins with: its format and version.
const corpusHead = "batpak-sim corpus 1"

// String is what the row is a run of.
func (r Row) String() string {
	if r.File != "" {
		return "file " + r.File
	}
	return fmt.Sprintf("seed %d of %s, faults %s, %d steps", r.Seed, r.Scenario, r.Faults, r.Steps)
}

// FormatCorpus is the text of a corpus: one row a line, seeds before recordings.
func FormatCorpus(rows []Row) string {
	var b strings.Builder
	b.WriteString(corpusHead + "\n")
	for _, kind := range []string{"seed", "file"} {
		w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', 0)
		fmt.Fprintf(w, "\n# %s\t\tscenario\tfaults\tsteps\tdigest\toutcome\tguards\n", kind)
		for _, r := range rows {
			of := strconv.FormatUint(r.Seed, 10)
			if r.File != "" {
				of = r.File
			}
			if (kind == "file") == (r.File != "") {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%v\t%s\t%s\n", kind, of, r.Scenario, r.Faults, r.Steps, r.Digest, r.Outcome, r.Guards)
			}
		}
		w.Flush() // into memory: it does not fail
	}
	return b.String()
}

// ParseCorpus reads the text of a corpus. Empty lines and lines that begin with # are
// skipped.
func ParseCorpus(text string) ([]Row, error) {
	var rows []Row
	headed := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case !headed && line != corpusHead:
			return nil, fmt.Errorf("line %d: want %q", i+1, corpusHead)
		case !headed:
			headed = true
		default:
			row, err := parseRow(line)
			if err == nil {
				rows, err = AddRow(rows, row)
			}
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
	}
	if !headed {
		return nil, fmt.Errorf("line 1: want %q", corpusHead)
	}
	return rows, nil
}

// rowFields is how many words stand before what a row guards.
const rowFields = 7

func parseRow(line string) (Row, error) {
	words := strings.Fields(line)
	if len(words) <= rowFields {
		return Row{}, fmt.Errorf("want seed or file, its number or name, scenario, faults, steps, digest, outcome, and what the row guards")
	}
	row := Row{Scenario: words[2], Faults: Faults(words[3]), Outcome: Outcome(words[6]), Guards: strings.Join(words[rowFields:], " ")}
	var err error
	switch words[0] {
	case "seed":
		row.Seed, err = strconv.ParseUint(words[1], 10, 64)
	case "file":
		row.File = words[1]
	default:
		err = fmt.Errorf("%q, want seed or file", words[0])
	}
	if err != nil {
		return row, err
	}
	if row.Steps, err = strconv.Atoi(words[4]); err != nil {
		return row, fmt.Errorf("steps %q, want a number", words[4])
	}
	if err := row.Digest.UnmarshalText([]byte(words[5])); err != nil {
		return row, fmt.Errorf("digest %q: %w", words[5], err)
	}
	_, _, err = Config{Scenario: row.Scenario, Faults: row.Faults, Steps: row.Steps}.withDefaults()
	return row, err
}
