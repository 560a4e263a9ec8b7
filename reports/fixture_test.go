package reports_test

import (
	"time"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// passed is a run that passed.
func passed(scenario string, seed uint64) scenarios.Result {
	return scenarios.Result{
		Scenario: scenario, Seed: seed, FaultMode: scenarios.FaultsHeavy, Steps: 12,
		Verdict: scenarios.Pass, Outcome: scenarios.Committed, Digest: 0x00c0ffee00c0ffee,
		Counters: scenarios.Counters{Incarnations: 4, Crashes: 3, Appends: 123, Deliveries: 1456},
		Faults:   map[string]uint64{"crash-during": 3, "drop-sync": 2},
		Points:   map[string]uint64{"append/reserved": 130, "fs/sync": 77},
		Schedule: 9000, Switches: 4321, Virtual: 12345678 * time.Nanosecond,
	}
}

// violated is a run in which an oracle found something.
func violated(scenario string, seed uint64) scenarios.Result {
	r := passed(scenario, seed)
	r.Verdict, r.Outcome = scenarios.Violated, scenarios.Unended
	r.Violation = &scenarios.Violation{
		Oracle: "at-least-once", Shape: "passed over",
		Expected: "an event of the consumer's region is handed over at least once",
		Seen:     "consumer-1 was never handed 17 producer-0.1.4.0 <&>",
	}
	r.Tail = []string{
		"1 3ms acked producer-0 op=producer-0.1.4 first=17 durable=true",
		"1 4.5ms delivered consumer-1 entries=1 [18 producer-0.1.5.0 .. 18 producer-0.1.5.0]",
	}
	return r
}

// deadlocked is a run whose violation was seen in several lines.
func deadlocked(scenario string, seed uint64) scenarios.Result {
	r := violated(scenario, seed)
	r.Violation = &scenarios.Violation{
		Oracle: "liveness", Shape: "deadlock", Expected: "no task waits for ever",
		Seen: "deadlock at 3ms after 100 steps, 50 switches\n  a: waits at lock x, held by b\n  b: waits at lock y, held by a",
	}
	return r
}

// panicked is a run in which the harness panicked over something unprintable.
func panicked(scenario string, seed uint64) scenarios.Result {
	return scenarios.Result{
		Scenario: scenario, Seed: seed, FaultMode: scenarios.FaultsOff, Steps: 3,
		Verdict: scenarios.HarnessError, Outcome: scenarios.Unended,
		Reason: "panic: \x1b[31m\"no\" \xff", Stack: "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:7\n",
	}
}

// bounded is a run that hit a bound, carried out twice.
func bounded(scenario string, seed uint64) scenarios.Result {
	r := passed(scenario, seed)
	r.Verdict, r.Outcome, r.Checked = scenarios.Inconclusive, scenarios.Unended, true
	r.Reason = "step bound at 1h0m0s after 1048576 steps, 9 switches"
	return r
}

func config() scenarios.SweepConfig {
	return scenarios.SweepConfig{
		Scenarios: []string{"crash", "racing-publish"}, From: 17, To: 17,
		Faults: scenarios.FaultsHeavy, Steps: 12, Workers: 2,
	}
}

// summary is of a sweep that reached everything but one fault and one yield point.
func summary() scenarios.Summary {
	points := map[string]uint64{"fs/write": 5, "fs/close": 1234567}
	for i, p := range core.Points() {
		points[string(p)] = uint64(i * i)
	}
	c := config()
	c.From, c.To, c.CheckDeterminism = 1, 5000, true
	return scenarios.Summary{
		Config: c, Planned: 10000, Runs: 10000,
		Verdicts: map[scenarios.Verdict]uint64{scenarios.Pass: 10000},
		Outcomes: map[scenarios.Outcome]uint64{scenarios.Committed: 9999, scenarios.Refused: 1},
		Counters: scenarios.Counters{Appends: 1230000, Events: 1500000, Deliveries: 9, Crashes: 30000},
		Faults: map[string]uint64{
			"crash-at-yield": 1, "crash-before": 2, "crash-during": 3, "crash-after": 4,
			"fail": 5, "short-read": 6, "short-write": 7, "fail-sync": 8, "a-new-one": 9,
		},
		Points: points, Schedule: 90_000_000, Switches: 43_210_000, Virtual: 34 * time.Hour,
	}
}

// trace has an event of each look.
func trace() []sim.Event {
	return []sim.Event{
		{Step: 1, Kind: "start", Object: "driver"},
		{Step: 2, Time: 1500 * time.Microsecond, Task: "incarnation/main", Kind: "fs/write", Object: "/data/log/j 1", Args: [4]uint64{0, 512, 512}},
		{Step: 3, Time: 2 * time.Second, Task: "incarnation/main", Kind: "fs/sync", Object: "/data", Detail: "input/output\nerror"},
	}
}
