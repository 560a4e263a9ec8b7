package bench

import (
	"testing"
	"time"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// BenchmarkFollow appends one event at a time, in memory, to a log that a cursor waits
// on, and measures from when the append begins to when the cursor has it. Beside it
// stands the way of a value through a channel to a goroutine that waits for it.
func BenchmarkFollow(b *testing.B) {
	s, err := core.Open(ctx, afero.NewMemMapFs(), "/log", core.Config{})
	must(b, err)
	defer s.Close()
	cursor, err := s.Cursor(core.Region{}, core.CursorConfig{})
	must(b, err)
	got, values := make(chan time.Time), make(chan int)
	go func() {
		defer close(got)
		for {
			batch, err := cursor.Pull(ctx, 1, time.Hour)
			if err != nil || len(batch) == 0 {
				return
			}
			got <- time.Now()
		}
	}()
	received := make(chan time.Time)
	go func() {
		for range values {
			received <- time.Now()
		}
	}()
	defer close(values)

	const settle = 100 * time.Microsecond // until the reader waits again
	var appending, following, passing time.Duration
	for b.Loop() {
		time.Sleep(settle)
		start := time.Now()
		_, err := s.Append(ctx, event([]byte("x")))
		appended := time.Now()
		must(b, err)
		appending += appended.Sub(start)
		following += (<-got).Sub(start)
		time.Sleep(settle)
		start = time.Now()
		values <- 1
		passing += (<-received).Sub(start)
	}
	per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(b.N) }
	b.ReportMetric(per(appending), "append-us")
	b.ReportMetric(per(following), "follow-us")
	b.ReportMetric(per(passing), "channel-us")
	b.ReportMetric(0, "ns/op")
}
