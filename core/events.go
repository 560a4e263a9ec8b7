package core

import (
	"context"
	"iter"
)

// eventsBatch is how many events Events polls at a time.
const eventsBatch = 64

// Events ranges over the events of the region from where the cursor stands, and
// waits where there is none yet. It ends with an error: that of ctx when it ends,
// ErrClosed when the store or the cursor is closed, and what PollBatch fails with: then
// the cursor stands where it stood, and another Events goes on there.
//
// In the loop's body the cursor stands on the event in hand, so Commit saves that
// everything up to it has been dealt with, and a loop that is left goes on after it.
func (c *Cursor) Events(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for {
			batch, err := c.Pull(ctx, eventsBatch, forever)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !c.visit(batch, yield) {
				return
			}
		}
	}
}

// visit stands on each entry of a batch that was polled while it is in hand, and
// reports whether all were wanted.
func (c *Cursor) visit(batch []Entry, yield func(Entry, error) bool) bool {
	scanned := c.scanned
	for i := range batch {
		c.rewind(place{started: true, position: batch[i].Sequence, event: batch[i].Hash})
		if c.closed {
			yield(Entry{}, ErrClosed)
			return false
		}
		if !yield(batch[i], nil) {
			return false
		}
	}
	c.scanned = scanned
	return true
}
