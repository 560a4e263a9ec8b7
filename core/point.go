package core

// Point names a yield point: a place in the engine where a simulation may switch
// tasks. Production passes over it.
type Point string

// The yield points, each named after the step that comes next. The brackets say
// what another task can do there that it could not do a step earlier.
const (
	PointAppendReserved  Point = "append/reserved"  // sequences are taken, nothing is written
	PointAppendWritten   Point = "append/written"   // the frame is in the file, not in the index
	PointSyncCaptured    Point = "sync/captured"    // the mark is read, the sync has not begun
	PointSyncDone        Point = "sync/done"        // the disk has answered, the durable mark is old
	PointSegmentCreated  Point = "segment/created"  // the new segment has its name, which is not durable
	PointPublishSnapshot Point = "publish/snapshot" // readers can see the events, nobody was woken
	PointPollQueried     Point = "poll/queried"     // the entries are chosen, the cursor has not moved
	PointPullEmpty       Point = "pull/empty"       // nothing was found, the task has not parked
	PointWorkerPolled    Point = "worker/polled"    // the batch is out, the handler was not called
	PointWorkerAccepted  Point = "worker/accepted"  // the handler accepted, nothing is saved
	PointWorkerSaved     Point = "worker/saved"     // the checkpoint is saved, the worker goes round
	PointFenceResolved   Point = "fence/resolved"   // the outcome is durable, readers do not know
	PointDropDecided     Point = "drop/decided"     // nobody is shown what is to go, all of it is there
	PointDropDurable     Point = "drop/durable"     // the log begins later, nothing is removed
	PointRecoverScanned  Point = "recover/scanned"  // the journal is read, its tail is uncut
	PointRecoverSynced   Point = "recover/synced"   // the journal is cut and durable, nothing is visible
)

// Points lists every yield point of the engine, in the order of the constants,
// so that a simulation can tell which it has never reached.
func Points() []Point {
	return []Point{
		PointAppendReserved, PointAppendWritten, PointSyncCaptured, PointSyncDone, PointSegmentCreated,
		PointPublishSnapshot, PointPollQueried, PointPullEmpty, PointWorkerPolled,
		PointWorkerAccepted, PointWorkerSaved, PointFenceResolved, PointDropDecided, PointDropDurable,
		PointRecoverScanned, PointRecoverSynced,
	}
}
