package trial

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/batpak/batpak-sim/mutation/operator"
)

// Sample keeps n of all, in their order: zero keeps all. Which ones depends on the seed
// and their ids alone.
func Sample[T any](all []T, id func(T) string, n int, seed uint64) []T {
	if n <= 0 || n >= len(all) {
		return all
	}
	rank := func(t T) [32]byte {
		return sha256.Sum256(append(binary.BigEndian.AppendUint64(nil, seed), id(t)...))
	}
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b T) int {
		ra, rb := rank(a), rank(b)
		return bytes.Compare(ra[:], rb[:])
	})
	chosen := make(map[string]bool)
	for _, t := range order[:n] {
		chosen[id(t)] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(t T) bool { return !chosen[id(t)] })
}

// inFiles keeps the mutants of the files that a pattern matches; none keeps all.
func inFiles(root string, patterns []string, found []operator.Mutant) ([]operator.Mutant, error) {
	if len(patterns) == 0 {
		return found, nil
	}
	var kept []operator.Mutant
	for _, m := range found {
		name, err := filepath.Rel(root, m.File)
		if err != nil {
			return nil, err
		}
		for _, p := range patterns {
			match, err := path.Match(p, filepath.ToSlash(name))
			if err != nil {
				return nil, fmt.Errorf("file pattern %q: %w", p, err)
			}
			if match {
				kept = append(kept, m)
				break
			}
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("no mutant is in a file that matches %s, legal are patterns of paths from the module's root", strings.Join(patterns, " "))
	}
	return kept, nil
}

// lines is a range of lines, both ends included.
type lines struct{ from, to int }

// changed keeps the mutants on lines that differ from a revision; empty keeps all.
func changed(ctx context.Context, root, revision string, all []operator.Mutant) ([]operator.Mutant, error) {
	if revision == "" {
		return all, nil
	}
	cmd := exec.CommandContext(ctx, "git", "diff", "--unified=0", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", "--relative", revision, "--", "*.go")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, fmt.Errorf("git diff %s: %s", revision, bytes.TrimSpace(exit.Stderr))
		}
		return nil, fmt.Errorf("git diff %s: %w", revision, err)
	}
	hunks := parseDiff(root, string(out))
	return slices.DeleteFunc(slices.Clone(all), func(m operator.Mutant) bool {
		return !slices.ContainsFunc(hunks[m.File], func(l lines) bool { return m.Line <= l.to && l.from <= m.LineEnd })
	}), nil
}

var hunk = regexp.MustCompile(`^@@ -\S+ \+(\d+)(?:,(\d+))? @@`)

// parseDiff returns the lines of each file that are new in a diff without context.
func parseDiff(root, diff string) map[string][]lines {
	all := make(map[string][]lines)
	file := ""
	for line := range strings.Lines(diff) {
		line = strings.TrimRight(line, "\n")
		if name, ok := strings.CutPrefix(line, "+++ b/"); ok {
			file = filepath.Join(root, filepath.FromSlash(name))
			continue
		}
		at := hunk.FindStringSubmatch(line)
		if at == nil {
			continue
		}
		from, _ := strconv.Atoi(at[1])
		count := 1
		if at[2] != "" {
			count, _ = strconv.Atoi(at[2])
		}
		if count > 0 {
			all[file] = append(all[file], lines{from, from + count - 1})
		}
	}
	return all
}
