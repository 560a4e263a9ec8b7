package scenarios

// Counters say what a run exercised.
type Counters struct {
	Appends         uint64 `json:"appends"`        // acknowledged
	AppendsFailed   uint64 `json:"appends_failed"` // refused by an open fence, or struck by a fault
	Events          uint64 `json:"events"`         // appended, acknowledged or not
	Deliveries      uint64 `json:"deliveries"`     // events handed to consumers, repeats included
	Batches         uint64 `json:"batches"`        // deliveries as batches
	Accepted        uint64 `json:"accepted"`       // batches accepted
	Declined        uint64 `json:"declined"`       // batches rolled back or panicked on
	Saved           uint64 `json:"saved"`          // checkpoints known to be saved
	Idle            uint64 `json:"idle"`           // pulls that waited to their deadline
	FencesCommitted uint64 `json:"fences_committed"`
	FencesCancelled uint64 `json:"fences_cancelled"`
	Incarnations    uint64 `json:"incarnations"`     // of the process
	Crashes         uint64 `json:"crashes"`          // incarnations that were cut short
	RecoveryCrashes uint64 `json:"recovery_crashes"` // ... before the store was open
	PowerCuts       uint64 `json:"power_cuts"`       // incarnations after which unsynced data was lost
	AtRisk          uint64 `json:"at_risk"`          // power cuts after an incarnation that had acknowledged something
	ProcessDeaths   uint64 `json:"process_deaths"`   // incarnations after which the page cache lived on
	TailsCut        uint64 `json:"tails_cut"`        // recoveries that cut a torn tail
	Recalled        uint64 `json:"recalled"`         // segments that recoveries took from their snapshots
	OpensFailed     uint64 `json:"opens_failed"`
	Refusals        uint64 `json:"refusals"`    // checkpoints refused
	Planted         uint64 `json:"planted"`     // files put in the place of checkpoints
	Littered        uint64 `json:"littered"`    // temporary files left about
	Contended       uint64 `json:"contended"`   // tries of another to open a consumer's checkpoint
	GaveUp          uint64 `json:"gave_up"`     // calls whose context had ended when they returned
	Unconfirmed     uint64 `json:"unconfirmed"` // appends given up once they were written
	Dropped         uint64 `json:"dropped"`     // segments dropped
}

func (c *Counters) count(e *Event) {
	switch e.Kind {
	case EventBegan:
		c.Incarnations++
	case EventAttempt:
		c.Events += uint64(len(e.Events))
	case EventAcked:
		c.Appends++
	case EventFailed:
		c.AppendsFailed++
	case EventDelivered:
		c.Batches++
		c.Deliveries += uint64(len(e.Entries))
	case EventAccepted:
		c.Accepted++
	case EventDeclined:
		c.Declined++
	case EventSaved:
		c.Saved++
	case EventIdle:
		c.Idle++
	case EventFenceDone:
		if e.Commit {
			c.FencesCommitted++
		} else {
			c.FencesCancelled++
		}
	case EventOpenFailed:
		c.OpensFailed++
	case EventRefused:
		c.Refusals++
	case EventPlanted:
		c.Planted++
	case EventContended:
		c.Contended++
	case EventGaveUp:
		c.GaveUp++
	case EventUnconfirmed:
		c.Unconfirmed++
	case EventDropped:
		c.Dropped += uint64(e.Segments)
	}
}

// Add adds another run's counters.
func (c *Counters) Add(d Counters) {
	mine, theirs := c.fields(), d.fields()
	for i := range mine {
		*mine[i].Value += *theirs[i].Value
	}
}

// Counter is one counter with its name.
type Counter struct {
	Name  string
	Value *uint64
}

// fields lists the counters in the order of the struct.
func (c *Counters) fields() []Counter {
	return []Counter{
		{"appends", &c.Appends}, {"appends failed", &c.AppendsFailed}, {"events", &c.Events},
		{"deliveries", &c.Deliveries}, {"batches", &c.Batches}, {"accepted", &c.Accepted}, {"declined", &c.Declined},
		{"saved", &c.Saved}, {"idle pulls", &c.Idle}, {"fences committed", &c.FencesCommitted}, {"fences cancelled", &c.FencesCancelled},
		{"incarnations", &c.Incarnations}, {"crashes", &c.Crashes}, {"crashes in recovery", &c.RecoveryCrashes}, {"power cuts", &c.PowerCuts}, {"with acknowledged at risk", &c.AtRisk},
		{"process deaths", &c.ProcessDeaths}, {"torn tails cut", &c.TailsCut}, {"segments recalled", &c.Recalled}, {"opens failed", &c.OpensFailed},
		{"checkpoints refused", &c.Refusals}, {"files planted", &c.Planted},
		{"files littered", &c.Littered}, {"checkpoints contended", &c.Contended},
		{"calls given up", &c.GaveUp}, {"appends unconfirmed", &c.Unconfirmed},
		{"segments dropped", &c.Dropped},
	}
}
