package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
)

// junitSuite is a test suite of JUnit's XML; it has no times, which would differ every time.
type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitProblem `xml:"failure,omitempty"`
	Error   *junitProblem `xml:"error,omitempty"`
	Skipped *junitProblem `xml:"skipped,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a sweep as JUnit's XML: a test for each scenario that was not the first with a
// finding, and one for each finding. A violation is a failure, what hit a bound is skipped, and anything
// else that is no pass is an error.
func WriteJUnit(w io.Writer, s scenarios.Summary) error {
	suite := junitSuite{Name: fmt.Sprintf("batpak-sim seeds %d to %d", s.Config.From, s.Config.To)}
	found := make(map[string]bool)
	for _, f := range s.Findings {
		found[f.First.Scenario] = true
	}
	nothing := "no finding"
	if len(s.Findings) > 0 {
		nothing = "no other finding" // its runs may have had those of others
	}
	for _, name := range s.Config.Scenarios {
		if !found[name] {
			suite.Cases = append(suite.Cases, junitCase{Name: nothing, Class: name})
		}
	}
	for _, f := range s.Findings {
		suite.finding(f)
	}
	suite.Tests = len(suite.Cases)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) finding(f scenarios.Finding) {
	var text strings.Builder
	finding(&text, f.First)
	problem := &junitProblem{Message: fmt.Sprintf("%s in %s, the first under seed %d", printable(f.Signature), plural(f.Count, "run"), f.First.Seed), Text: text.String()}
	c := junitCase{Name: printable(f.Signature), Class: f.First.Scenario}
	switch f.First.Verdict {
	case scenarios.Violated:
		c.Failure = problem
		s.Failures++
	case scenarios.Inconclusive:
		c.Skipped = problem
		s.Skipped++
	default:
		c.Error = problem
		s.Errors++
	}
	s.Cases = append(s.Cases, c)
}
