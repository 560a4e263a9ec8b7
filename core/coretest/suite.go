package coretest

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// Env is the machine that a check runs on.
type Env struct {
	FS      afero.Fs     // a check may create, damage and replace files below Dir
	Dir     string       // nothing stands there yet; its parent exists
	Runtime core.Runtime // the check's own task is one of its tasks
}

// Run runs every check as a subtest. For each it calls run, which makes a fresh
// Env, calls body once with it, on a task of that Env's runtime, and returns after
// body has. A check that fails for good ends that task by runtime.Goexit.
func Run(t *testing.T, run func(t *testing.T, body func(t *testing.T, env Env))) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(t *testing.T, env Env) { c.body(&fixture{T: t, Env: env}) })
		})
	}
}

// checks are all checks, by name.
var checks = []struct {
	name string
	body func(*fixture)
}{
	{"append/receipts and frontiers", appendReceipts},
	{"append/entries carry what was appended", appendEntries},
	{"append/clocks count per entity and lane", appendClocks},
	{"append/written is invisible until sync", appendWritten},
	{"append/refused events burn nothing", appendRefused},
	{"append/largest legal batch", appendLargest},
	{"append/several tasks", appendConcurrent},
	{"sync/one for all who wait", syncShared},
	{"sync/groups", syncGrouped},
	{"sync/group delay", syncDelayed},
	{"sync/failure reaches everybody", syncFails},
	{"context/ended before the call", contextEnded},
	{"context/ends during a sync", contextSlowSync},
	{"context/ends during a commit", contextSlowCommit},
	{"context/ends during a read", contextSlowRead},
	{"context/ends after the start", contextOfTheStart},
	{"context/ends during a rotation", contextSlowRotation},
	{"context/ends during a drop", contextSlowDrop},
	{"context/ends during the removal of a checkpoint", contextSlowRemoval},
	{"context/ends behind another's call", contextBehind},
	{"context/ends while parked", contextParked},
	{"context/of a handler", contextHandler},
	{"context/ends during Shutdown", contextShutdown},
	{"open/reopen keeps the log", openAgain},
	{"open/every log has a lineage of its own", openLineages},
	{"open/closed store", openClosed},
	{"tail/torn at every byte", tailTorn},
	{"tail/garbage after the last frame", tailGarbage},
	{"tail/flip in a frame that was durable", tailFlip},
	{"tail/flip in the header", tailHeader},
	{"open/read-only", readOnlyLook},
	{"files/modes", filesModes},
	{"files/links are not followed", filesLinks},
	{"files/temporary links are not followed", filesTemporaryLinks},
	{"key/repetitions", keyRepeats},
	{"key/conflicts", keyConflicts},
	{"key/cancelled", keyCancelled},
	{"key/window", keyWindow},
	{"segment/the log goes on in new files", segmentRotates},
	{"segment/larger batch", segmentOfOneBatch},
	{"segment/fence across segments", segmentFence},
	{"segment/damage", segmentDamage},
	{"segment/damage behind snapshot", segmentDamageBehindSnapshot},
	{"segment/missing", segmentMissing},
	{"segment/leftovers of a crash", segmentLeftovers},
	{"segment/illegal size", segmentConfig},
	{"cursor/order and requests", cursorRequests},
	{"cursor/later events are seen", cursorLater},
	{"cursor/regions", cursorRegions},
	{"cursor/illegal region", cursorIllegalRegion},
	{"cursor/closed cursor", cursorClosed},
	{"cursor/outlives its store", cursorOutlivesStore},
	{"events/range", eventsRange},
	{"events/end with an error", eventsEnd},
	{"pull/blocks until its deadline", pullDeadline},
	{"pull/polls once without a deadline", pullOnce},
	{"pull/wakes at publish", pullWakes},
	{"pull/foreign events do not end it", pullForeign},
	{"pull/wakes at close", pullClose},
	{"fence/commit shows all at once", fenceCommit},
	{"fence/cancel hides for ever", fenceCancel},
	{"fence/unresolved hides for ever", fenceUnresolved},
	{"fence/one at a time", fenceOne},
	{"fence/nothing under it", fenceEmpty},
	{"fence/appends race the beginning", fenceRace},
	{"gap/observations", gapObservations},
	{"gap/ring keeps the newest", gapRing},
	{"gap/worker", gapWorker},
	{"checkpoint/resumes across reopen", checkpointResume},
	{"checkpoint/uncommitted events come again", checkpointUncommitted},
	{"checkpoint/before the first event", checkpointUnstarted},
	{"checkpoint/another region", checkpointRegion},
	{"checkpoint/another log", checkpointLineage},
	{"checkpoint/log lost events", checkpointUnproven},
	{"checkpoint/corrupt", checkpointCorrupt},
	{"checkpoint/lease", checkpointLease},
	{"checkpoint/remove", checkpointRemove},
	{"checkpoint/upstream file is taken over", upstreamTakenOver},
	{"checkpoint/upstream file is refused", upstreamRefused},
	{"worker/two in one process", workerTwo},
	{"worker/panic repeats the batch", workerPanic},
	{"worker/restarts exhausted", workerExhausted},
	{"worker/restart window", workerWindow},
	{"worker/witness", workerWitness},
	{"worker/batches", workerBatches},
	{"worker/stop wakes it", workerStop},
	{"worker/close joins it", workerClose},
	{"worker/cadence", workerCadence},
	{"worker/cadence and the end", workerCadenceEnds},
	{"worker/refused configuration", workerRefused},
	{"worker/illegal answer", workerIllegalAnswer},
	{"worker/handler ends its task", workerHandlerExits},
	{"worker/checkpoint cannot be saved", workerSaveFails},
}
