// Package sim runs concurrent code under a deterministic scheduler: one seed fixes every interleaving, every timer and
// every kill of a run, so that a failure that strikes once in a million schedules strikes again at will.
//
// # Start here
//
// [Test] in a test of your own runs a body under many schedules, shrinks what fails to the few decisions that matter,
// saves these as a script that is tried first from then on, and prints one line that runs it again:
//
//	func TestTransfer(t *testing.T) {
//		sim.Test(t, func(s *sim.Sim) {
//			bank := newBank(s)                 // takes its locks from s, and calls s.Yield where a switch may matter
//			s.Go("ann", func() { bank.Transfer(80) })
//			s.Go("bob", func() { bank.Transfer(80) })
//			s.JoinAll()
//			if bank.Sum() != 100 {
//				s.Failf("the sum is %d", bank.Sum())
//			}
//		})
//	}
//
// The parts it is made of can be used alone: [Sweep] tries seeds and counts what they cover, [Shrink] makes a failure
// small, [Explore] runs every schedule up to a bound, [Replay] runs a recorded one. The examples find, shrink and replay a
// lost wakeup (Example (LostWakeup)), a deadlock (Example (Deadlock)) and a check that is not valid any more when it is
// acted on (Example (CheckThenAct)).
//
// # Model
//
// A [Sim] is one run. Its tasks ([Task]) are written like goroutines, but they are coroutines: one runs at a time, and it
// runs until it reaches a place where it may be switched. These places are the calls of [Sim.Yield], [Sim.Reads],
// [Sim.Writes], [Sim.Sleep], [Sim.JoinAll], [Mutex.Lock], [Notifier.Wait], [Notifier.Notify] and [Task.Join], of their namesakes
// with a context, and of what cancels one. The stretch between two of them is atomic.
//
// A step is the choice, at such a place, of the task that goes on. A [Strategy] makes it from the tasks that can run:
// [RandomWalk], the default, [PCT], [POS], or one of your own. A step that stays with the same task costs no switch.
//
// A decision is one draw from a [Source]. Everything random in a run, the schedule and whatever the code around it
// needs (workload, faults), is drawn from a source under a label, and each label is a stream of its own. [Seed] derives the
// streams from a number, [Bytes] from the input of a fuzz target, [SourceFunc] from a generator of another library;
// [Swarm] switches labels off. [Recorder] writes the decisions down, each under a [Key] that says what the code was
// doing, and [Replay] answers from such a list, also when other code has changed, and says which decisions still fit. A
// Source that is a Strategy too decides the schedule; [Drive] joins the two.
//
// A run fails by [Sim.Failf], by a panic or in a deadlock. Its signature ([Outcome.Signature]) is the shape of that. A
// run that a bound ends is inconclusive and no failure.
//
// Virtual time starts at zero and moves only when no task can run: it then jumps to the next timer. Timers of the same
// instant fire together, in the order of their arming.
//
// [Sim.AfterFunc] starts timers that can be stopped, and a process can have a clock that jumps or runs too fast
// ([Process.Jump], [Process.Skew]).
//
// A context that the Sim makes ([Sim.WithCancel], [Sim.WithTimeout], [Sim.WithDeadline]) ends as an event of the run, and so do the
// waits that are given it ([Notifier.WaitContext], [Mutex.LockContext], [Task.JoinContext], [Sim.SleepContext]).
//
// A [Process] is a group of tasks that dies together. [Process.Kill] is a power cut: the tasks unwind where they stand, as
// if each had called [runtime.Goexit] there. Their deferred calls run; recover does not save them.
//
// Labels that the code passes ([Sim.Reachable], [Sim.Sometimes], [Sim.Watermark]) go into a catalogue over many runs
// ([Coverage]); one that is never reached fails a [Test]. [Discovery] estimates how many schedules, or states that the code
// tells by [Sim.State], have not been seen.
//
// The [Trace] is the sequence of events: what the scheduler did and what users emit. Its digest is a hash over all of
// them.
//
// # Contract
//
// The same program with the same Source and Strategy makes the same run and the same digest, in every process, at every
// GOMAXPROCS, with and without the race detector, as long as the code under test is deterministic between two places
// where it may be switched: no ranging over maps where order matters, no real clock, no real goroutines, no addresses.
//
// [Sim.Run] ends: when all tasks have ended, in a deadlock, at a bound, or at the first panic of a task, and [Outcome] says
// which. Tasks that are left then unwind as killed ones do, and no goroutine stays behind.
//
// While a killed task unwinds, its deferred calls can call anything here and nothing hangs. Yield, Sleep, Wait and Join
// return at once, Lock and Unlock do nothing, Notify and Emit work as ever, and Go starts nothing. A second call that would
// block, or the 4097th call of any kind, ends the deferred function that makes it, by Goexit, and the next deferred call
// runs. A panic in deferred code is reported like any other. The mutexes that the task held are released afterwards, for
// the sake of processes that share them; objects of a process that nobody shares die with it.
//
// Before Run and after it no task is running. Mutexes can then be locked, notifiers can notify, Yield does nothing; what
// would have to block panics. So code under test can be built and looked at outside the run.
//
// A step that switches, with its event in the digest, costs two to three bare coroutine switches and allocates nothing.
//
// [Explore] claims no more than it has run. With Reduce it relies on what the code declares (see [ExploreConfig]).
// [Shrink] returns no failure of another signature, and tells whether its result was checked to be one-minimal.
//
// # Limits
//
// Code that loops without ever calling the Sim, or blocks on a channel or a sync.Mutex that another task holds, hangs the
// run: nothing can take it off the processor. Code whose only progress is time, such as a loop around [Sim.Now], must Sleep.
//
// The race detector sees the tasks as one thread of execution, in the order of their steps; it finds no races between
// them. Interleavings inside the stretches between yield points are not explored.
//
// A context that code under test derives by package context ends with the one it is made from, but the waits refuse it, because
// its own cancel and deadline are not the run's; its Err is Canceled also after a deadline of the run. context.AfterFunc
// starts a goroutine.
//
// Goroutines that code under test starts by itself are found by [Sweep] if they are still there at its end. Real clocks
// and randomness are found only where they make two runs of one seed differ ([Twice]).
//
// A deadlock among some tasks is not seen while others run or hold timers; the bounds end such a run.
//
// Run must not be called on a goroutine that is locked to its thread. A Sim is not safe for use by real goroutines.
package sim
