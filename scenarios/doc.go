// Package scenarios runs the engine of package core, unchanged, on the disk of
// package simfs under the scheduler of package sim, hurts it, and says whether it
// kept its promises.
//
// # Model
//
// A run ([Run]) is fixed by a [Config]: a [Scenario], a seed, how hard the disk is
// ([Faults]), and how much there is to do. Every decision that could go either way
// is drawn from one sim.Source under a label: the shape of the run, its workload,
// its faults, where it is cut, what survives of the unsynced, which task goes next.
//
// A run has several incarnations, lives of one process. In each the store is
// opened, producers append and fence, consumers pull or work and commit, some of them with
// contexts that end before the call is done, until the process is killed at a yield point or an operation of the disk, or comes to its
// end. Between two incarnations the power goes, and the disk keeps what its contract makes
// it keep and some of the rest; or the process alone dies, and the page cache lives
// on. Other files may be put in the place of checkpoints. The last incarnation is the
// liveness phase: no faults, no crash, and everything must drain.
//
// What an outsider can see of this is the history, a list of [Event]. An [Oracle]
// watches it and says what must hold; [Oracles] names all of them. What it finds is
// a [Violation], whose signature is the same for failures that are likely one bug.
// Oracles share a ledger of what was appended, acknowledged, shown and accepted.
//
// A [Result] is what a run came to: a [Verdict], an [Outcome] of the last recovery,
// the digest of the trace, and [Counters] of what was exercised. A [Sweep] is many
// runs, folded into a [Summary].
//
// A [Recording] is a run as text: the decisions that are not the plainest, what each is
// about, and what came of the run. It is replayed, shrunk, edited, and turned into a Go
// test. [Explore] takes the closed workload of a scenario through every schedule to a
// bound, every crash image and every crash in the recovery, and says in a
// [Certificate] what it has covered.
//
// # Contract
//
// The same Config and build give the same Result, to the last event of the trace:
// in every process, at every GOMAXPROCS, with and without the race detector. A
// Source that replays what a recorder took down gives the same Result too.
//
// Pass means that no oracle objected, that the log was recovered or refused with a
// typed error, and that what was recovered drained. Violated is a finding about the
// engine, a panic or a deadlock of its code among them. Inconclusive means that a
// bound of the scheduler was hit. HarnessError is our own fault. Nondeterministic,
// which only a sweep that carries out every run twice can tell, means that the first
// promise above is broken; the Reason shows the first event that differs and the
// events around it in both runs.
//
// The error of Run, and of Sweep, is about the configuration, and names the legal
// values. Run never panics because of what the engine does.
//
// Under a disk that drops syncs, which only [FaultsHeavy] has, less can be asked:
// what was acknowledged may be lost, and a saved position with it; a checkpoint that
// was removed or replaced may come back; a journal or a checkpoint may be refused as
// damaged or unproven. Everything else still holds, and above all nothing may be
// skipped in silence: what the recovered log holds, every consumer accepts. Any other
// fault loosens nothing but whether a call succeeds.
//
// To add a scenario, write a file scenario_x.go with one Scenario value, its closed
// workload in it, and name it in [All]. To add an oracle, write oracle_x.go, name it in allOracles, and give the
// test of the oracles a history that makes it fire. To add a fault, teach simfs its
// effect, draw it in drawFault, and name it in [Effects]; the tests then want to see
// it strike. New draws go under a label of their own, or at the end of a stream,
// so that old seeds keep their meaning as far as possible.
//
// The examples show a run, its replay, an oracle at work on a history made by hand,
// and the engine in a simulation of one's own.
//
// # Limits
//
// A run passes over what it did not try. The counters, the faults by effect and the
// yield points by name say what it tried; the tests see to it that some hundred runs
// together try everything.
//
// Tasks switch at the engine's yield points, at operations of the disk, and where
// they lock, wait, notify or sleep. Races within the stretches between these, and
// whatever the Go memory model allows there, are for the race detector to find.
//
// One process has the log open at a time. The disk behaves as posix-strict does, and
// never returns bytes that were not written to it: no bit rot, no misdirected write.
//
// The golden trace in testdata moves with every change of what a run does; the test
// with -update rewrites it.
package scenarios
