package report

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/batpak/batpak-sim/mutation/trial"
)

// reachedMax bounds the tests that are named for a survivor.
const reachedMax = 5

// Text writes every survivor as a diff, with the tests that reach it, and then a summary.
func Text(w io.Writer, r trial.Report) error {
	var b strings.Builder
	for _, v := range r.Verdicts {
		if v.Alive() {
			survivor(&b, r, v)
		}
	}
	for _, e := range r.Stale {
		fmt.Fprintf(&b, "stale in the ledger: %s %s %s: %s\n", e.ID, e.Package, e.Function, e.Change)
	}
	if !names(&b, r) {
		operators(&b, r)
	}
	summary(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

func survivor(b *strings.Builder, r trial.Report, v trial.Verdict) {
	fmt.Fprintf(b, "%s %s %s:%d: %s in %s\n", v.Status, v.ID, file(r, v), v.Line, v.Operator, cmp.Or(v.Function, "a declaration"))
	b.WriteString(Diff(v))
	switch {
	case v.Status == trial.Unreached:
		b.WriteString("  no test reaches it\n")
	case len(v.Reached) > reachedMax:
		fmt.Fprintf(b, "  reached by %s and %d more\n", strings.Join(v.Reached[:reachedMax], ", "), len(v.Reached)-reachedMax)
	default:
		fmt.Fprintf(b, "  reached by %s\n", strings.Join(v.Reached, ", "))
	}
	if v.Flaky {
		b.WriteString("  a test failed with it once, and passed when it ran again\n")
	}
	b.WriteString("\n")
}

// file is the mutant's file as reports name it.
func file(r trial.Report, v trial.Verdict) string {
	name, err := filepath.Rel(r.Root, v.File)
	if err != nil {
		return filepath.ToSlash(v.File)
	}
	return filepath.ToSlash(name)
}

// diffMax bounds the lines of each half of a diff.
const diffMax = 8

// Diff shows what a mutant changes, in whole lines.
func Diff(v trial.Verdict) string {
	var b strings.Builder
	half := func(mark, middle string) {
		lines := strings.Split(v.Before+middle+v.After, "\n")
		for i, line := range lines {
			if i == diffMax && len(lines) > diffMax+1 {
				fmt.Fprintf(&b, "  %s ... %d lines more\n", mark, len(lines)-diffMax)
				return
			}
			if strings.TrimSpace(line) != "" {
				fmt.Fprintf(&b, "  %s %s\n", mark, strings.ReplaceAll(line, "\t", "    "))
			}
		}
	}
	half("-", v.Old)
	half("+", v.New)
	return b.String()
}

// names writes what became of the named mutants, and reports whether there are any.
func names(b *strings.Builder, r trial.Report) bool {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	any := false
	for _, v := range r.Verdicts {
		if v.Name == "" {
			continue
		}
		if !any {
			fmt.Fprintln(w, "mutant\tproposed by\tplace\tstatus\tkiller\ttook")
			any = true
		}
		killer := strings.TrimPrefix(v.Killer, r.Module+"/")
		fmt.Fprintf(w, "%s\t%s\t%s:%d\t%s\t%s\t%v\n", v.Name, v.Operator, file(r, v), v.Line, v.Status, killer, v.Took.Round(time.Millisecond))
	}
	_ = w.Flush() // into memory
	return any
}

func operators(b *strings.Builder, r trial.Report) {
	type row struct{ dead, alive, other int }
	rows := make(map[string]row)
	for _, v := range r.Verdicts {
		x := rows[v.Operator]
		switch {
		case v.Dead():
			x.dead++
		case v.Alive() || v.Status == trial.Accepted:
			x.alive++
		default:
			x.other++
		}
		rows[v.Operator] = x
	}
	var names []string
	for name := range rows {
		names = append(names, name)
	}
	slices.Sort(names)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "operator\tdead\talive\tnot counted")
	for _, name := range names {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", name, rows[name].dead, rows[name].alive, rows[name].other)
	}
	_ = w.Flush() // into memory
}

func summary(b *strings.Builder, r trial.Report) {
	fmt.Fprintf(b, "\n%d mutants: ", len(r.Verdicts))
	statuses := []trial.Status{trial.Killed, trial.Hung, trial.Survived, trial.Unreached, trial.Accepted, trial.Equivalent, trial.Invalid, trial.Ignored}
	var parts []string
	for _, s := range statuses {
		if n := r.Count(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	b.WriteString(strings.Join(parts, ", "))
	judged := 0
	for _, v := range r.Verdicts {
		if !v.Cached && v.Status != trial.Ignored {
			judged++
		}
	}
	fmt.Fprintf(b, "\nscore %.1f %%, %v, %.0f mutants a minute\n", r.Score(), r.Took.Round(100*time.Millisecond), float64(judged)/r.Took.Minutes())
	for i, k := range r.Cheapest() {
		if i == 0 {
			b.WriteString("\ncheapest killers of the same mutants\n")
		}
		fmt.Fprintf(b, "  %-60s %6d kills %8v\n", k.Killer, k.Kills, k.Took.Round(time.Millisecond))
	}
}
