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
	cursor, err := s.Cursor(ctx, core.Region{}, core.CursorConfig{})
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
	var t turns
	for b.Loop() {
		time.Sleep(settle)
		start := time.Now()
		_, err := s.Append(ctx, event([]byte("x")))
		appended := time.Now()
		must(b, err)
		followed := <-got
		t.add("follow", followed.Sub(start))
		t.add("append", appended.Sub(start))
		time.Sleep(settle)
		start = time.Now()
		values <- 1
		t.add("channel", (<-received).Sub(start))
	}
	t.report(b, "us", 1)
}
