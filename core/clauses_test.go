package core

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// clauses are those of the specification that the engine follows, by section, and how
// many each has: coordinates and regions, the index and its gate, cursors, checkpoints,
// workers, hidden ranges, and upstream's flaws.
var clauses = []struct {
	section string
	count   int
}{{"R", 14}, {"I", 26}, {"C", 13}, {"K", 15}, {"W", 16}, {"H", 6}, {"X", 22}}

// citation is one clause, or the first and the last of several, as tests name them.
var citation = regexp.MustCompile(`\b([RICKWHX])-(\d+)[ab]?\b(?: to ([RICKWHX])-(\d+))?`)

// Every clause is named by a test, of this package or of another that runs the engine.
func TestEveryClauseHasATest(t *testing.T) {
	cited := make(map[string]bool)
	must(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		tests := strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".go") && filepath.Base(filepath.Dir(path)) == "coretest"
		if err != nil || entry.IsDir() || !tests {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range citation.FindAllStringSubmatch(string(source), -1) {
			cite(cited, m[1], m[2], m[4])
		}
		return err
	}))
	for _, c := range clauses {
		for i := range c.count {
			if clause := fmt.Sprintf("%s-%d", c.section, i+1); !cited[clause] {
				t.Errorf("no test names %s", clause)
			}
		}
	}
}

// cite notes the clauses of one section from first to last, which may be empty.
func cite(cited map[string]bool, section, first, last string) {
	from, _ := strconv.Atoi(first)
	to, _ := strconv.Atoi(last)
	for i := from; i <= max(from, to); i++ {
		cited[fmt.Sprintf("%s-%d", section, i)] = true
	}
}
