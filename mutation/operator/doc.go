// Package operator finds the mutants of a type-checked package: every small fault
// that a list of rules can put into its source.
//
// # Model
//
// An [Operator] is one rule, such as "a comparison loses its boundary". A [Mutant]
// is one edit that an operator proposes: a range of one file and the text that takes
// its place. Two operators that propose the same edit make one mutant, named after
// the one that stands first in [All]; the rules of durable storage come first, for
// their names say more.
//
// # Contract
//
// The mutants of a package depend on its source alone and come in the order of the
// source. The ID of a mutant is made of its package, function, operator, the text of
// its line, and the edit, not of where the line is: it stays while the line does, and
// equal edits of equal lines of one function are told apart by their order.
//
// # Limits
//
// What is proposed parses, but need not compile. Files that are generated, import
// "C", or end in _test.go have no mutants.
package operator
