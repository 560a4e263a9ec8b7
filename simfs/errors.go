package simfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// ErrCrashed is what every operation on a filesystem and on its handles returns
// once that filesystem has crashed, been restarted, or been frozen by a crash rule.
// It arrives inside an *fs.PathError (or *os.LinkError) and never matches
// fs.ErrClosed: the handle was not closed, its process died.
var ErrCrashed = errors.New("simfs: filesystem crashed")

var (
	errNegativeOffset = errors.New("negative offset")
	errWriteAtAppend  = errors.New("simfs: invalid use of WriteAt on file opened with O_APPEND")
)

// ConfigError lists every fault that New, Load, Reconfigure or SetFaults found in what
// it was given.
type ConfigError struct {
	Problems []string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("simfs: invalid configuration: %s", strings.Join(e.Problems, "; "))
}

// ParseError says where a text is no rule.
type ParseError struct {
	Line, Column int    // from 1, in bytes
	Word         string // that is wrong; empty at the end of the text
	Problem      string
	Legal        string // what could stand there
}

func (e *ParseError) Error() string {
	word := fmt.Sprintf("%q", e.Word)
	if e.Word == "" {
		word = "the end"
	}
	return fmt.Sprintf("simfs: rule at line %d, column %d: %s %s; legal: %s", e.Line, e.Column, word, e.Problem, e.Legal)
}

// wrap dresses err as the os package would: the verb, and the names as the caller
// gave them.
func (c *call) wrap(err error) error {
	if c.Kind == OpRename || c.Kind == OpSymlink {
		return &os.LinkError{Op: c.verb, Old: c.name, New: c.name2, Err: err}
	}
	return &fs.PathError{Op: c.verb, Path: c.name, Err: err}
}
