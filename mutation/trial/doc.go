// Package trial puts the mutants of a Go module's packages to its tests, and tells
// which of them no test notices.
//
// # Model
//
// A [Trial] compiles a package's tests once, with every mutant inside behind a
// switch, and beside that one build for each mutant that cannot share. A *suite* is
// one such test binary. Its unmutated run must pass; then each of its tests runs
// alone, to measure how long it takes and which mutants it reaches. A mutant is run
// under the tests that reach it, the quick ones first, until one fails: that test
// killed it. A mutant that survives is run under the rest of the suite too.
//
// # Contract
//
// The tree is never written to: sources are laid over it at build time, and every
// worker runs tests in its own copy of the module with its own temporary directory,
// put back in order after each run. A failure is a kill only if it comes again when
// the same tests run again; a build that fails is never a kill and makes its mutant
// invalid, not the trial. A mutant hangs, and is killed, when it passes more guards than
// [StepsFloor] and [LimitFactor] times what the unmutated tests passed, which is the
// same on every machine where the tests are deterministic; a seed, when the bound of
// its simulation is hit; and what comes to no guard, when it takes longer than [LimitFloor]
// and [LimitFactor] times what the tests took, and again what they take at that moment. Verdicts do not depend on the number of
// workers and come in the order of the source.
//
// A survivor that leaves out a lock is put to the tests that reach it once more under the
// race detector, if the system has one.
//
// A [Named] mutant is one that someone wrote. If an operator proposes it too, it is
// that operator's mutant.
//
// # Limits
//
// Equal object code is looked for among survivors only, and mutants whose edit moves
// lines are never taken for equal where the code knows its lines. Tests that read
// files outside of the module, talk to a network or keep state elsewhere share it. The
// cache does not see files outside of the folders of the packages that a suite is
// built from, nor modules that a replace directive takes from a folder elsewhere.
// On systems other than Unix a hanging test's children are not ended with it, and
// memory is not bounded.
package trial
