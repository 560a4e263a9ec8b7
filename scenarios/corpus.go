package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Row is a run of the corpus: what it is, and what it comes to. A build in which it
// comes to anything else has changed what the engine, or the harness, does.
type Row struct {
	Seed     uint64 // unless there is a File
	File     string // the name of a recording beside the corpus; empty = the run of the seed
	Scenario string
	Faults   Faults
	Steps    int
	Digest   Digest
	Outcome  Outcome
	Guards   string // what the row is there for, in one line
}

// CorpusFile is the name of the file with the rows in the folder of a corpus.
const CorpusFile = "corpus.txt"

// ReadCorpus reads the rows of the corpus in a folder.
func ReadCorpus(dir fs.FS) ([]Row, error) {
	text, err := fs.ReadFile(dir, CorpusFile)
	if err != nil {
		return nil, err
	}
	rows, err := ParseCorpus(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s %w", CorpusFile, err)
	}
	return rows, nil
}

// Run carries out the row, whose recording is in the folder.
func (r *Row) Run(dir fs.FS) (Result, error) {
	if r.File == "" {
		return Run(Config{Scenario: r.Scenario, Seed: r.Seed, Faults: r.Faults, Steps: r.Steps})
	}
	text, err := fs.ReadFile(dir, r.File)
	if err != nil {
		return Result{}, err
	}
	recording, err := ParseRecording(string(text))
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", r.File, err)
	}
	replay, err := recording.Replay(0)
	return replay.Result, err
}

// same tells that two rows are of the same run.
func (r *Row) same(other Row) bool {
	return r.Seed == other.Seed && r.File == other.File && r.Scenario == other.Scenario && r.Faults == other.Faults && r.Steps == other.Steps
}

// ErrIllegal is matched by the error of a row that does not belong into a corpus.
var ErrIllegal = errors.New("scenarios: not for the corpus")

// Graduate carries the row out twice and returns it with what it came to, if both runs
// agree and pass, which is what makes an outcome legal. Otherwise the error matches
// [ErrIllegal].
func (r Row) Graduate(dir fs.FS) (Row, Result, error) {
	first, err := r.Run(dir)
	if err != nil {
		return r, first, err
	}
	r.Scenario, r.Faults, r.Steps = first.Scenario, first.FaultMode, first.Steps
	second, err := r.Run(dir)
	switch {
	case err != nil:
		return r, first, err
	case difference(first, second) != "":
		return r, first, fmt.Errorf("%w: two runs of %v differ: %s", ErrIllegal, r, difference(first, second))
	case first.Verdict != Pass:
		return r, first, fmt.Errorf("%w: %v ends with %s, %s", ErrIllegal, r, first.Verdict, first.Signature())
	}
	r.Digest, r.Outcome = first.Digest, first.Outcome
	return r, first, nil
}

// Moved is a row whose run comes to something else now.
type Moved struct {
	Was, Now Row
	Err      error // it does not pass any more; nil = another digest or outcome, legal too
}

// VerifyCorpus carries out every row twice and returns those that have moved.
func VerifyCorpus(dir fs.FS, rows []Row) []Moved {
	var moved []Moved
	for _, row := range rows {
		now, _, err := row.Graduate(dir)
		if err != nil || now != row {
			moved = append(moved, Moved{row, now, err})
		}
	}
	return moved
}

// AddRow adds a row that has graduated, unless its run is there.
func AddRow(rows []Row, row Row) ([]Row, error) {
	if slices.ContainsFunc(rows, row.same) {
		return rows, fmt.Errorf("%w: %v is there already", ErrIllegal, row)
	}
	return append(rows, row), nil
}
