package core

import (
	"fmt"
	"time"
)

// Cadence says when a worker saves its checkpoint: once any of the bounds that are
// set is reached, and always when it ends. The zero value saves after every batch. A
// crash delivers again what was accepted and not saved.
type Cadence struct {
	Events   int           // accepted since the last save
	Bytes    int64         // of their payloads
	Interval time.Duration // since the first of them was accepted
}

func (c Cadence) validate() error {
	if c.Events < 0 || c.Bytes < 0 || c.Interval < 0 {
		return fmt.Errorf("batpak: WorkerConfig.Cadence: Events %d, Bytes %d and Interval %v must not be negative", c.Events, c.Bytes, c.Interval)
	}
	return nil
}

// unsaved is what a worker has accepted since its last save.
type unsaved struct {
	events int
	bytes  int64
	since  time.Duration // when the first was accepted, in monotonic time
}

func (u *unsaved) add(batch []Entry, now time.Duration) {
	if u.events == 0 {
		u.since = now
	}
	u.events += len(batch)
	for i := range batch {
		u.bytes += int64(len(batch[i].Payload))
	}
}

// due reports whether it is time to save.
func (c Cadence) due(u unsaved, now time.Duration) bool {
	switch {
	case u.events == 0:
		return false
	case c == Cadence{}:
		return true
	}
	return c.Events > 0 && u.events >= c.Events || c.Bytes > 0 && u.bytes >= c.Bytes || c.left(u, now) <= 0
}

// left is how long the next save may wait, if time alone makes it due.
func (c Cadence) left(u unsaved, now time.Duration) time.Duration {
	if c.Interval == 0 || u.events == 0 {
		return forever
	}
	return c.Interval - (now - u.since)
}
