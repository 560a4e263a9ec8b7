package bench

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// load is one way to append; it returns how many events it appended.
type load struct {
	name  string
	run   func(contender) (int, error)
	bare  func(contender) (int, error) // for the bare system calls, if it differs
	delay time.Duration                // the engine's Config.GroupDelay
}

const (
	producers = 8
	group     = 64
)

var loads = []load{
	{name: "single", run: func(c contender) (int, error) { return 1, c.append(1) }},
	{name: "batch=64", run: func(c contender) (int, error) { return group, c.append(group) }},
	{name: "sync-every=64", run: func(c contender) (int, error) {
		for range group {
			if err := c.write(); err != nil {
				return 0, err
			}
		}
		return group, c.sync()
	}},
	{name: "producers=8", run: together, bare: grouped},
	{name: "producers=8/grouped", run: together, bare: grouped, delay: 2 * time.Millisecond},
}

// grouped appends as many events as together, as a perfect group commit does.
func grouped(c contender) (int, error) {
	for range rounds {
		if err := c.append(producers); err != nil {
			return 0, err
		}
	}
	return producers * rounds, nil
}

// rounds is how many events each of several producers appends.
const rounds = 8

// together appends from several goroutines, each event durable before the next of the
// same goroutine.
func together(c contender) (int, error) {
	var wait sync.WaitGroup
	failures := make([]error, producers)
	for p := range producers {
		wait.Go(func() {
			for range rounds {
				if err := c.append(1); err != nil {
					failures[p] = err
					return
				}
			}
		})
	}
	wait.Wait()
	for _, err := range failures {
		if err != nil {
			return 0, err
		}
	}
	return producers * rounds, nil
}

// shared is bbolt with transactions that wait for others and share their sync.
type shared struct{ *boltDB }

func (d shared) append(count int) error { return d.batch(count) }

// BenchmarkAppend has the contenders append in turns. It reports the time for an event
// of each, and what the engine takes in units of the others.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 64, 4096} {
		for _, l := range loads {
			b.Run(fmt.Sprintf("payload=%d/%s", size, l.name), func(b *testing.B) { appendInTurns(b, size, l) })
		}
	}
}

func appendInTurns(b *testing.B, size int, l load) {
	payload := make([]byte, size)
	db := newBolt(b, payload)
	var joined contender = db
	if l.bare != nil {
		joined = shared{db}
	} else {
		l.bare = l.run
	}
	engine, direct := newEngine(b, payload, l.delay), newBare(b, payload)
	var t turns
	appended := 0
	appending := func(run func(contender) (int, error), who contender) func() {
		return func() {
			n, err := run(who)
			must(b, err)
			appended += n
		}
	}
	order := []struct {
		who  string
		turn func()
	}{{"engine", appending(l.run, engine)}, {"bbolt", appending(l.run, joined)}, {"bare", appending(l.bare, direct)}}
	for b.Loop() {
		for _, c := range order {
			t.take(c.who, c.turn)
		}
		slices.Reverse(order) // none always comes behind the same other one's syncs
	}
	t.report(b, "us/event", float64(appended)/float64(len(t.who)*b.N))
	if engine.syncs.Load() > 0 {
		b.ReportMetric(float64(engine.appends.Load())/float64(engine.syncs.Load()), "appends/sync")
	}
}
