// Package archtest reads the source of this module and says where it breaks the
// rules of the house: which package may import which, and what code that a
// simulation runs must not do.
//
// # Model
//
// [Load] parses every Go file of a module. A [House] holds the rules: rooms, which are
// folders with what they may import, and bans, which name what must not stand in a
// set of files. [House.Check] returns the [Finding] of every breach. An [Exception]
// lifts one ban in one file and says why.
//
// # Contract
//
// Files are read and parsed in this process, so that a cached test result goes stale
// when a file changes. Names are resolved as the compiler does: an import under
// another name is found, a variable that hides a package is not taken for it. Files
// are not filtered by build tags. Findings come ordered by file and line.
//
// An exception that lifts nothing is itself a finding, and so is a folder that no
// room stands for: the rules cannot rot unseen.
//
// The example checks one bad file.
//
// # Limits
//
// Types of other packages are not known: a method that a banned function hides
// behind, in a package outside the module, is not seen. Whether the body of a loop
// over a map minds the order, no rule can tell; the ban on unordered keys finds the
// commonest case only.
package archtest
