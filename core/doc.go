// Package core is an embedded event log: events are appended to files, become
// durable in one order, and are delivered, at least once, to consumers that
// remember where they were.
//
// # Model
//
// A [Store] is an open log. An [Event] belongs to a [Coordinate], an entity within
// a scope, and has a [Kind], a lane and a payload. Appending gives it a sequence,
// its place in the one commit order, and makes it an [Entry]. A lane is a label
// within that order, not an order of its own.
//
// A batch is the events of one append: after a crash all of it is there or none.
// A [Fence] is a visibility barrier around several appends: readers see all its
// events once it is committed, and never one once it is cancelled. A [Frontier]
// holds the watermarks of the log: allocated, written, durable, visible.
//
// On the disk a log is a directory of segments, files that end where they reach
// [Config].SegmentBytes. The oldest are dropped by [Store.DropBefore], whole, when nobody
// needs them. FORMAT.md shows every file byte by byte.
//
// A [Region] says which events a consumer is for. A [Cursor] reads a region in
// commit order, by polling or by waiting; a [Worker] runs a cursor in a task of its
// own and hands batches to a [Handler]. A [Checkpoint] is the durable position of
// either under a [CheckpointID], bound to its region, to the [Lineage] of its log,
// and to the very event that it stands on.
//
// The package asks the machine for an afero.Fs and for a [Runtime], and touches
// nothing else: a simulation that brings both decides everything that could go
// either way.
//
// # Contract
//
// Acknowledged: an append that returned nil is durable and visible, or with
// [AckWritten] written; the next Sync, fence outcome or Close makes that durable
// too. What is durable survives every crash, with its sequence. An append that
// failed may be found after a crash, whole, or not; one that was refused is not.
//
// Visible never passes durable: what any reader has seen, no crash takes back. A
// reader that waits wakes at the publish, not at its deadline.
//
// Delivery is at least once and in order, never exactly once. Within one life of a
// cursor each event of its region comes once, by ascending sequence. With a
// checkpoint id it resumes after what was last committed: after a crash, a panic of
// the handler or a rollback events come again, and none is skipped. A handler must
// be able to bear a repetition; [AtLeastOnce] is what says so in the types. Where an
// effect must happen once, keep the sequence beside it, in one transaction, and pass over
// what is not above it.
//
// Appends are made repeatable by [Event].Key: who does not know whether one went well
// appends the same again, and within [Config].KeyWindow gets the first receipt. An outbox
// rests on that; the example shows one over a crash.
//
// The package fails closed: a file that is damaged, foreign, or of a later version
// is a typed error, and so is a checkpoint that the log cannot vouch for. Nothing
// restarts at zero by itself, and nothing durable is cut; [Store.RemoveCheckpoint] and
// [Repair] are for an operator to call.
//
// After a failure that leaves unknown what the disk holds, a failed sync above all,
// the log is poisoned: it writes and promises nothing more, and goes on serving
// what is durable. Opening it again finds out.
//
// Calls that can wait take a context and return as soon as it ends. Before anything is
// written they leave nothing behind; after that the error is [ErrUnconfirmed], and of
// [Cursor.Commit] and [Store.RemoveCheckpoint] [ErrCheckpointIndeterminate]. An operation
// of the filesystem cannot be called off, so what was begun goes on in a task of its own:
// a sync, a rotation, a drop, the save of a checkpoint, the read of a batch that nobody
// gets. Two wait for the disk all the same: an append for the one write that puts its frame
// into the page cache, as it must say whether the events stand; and [Open], which reads one
// segment after the other and looks at its context between them, as it must not leave
// the log locked behind it.
//
// A store that is opened with Config.ReadOnly writes nothing. It may stand beside one
// that does, on another process's files: it shows what was durable when it was opened,
// and syncs what it shows first. Events of a fence that is open then stay hidden from
// it.
//
// # Errors
//
// Each is met with errors.Is. Those that name a place or a value come in a typed error:
// look for [JournalError], [CheckpointError], [MismatchError], [LockedError], [PanicError],
// [CoordinateError], [KindError], [ClockRangeError] with errors.As. A [SequenceGateError],
// within ErrPoisoned, is a fault of the engine: report it.
//
//   - context.Canceled, context.DeadlineExceeded, alone: the context ended first, and
//     nothing was done. Beside one of the errors below that one counts.
//   - [ErrUnconfirmed]: the context ended while an append, or the outcome of a fence,
//     waited for its sync. Call [Store.Sync] to be sure, or append again: under the same
//     key that appends nothing twice, without one you must bear both. Or it ended while
//     a drop was at work, which goes on: drop again.
//   - [ErrPoisoned]: a write or sync failed and nobody knows what the disk holds. Close
//     the store and open it again: recovery finds out. What was acknowledged is there.
//   - Any other error of an append, as of a full disk: it was taken back. Make room and
//     append again.
//   - [ErrClosed]: the store or cursor was closed. End the task.
//   - [ErrReadOnly]: the store was opened to be looked at. Open it without ReadOnly.
//   - fs.ErrNotExist of Open with ReadOnly, of Inspect, Verify: there is no log. Look at the
//     directory's name.
//   - [ErrDropped]: the store that has the log open dropped the event. Open it again.
//   - [ErrLocked]: another store has the log open. Its [LockedError] says who: close it.
//   - [ErrFenceActive]: a fence of another's is open. Wait for its outcome, and try again.
//   - [ErrFenceNotActive]: this fence has had its outcome. Begin another.
//   - [ErrKeyConflict], [ErrKeysMixed]: give other content another key, try a batch
//     again as it was, and give all its events a key or none.
//   - [ErrTooLarge]: split the batch, or keep the payload elsewhere. [ErrReservedKind],
//     [ErrCategoryRange], [ErrTypeRange], [ErrInvertedClock], [ErrEmptyName], [ErrTooLong],
//     [ErrNulByte], [ErrControlChar], [ErrPathTraversal], [ErrForbiddenSeparator]: the
//     caller's values are illegal. Correct them; nothing was written.
//   - [ErrJournalCorrupt]: what was durable is not there any more. Look at the disk, see
//     with [Inspect] how much is left, and restore a copy; where there is none, [Repair]
//     keeps what is before the damage. [ErrJournalFuture]: run the later version that
//     wrote the log.
//   - [ErrTornTail]: [Verify] met what Open would cut off. Open the log, or have [Repair]
//     keep the bytes first. [ErrUnrepairable]: nothing sound is left. Restore a copy.
//   - [ErrRegionMismatch], [ErrLineageMismatch], [ErrIDMismatch], [ErrCheckpointUnproven]:
//     the checkpoint was saved for another region, log or id, or for events that this log
//     does not hold. If the consumer is to begin anew: [Store.RemoveCheckpoint].
//   - [ErrCheckpointCorrupt], [ErrNotRegular]: the file is damaged, or no file. As before,
//     or restore a copy. [ErrCheckpointFuture]: run the later version that saved it.
//   - [ErrCheckpointInvalid]: the id is empty, or too long. Choose another.
//   - [ErrCheckpointIndeterminate]: the save may have taken place, or is still under way.
//     Commit again, or open the cursor again: either position is a true one.
//   - [ErrCheckpointLeased]: another consumer uses the id. Close that one first.
//   - [ErrNoCheckpoint]: the cursor was made without an id. Give it one to commit.
//   - [ErrRestartsExhausted]: the handler panicked too often; its [PanicError] has the
//     stack. Mend the handler, and start a worker: it gets the batch again.
//   - [ErrHandlerExited]: the handler ended its goroutine. It must return instead.
//
// # What upstream got wrong, and what happens here
//
// The engine follows batpak, written in Rust, whose flaws cost events. The tests
// that meet a flaw name its number.
//
//   - consumers were shown events before they were durable, so that a
//     checkpoint outlived what it counted. Here visible follows durable, and a
//     checkpoint carries the hash of its event, which the log must hold.
//   - recovery closed the holes of failed batches and so renumbered. Here
//     sequences are in the frames.
//   - the parts of an unfinished batch took later, acknowledged events
//     with them. Here a batch is one frame, under one checksum.
//   - retention renumbered what it kept, and checkpoints pointed at other events.
//     Here whole segments go, what stays keeps its sequences, and [Store.DropBefore]
//     stops at what somebody still needs.
//   - a poll moved its cursor over events that it then dropped. Here it
//     chooses from one snapshot, returns what it chose, and stands on the last of it.
//   - an open fence did not survive a crash, a cancelled one could, and an
//     append that raced a fence showed its events. Here outcomes are durable frames,
//     the check is under the writer's lock, and no publish passes an open fence.
//   - a torn tail stayed in place, or refused to open. Here it is cut and
//     the cut made durable, and a tail of zeros is a torn tail like any other.
//   - after a failed write the journal went on behind its remains. Here
//     it is cut back, or poisoned if that fails.
//   - checkpoints had no checksum. Here every bit is covered, and nothing but
//     the one encoding is accepted.
//   - positions were believed whatever the log, and two regions could share an
//     identity. Here lineage, event and region must agree, and identities are
//     injective.
//   - directories were not synced, temporary files stayed, one id served two
//     consumers. Here they are, they are swept, and an id is leased.
//   - each batch cost a save of its checkpoint, and that three syncs. Here a save
//     syncs the file and the name, once each, and a [Cadence] lets batches share one.
//   - a field of the checkpoint was meant to tell lives of a process apart, and
//     never did. Here there is none; the lineage tells logs apart, and generations
//     ascend over all lives.
//   - each poll sorted all that was left. Here it searches a list in order.
//   - an exhausted worker ended without an error, Stop waited out its sleep,
//     and a batch size of zero hung. Here Join says why, Stop wakes it, zero is 64.
//   - gaps were reported twice. Here there is one list of cancelled ranges.
//   - a lane could be shown beyond the log. Here no lane bound passes visible.
//   - a failed append counted as written, and the next one as durable. Here a
//     sync covers what was written, and confirmed, before it began.
//
// # Limits
//
//   - Of every event some 190 bytes stay in memory, its payload does not, until
//     [Store.DropBefore] drops it; 350 more where it is the only one of its entity, and
//     what Config.KeyWindow says where it has a key (core/bench, BenchmarkMemory).
//   - Open does not read a segment of the log that is full and has a snapshot, which
//     Close writes: damage in it that leaves its size and its header as they were is
//     found when a payload is read, and by [Verify]. Snapshots may be deleted at any
//     time; after a crash Open reads what became full since the last Close.
//   - One process, and in it one Store, may have a directory open. On files with a
//     descriptor the system sees to that (flock, LockFileEx), and lets go when the
//     process dies; a network filesystem may not. On other filesystems a list within
//     the process does, by the identity of the afero.Fs; under a simulation's runtime
//     nothing does.
//   - Files of the log are not opened through symbolic links. Where the system has no
//     O_NOFOLLOW, a link that is put in place between the look and the opening is
//     followed.
//   - A log holds fewer than 2^32 entries, and as many on a lane of one entity.
//   - A flipped bit in frames that no later frame testifies for looks like a torn
//     tail, and they are cut: the frames of the last sync, and what was written since.
//     A checkpoint that stands on one of them is then refused. [Repair], called before
//     Open, keeps the bytes.
//   - Sequences of appends that failed or were lost unsynced stay unused in this life
//     of the log and may be assigned after a reopen. No reader has seen them.
package core
