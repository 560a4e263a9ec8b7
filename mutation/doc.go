// Package mutation proves that the harness would have noticed: it puts named
// defects into the engine and lets seeds find them.
//
// # Model
//
// A [Defect] is an edit of the engine's source, laid over the tree at build time:
// the production code carries no switch, and the tree is never touched. A [Hunt]
// builds the whole program with one defect and runs seeds until an oracle reports
// a violation. A defect that no seed finds is a hole in the scenarios or in the
// oracles.
//
// The packages below it do the same wholesale: package operator proposes small faults
// everywhere, and package trial puts them to the tests. It takes the defects, too, and
// the mutants that stand for those which the upstream engine's tests name: [Upstream].
//
// # Contract
//
// Each defect's text stands exactly once in its file, or [ErrStale] says that the
// edit has to follow the source. A finding is the first violation in the order of
// seeds, and within a seed of scenarios: the same for every run of one build. A
// build that fails, and a harness error, are errors and never findings.
//
// # Limits
//
// Each defect costs a build. Hunting needs the go command and a checkout of the
// module.
package mutation
