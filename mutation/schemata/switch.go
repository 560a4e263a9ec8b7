package schemata

import "fmt"

// What the switch reads from its environment.
const (
	EnvMutant  = "BATPAK_MUTANT"  // number of the mutant that is on
	EnvReached = "BATPAK_REACHED" // path of a file that gets a 1 at the offset of each number whose guard is reached
)

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
var On = number(os.Getenv(%[2]q))

var reached = open(os.Getenv(%[3]q))

var seen [%[4]d]uint32

// At tells which of the n mutants from first is on: 1 for first, 0 for none.
func At(first, n uint32) uint32 {
	if On-first < n {
		return On - first + 1
	}
	if reached != nil {
		reach(first)
	}
	return 0
}

func reach(first uint32) {
	if atomic.LoadUint32(&seen[first]) != 0 {
		return
	}
	atomic.StoreUint32(&seen[first], 1)
	if _, err := reached.WriteAt([]byte{1}, int64(first)); err != nil {
		panic(err)
	}
}

func number(text string) uint32 {
	n, _ := strconv.ParseUint(text, 10, 32)
	return uint32(n)
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
`, SwitchName, EnvMutant, EnvReached, last+1)
}

// SwitchName is the name of the package, and the one under which instrumented files
// import it.
const SwitchName = "mutationswitch"
