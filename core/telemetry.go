package core

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Observation is one thing that a store did, for metrics.
type Observation struct {
	Kind   ObservationKind
	Events int           // of an append, or a delivery
	Bytes  int64         // of an append, as encoded
	Took   time.Duration // how long the write, sync, handler's call or save took
	Err    error         // why it failed, if it did
}

// ObservationKind says what an Observation is of.
type ObservationKind uint8

const (
	ObservedAppend   ObservationKind = iota // a batch was written, or could not be
	ObservedSync                            // a sync, and the publish that follows, for all who waited
	ObservedDelivery                        // a handler's call; Err is its panic
	ObservedSave                            // a worker's checkpoint was saved, or could not be
)

func (k ObservationKind) String() string {
	switch k {
	case ObservedAppend:
		return "append"
	case ObservedSync:
		return "sync"
	case ObservedDelivery:
		return "delivery"
	case ObservedSave:
		return "save"
	}
	return "unknown"
}

// telemetry tells the outside what happens inside, if it asked for that.
type telemetry struct {
	clock   Clock
	observe func(Observation) // nil: nobody counts
	logger  *slog.Logger      // nil: nobody reads
}

// now is the monotonic time if somebody counts.
func (t *telemetry) now() time.Duration {
	if t.observe == nil {
		return 0
	}
	return t.clock.Elapsed()
}

// count reports what began at start, as now returned it.
func (t *telemetry) count(o Observation, start time.Duration) {
	if t.observe == nil {
		return
	}
	o.Took = t.clock.Elapsed() - start
	t.observe(o)
}

// log writes one record, with the time of the runtime.
func (t *telemetry) log(level slog.Level, message string, attrs ...slog.Attr) {
	ctx := context.Background()
	if t.logger == nil || !t.logger.Enabled(ctx, level) {
		return
	}
	record := slog.NewRecord(t.clock.Now(), level, message, 0)
	record.AddAttrs(attrs...)
	_ = t.logger.Handler().Handle(ctx, record) // a log that is lost stops nobody
}

func (t *telemetry) logAppend(first uint64, err error) {
	level, message := slog.LevelWarn, "append failed and was taken back"
	if errors.Is(err, ErrPoisoned) {
		level, message = slog.LevelError, poisonedMessage
	}
	t.log(level, message, slog.Uint64("sequence", first), errAttr(err))
}

const poisonedMessage = "journal poisoned: open the log again"

func errAttr(err error) slog.Attr { return slog.String("error", err.Error()) }
