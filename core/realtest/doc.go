// Package realtest kills the engine on a real disk. It holds tests only, in a module
// of its own, so that the library needs none of what they need.
//
// # Kills
//
// A child process opens a log and puts it under load: several producers append single
// events, batches and fences, and a worker with a checkpoint writes what it handles to
// a file of its own. The child is killed with SIGKILL at a random moment, during
// recovery too, and the parent opens what is left. It must find
//
//   - every append that the child had reported as acknowledged, with its sequence;
//   - nothing of a fence that was cancelled or not committed;
//   - the events of the lives before, unchanged, but for those that the child had dropped,
//     all of which were handled;
//   - nothing handled that the log does not hold, under the same sequence;
//   - a checkpoint that stands on nothing, and behind nothing, that was not handled.
//
// The child drops old segments all the time. Segments are small in some lives, so that kills strike while one is begun. The next
// child goes on with the same log, and each log ends with a life that is not killed
// and in which every event must come to be handled: at-least-once.
//
// A killed process keeps its page cache, so this says nothing about power cuts. Those
// are what the simulation is for. The moments of the kills do not repeat; the loads do,
// by -seed.
//
//	go test -run Kill -kills 500 -v
//
// # Full disks
//
// A log on a tmpfs of 2 MiB, where the user may mount one, or under a limit on the size
// of files, runs into the end of its space: what was acknowledged stays, the error is
// the system's, and once there is space again the same store goes on, and so does the
// next.
package realtest
