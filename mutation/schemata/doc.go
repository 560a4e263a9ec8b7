// Package schemata writes Go source that holds many mutants at once, each behind a
// guard that a switch opens at run time.
//
// # Model
//
// A [Mutant] is an edit with a number. [Instrument] finds for each the smallest
// place that can be doubled: a condition, or statements of one list. There it puts
// a guard: the text with the edit, beside the text without. A guard is an if, never
// a closure, so that recover, defer, break and return mean in it what they meant
// before. Variables that a guarded statement declares are declared before the
// guard. The switch is [Switch], source of a package of its own that imports
// nothing of the module: Go initialises it before the code that asks it.
//
// # Contract
//
// With the switch at zero the instrumented code does what the source does. A mutant
// for which there is no such place is returned as apart: it needs a build of its own.
// [Source.Blame] tells which mutant a position of the instrumented text belongs to.
//
// # Limits
//
// Lines and columns of the instrumented code differ from those of the source, which
// code can tell that asks for its own position. Constants, types and what stands
// outside of functions cannot be doubled.
package schemata
