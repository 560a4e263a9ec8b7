package scenarios_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// One seed takes the engine through several incarnations of its process and asks every
// oracle about all that happens.
func ExampleRun() {
	r, err := scenarios.Run(scenarios.Config{Scenario: "crash", Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Verdict, r.Outcome)
	fmt.Println("incarnations of the process:", r.Counters.Incarnations > 1)
	fmt.Println("handed out at least once:", r.Counters.Deliveries >= r.Counters.Appends)
	// Output:
	// pass committed-prefix
	// incarnations of the process: true
	// handed out at least once: true
}

// A recorded run is replayed to the last decision.
func ExampleRun_replay() {
	recorder := sim.NewRecorder(sim.NewSeed(7))
	first, _ := scenarios.Run(scenarios.Config{Scenario: "racing-publish", Source: recorder})
	replay := sim.NewReplay(recorder.Decisions())
	again, _ := scenarios.Run(scenarios.Config{Scenario: "racing-publish", Source: replay})
	fmt.Println("same digest:", again.Digest == first.Digest)
	fmt.Println("decisions without a record:", replay.Missing())
	// Output:
	// same digest: true
	// decisions without a record: 0
}

// Oracles judge histories, made by a run or by hand. Here an event that was
// acknowledged as durable is not in the log after a crash.
func ExampleHistory() {
	coordinate, _ := core.NewCoordinate("order:9", "shop")
	event := core.Event{Coordinate: coordinate, Kind: core.KindData, Payload: []byte("paid")}
	h := scenarios.NewHistory()
	h.Record(scenarios.Event{Kind: scenarios.EventBegan})
	h.Record(scenarios.Event{Kind: scenarios.EventAttempt, Op: "a", Events: []core.Event{event}})
	h.Record(scenarios.Event{Kind: scenarios.EventAcked, Op: "a", First: 0, Durable: true})
	fmt.Println(h.Violation() == nil)
	h.Record(scenarios.Event{Kind: scenarios.EventBegan, Incarnation: 1})
	h.Record(scenarios.Event{Kind: scenarios.EventOpened, Incarnation: 1})
	fmt.Println(h.Violation().Signature())
	fmt.Println(h.Violation().Seen)
	// Output:
	// true
	// acknowledged-durable/acknowledged event lost
	// paid of append a, first sequence 0, is not in the log
}

// The engine in a simulation of one's own: a sync fails, and the append that asked
// for it is not acknowledged.
func ExampleNewRuntime() {
	src := sim.NewSeed(1)
	s := sim.New(sim.Config{Source: src})
	disk, _ := simfs.New(simfs.Config{Choose: src.Draw, Now: s.Wall})
	s.Go("main", func() {
		ctx := context.Background()
		store, err := core.Open(ctx, disk, "/log", core.Config{Runtime: scenarios.NewRuntime(s, src)})
		if err != nil {
			fmt.Println(err)
			return
		}
		disk.SetFaults(simfs.Rule{Effect: simfs.FailSync, Path: "segment-0000000000000001.bpj"})
		coordinate, _ := core.NewCoordinate("order:9", "shop")
		_, err = store.Append(ctx, core.Event{Coordinate: coordinate, Kind: core.KindData})
		fmt.Println(errors.Is(err, core.ErrPoisoned), store.Frontier())
	})
	fmt.Println(s.Run().Reason)
	// Output:
	// true {1 1 0 0}
	// done
}
