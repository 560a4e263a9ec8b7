package schemata

import "fmt"

// What the switch reads from its environment.
const (
	EnvMutant = "BATPAK_MUTANT" // number of the mutant that is on
	EnvSteps  = "BATPAK_STEPS"  // how many guards may be passed before the process ends with ExitSteps; 0 for no bound
	EnvRecord = "BATPAK_RECORD" // path of the file that a Record is read from
)

// ExitSteps is what a process exits with that has used up its steps.
const ExitSteps = 97

// Record is what a process tells of the guards it passed.
type Record struct {
	Reached map[int]bool // numbers of guards
	Steps   uint64       // passes of guards, at most; the process made more than half as many
}

// recordSteps is where in a record's file the guards begin: a 1 stands at the offset
// of n if there were 1<<n steps, and behind those at that of each guard reached.
const recordSteps = 64

// ReadRecord reads the content of a record's file.
func ReadRecord(marks []byte) Record {
	r := Record{Reached: make(map[int]bool)}
	for at, mark := range marks {
		switch {
		case mark == 0:
		case at < recordSteps-1:
			r.Steps = 2 << at
		case at >= recordSteps:
			r.Reached[at-recordSteps] = true
		}
	}
	return r
}

// Switch returns the source of the package that the guards ask, for mutants of
// number 1 to last. It is written in the Go of the first release, for it is compiled
// at the language version of the module that it is put into.
func Switch(last int) string {
	return fmt.Sprintf(`// Package %[1]s says which mutant is on.
package %[1]s

import (
	"os"
	"strconv"
	"sync/atomic"
)

// On is the number of the mutant that is on, 0 for none.
var On = uint32(number(os.Getenv(%[2]q)))

var (
	steps  uint64
	bound  = number(os.Getenv(%[3]q))
	record = open(os.Getenv(%[4]q))
	looks  = bound > 0 || record != nil
)

var seen [%[5]d]uint32

// At tells which of the n mutants from first is on: 1 for first, 0 for none.
func At(first, n uint32) uint32 {
	if looks {
		look(first)
	}
	if On-first < n {
		return On - first + 1
	}
	return 0
}

func look(first uint32) {
	n := atomic.AddUint64(&steps, 1)
	if bound > 0 && n > bound {
		os.Stderr.WriteString("no steps are left\n")
		os.Exit(%[7]d)
	}
	if record == nil {
		return
	}
	if n&(n-1) == 0 {
		power := 0
		for n > 1 {
			n >>= 1
			power++
		}
		mark(power)
	}
	if atomic.LoadUint32(&seen[first]) == 0 {
		atomic.StoreUint32(&seen[first], 1)
		mark(%[6]d + int(first))
	}
}

func mark(at int) {
	if _, err := record.WriteAt([]byte{1}, int64(at)); err != nil {
		panic(err)
	}
}

func number(text string) uint64 {
	n, _ := strconv.ParseUint(text, 10, 64)
	return n
}

func open(path string) *os.File {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0666)
	if err != nil {
		panic(err)
	}
	return f
}
`, SwitchName, EnvMutant, EnvSteps, EnvRecord, last+1, recordSteps, ExitSteps)
}

// SwitchName is the name of the package, and the one under which instrumented files
// import it.
const SwitchName = "mutationswitch"
