package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/batpak/batpak-sim/sim"
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
func (r *Row) Run(dir fs.FS) (Replay, error) {
	if r.File == "" {
		result, err := Run(Config{Scenario: r.Scenario, Seed: r.Seed, Faults: r.Faults, Steps: r.Steps})
		return Replay{Result: result}, err
	}
	recording, err := r.recording(dir)
	if err != nil {
		return Replay{}, err
	}
	return recording.Replay(0)
}

// recording is that of the row, in the folder.
func (r *Row) recording(dir fs.FS) (*Recording, error) {
	text, err := fs.ReadFile(dir, r.File)
	if err != nil {
		return nil, err
	}
	recording, err := ParseRecording(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.File, err)
	}
	return &recording, nil
}

// Trim returns the text of the row's recording without the decisions that nothing asks
// for any more. It may guard less than it did: what was found with it should be found with
// it still.
func (r *Row) Trim(dir fs.FS) (string, error) {
	recording, err := r.recording(dir)
	if err != nil {
		return "", err
	}
	replay, err := recording.Replay(0)
	if err != nil {
		return "", err
	}
	recording.trim(replay.Fits)
	return recording.String(), nil
}

// same tells that two rows are of the same run.
func (r *Row) same(other Row) bool {
	return r.Seed == other.Seed && r.File == other.File && r.Scenario == other.Scenario && r.Faults == other.Faults && r.Steps == other.Steps
}

var (
	// ErrIllegal is matched by the error of a row that does not belong into a corpus.
	ErrIllegal = errors.New("scenarios: not for the corpus")

	// ErrRotten is matched by the error of a row whose recording has decisions that nothing
	// asks for any more, or names an image that no crash leaves: it is not the run that it was.
	ErrRotten = errors.New("scenarios: rotten")
)

// Graduate carries the row out twice and returns it with what it came to, if both runs
// agree and pass, which is what makes an outcome legal. Otherwise the error matches
// [ErrIllegal], or [ErrRotten] if that is all that is wrong.
func (r Row) Graduate(dir fs.FS) (Row, Replay, error) {
	first, err := r.Run(dir)
	if err != nil {
		return r, first, err
	}
	r.Scenario, r.Faults, r.Steps = first.Scenario, first.FaultMode, first.Steps
	second, err := r.Run(dir)
	switch {
	case err != nil:
		return r, first, err
	case difference(first.Result, second.Result) != "":
		return r, first, fmt.Errorf("%w: two runs of %v differ: %s", ErrIllegal, r, difference(first.Result, second.Result))
	case first.Verdict != Pass:
		return r, first, fmt.Errorf("%w: %v ends with %s, %s", ErrIllegal, r, first.Verdict, first.Signature())
	}
	r.Digest, r.Outcome = first.Digest, first.Outcome
	if len(first.Lost) > 0 {
		return r, first, fmt.Errorf("%w: no crash leaves image %s", ErrRotten, first.Lost[0])
	}
	if n := first.Count(sim.Rotten); r.File != "" && n > 0 {
		return r, first, fmt.Errorf("%w: nothing asks for %d of %d decisions", ErrRotten, n, len(first.Fits))
	}
	return r, first, nil
}

// Verified is a row that was carried out again.
type Verified struct {
	Was, Now  Row
	Decisions int     // of its recording
	Fit       sim.Fit // the worst of them
	Err       error   // it does not pass any more, or is rotten; nil = at most another digest or outcome, legal too
}

// Moved tells that the row is not what it was.
func (v *Verified) Moved() bool { return v.Err != nil || v.Now != v.Was }

// VerifyCorpus carries out every row twice.
func VerifyCorpus(dir fs.FS, rows []Row) []Verified {
	all := make([]Verified, len(rows))
	for i, row := range rows {
		now, replay, err := row.Graduate(dir)
		all[i] = Verified{row, now, len(replay.Fits), replay.DecisionsFit(), err}
	}
	return all
}

// AddRow adds a row that has graduated, unless its run is there.
func AddRow(rows []Row, row Row) ([]Row, error) {
	if slices.ContainsFunc(rows, row.same) {
		return rows, fmt.Errorf("%w: %v is there already", ErrIllegal, row)
	}
	return append(rows, row), nil
}
