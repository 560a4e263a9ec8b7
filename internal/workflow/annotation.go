// Package workflow writes the commands by which a step of a GitHub workflow annotates a run
// of it: lines on standard output.
package workflow

import (
	"fmt"
	"strings"
)

// Annotation is a remark on a run of a workflow, or on lines of a file.
type Annotation struct {
	Level   Level
	Title   string
	Message string

	File                  string // from the root of the repository; empty = of none
	Line, LineEnd, Column int    // of the file, from 1
}

// Level is how grave an annotation is.
type Level string

const (
	Error   Level = "error"
	Warning Level = "warning"
)

// String is the command, a line without its end.
func (a Annotation) String() string {
	place := ""
	if a.File != "" {
		place = fmt.Sprintf("file=%s,line=%d,endLine=%d,col=%d,", property(a.File), a.Line, a.LineEnd, a.Column)
	}
	return fmt.Sprintf("::%s %stitle=%s::%s", a.Level, place, property(a.Title), message(a.Message))
}

var message = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(text))
}
