package scenarios_test

import (
	"context"
	"fmt"

	"github.com/batpak/batpak-sim/scenarios"
)

func ExampleSweep() {
	config := scenarios.SweepConfig{Scenarios: []string{"crash"}, From: 1, To: 3}
	summary, err := scenarios.Sweep(context.Background(), config, func(r scenarios.Result) {
		fmt.Println(r.Scenario, r.Seed, r.Verdict)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(summary.Runs, "runs:", summary.Verdict())
	// Output:
	// crash 1 pass
	// crash 2 pass
	// crash 3 pass
	// 3 runs: pass
}
