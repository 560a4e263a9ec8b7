package scenarios

// The labels of the harness's decisions: one stream for each concern, so that a
// new draw in one does not shift another.
const (
	labelShape    = "shape"    // how large a run is: tasks, incarnations, consumers
	labelSegment  = "segment"  // how large the files of the journal are
	labelPatience = "patience" // which calls have a context that ends, and when
	labelKeep     = "keep"     // which operations are carried out, and which consumers take part
	labelReading  = "reading"  // how a consumer with a cursor reads
	labelWorkload = "workload" // what producers and consumers do
	labelFault    = "fault"    // which faults are planned
	labelCrash    = "crash"    // where an incarnation ends
	labelStall    = "stall"    // where a task is held up
	labelIdentity = "identity" // the engine's random identities
)
