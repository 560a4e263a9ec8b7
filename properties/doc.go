// Package properties holds what must be true of the engine for every input, as
// tests: go test ./properties.
//
// # Model
//
// A property draws its inputs with rapid, which shrinks what fails. There are three
// kinds. The first is about one thing: identities of regions, the bytes of a
// checkpoint, gaps, what a cursor returns. The second is a state machine: operations
// on a store that is crashed, restarted and opened again, against a plain model, a
// list of frames. The third is about whole simulations: rapid makes every decision of
// a run of package scenarios, and so shrinks schedule, faults and workload together.
//
// # Contract
//
// Each property stands in a file named after it, and goes red when the engine is
// broken accordingly. A failure prints one line that repeats it; rapid keeps it below
// testdata/rapid and tries it first from then on.
//
// The inputs are new ones each time; -rapid.seed fixes them. -rapid.checks sets how
// many are tried, and properties that need more of them than others try a multiple of
// it. With -short there are fewer.
//
// # Limits
//
// The model of the state machine knows one task and an honest disk. Interleavings
// and disks that lie are for whole simulations.
package properties
