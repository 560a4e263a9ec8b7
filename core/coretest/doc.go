// Package coretest checks that the engine of package core keeps its promises on
// the filesystem and the runtime of its caller.
//
// # Model
//
// An [Env] is a machine: a filesystem, a directory on it, and a runtime. [Run]
// runs each check as a subtest of its own, on an Env of its own. The checks go
// through the public interface of core and through files below the directory.
//
// # Contract
//
// The same checks run on a real disk with goroutines, under the race detector,
// and within one task of a simulation. So they start tasks through the Env's
// runtime only, they wait only by joining a task, by pulling, or on a notifier of
// the runtime, and they measure its time. What they say of time holds on a busy
// machine too: a wait that must be short is given ten seconds, not an instant.
//
// # Limits
//
// Nothing here cuts the power. The checks damage files between two lives of a
// store; what a crash may leave of unsynced writes is for a simulation to try.
package coretest
