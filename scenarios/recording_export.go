package scenarios

import (
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// GoTest returns the source of a Go file with one test that carries the recording out,
// without a seed, and fails as long as it does not pass.
func (r *Recording) GoTest(pkg string) ([]byte, error) {
	text := "`" + r.String() + "`"
	if strings.Contains(r.String(), "`") {
		text = strconv.Quote(r.String())
	}
	name := testName(r.Scenario + " " + r.Signature)
	return format.Source(fmt.Appendf(nil, goTest, pkg, name, name, text))
}

const goTest = `package %s

import (
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/scenarios"
)

// %s carries out a run that was written down. It passes once the run does.
func %s(t *testing.T) {
	const recording = %s
	r, err := scenarios.ParseRecording(recording)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Replay(0)
	if err != nil {
		t.Fatal(err)
	}
	if got.Verdict != scenarios.Pass {
		t.Errorf("%%s replay: %%s, want %%s\n%%+v\n%%s", got.Fit(), got.Verdict, scenarios.Pass, got.Violation, strings.Join(got.Tail, "\n"))
	}
}
`

// testName makes the name of a test function of words.
func testName(words string) string {
	var b strings.Builder
	b.WriteString("Test")
	for _, word := range strings.FieldsFunc(words, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		first, size := utf8.DecodeRuneInString(word)
		b.WriteRune(unicode.ToUpper(first))
		b.WriteString(word[size:])
	}
	return b.String()
}
