package sim

import (
	"io"
	"time"
)

// TestOn is Test with another console.
func (w Sweep) TestOn(t TB, out io.Writer, now func() time.Time, interrupted func() bool) {
	w.test(t, &console{out: out, now: now, last: now(), interrupts: func() (func() bool, func()) {
		return interrupted, func() {}
	}})
}

// CorpusFolder is where the scripts of a test are saved.
func CorpusFolder(test string) string { return corpus{test}.folder() }

// CorpusSave saves a script for a test and returns where.
func CorpusSave(test string, s Script) (string, error) { return corpus{test}.save(s) }

// CorpusPaths are the files of the scripts that are loaded for a test.
func CorpusPaths(test string) (paths []string, err error) {
	saved, err := corpus{test}.load()
	for _, s := range saved {
		paths = append(paths, s.path)
	}
	return paths, err
}
