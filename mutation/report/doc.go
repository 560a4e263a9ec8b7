// Package report renders the outcome of a mutation trial: for people, as JSON lines,
// in the Stryker mutation-report schema, as a page with the viewer of that schema, as JUnit,
// and as GitHub annotations.
//
// # Contract
//
// The order is that of the verdicts, which is that of the source. Paths are relative
// to the module's root, with slashes. A writer returns the first error of its output.
//
// # Limits
//
// Times are those of the machine: they differ from trial to trial.
package report
