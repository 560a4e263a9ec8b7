package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/batpak/batpak-sim/mutation/trial"
)

type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Seconds string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *junitSkipped `xml:"skipped,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// JUnit writes a suite for each package, in which a survivor is a failure.
func JUnit(w io.Writer, r trial.Report) error {
	var out junitSuites
	for _, v := range r.Verdicts {
		if n := len(out.Suites); n == 0 || out.Suites[n-1].Name != v.Package {
			out.Suites = append(out.Suites, junitSuite{Name: v.Package})
		}
		s := &out.Suites[len(out.Suites)-1]
		c := junitCase{
			Class: v.Package, Seconds: fmt.Sprintf("%.3f", v.Took.Seconds()),
			Name: fmt.Sprintf("%s:%d %s %s", file(r, v), v.Line, v.Operator, v.ID),
		}
		s.Tests++
		switch {
		case v.Alive():
			s.Failures++
			c.Failure = &junitFailure{Message: string(v.Status), Text: Diff(v)}
		case !v.Dead():
			s.Skipped++
			c.Skipped = &junitSkipped{Message: string(v.Status)}
		}
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	return e.Encode(out)
}
