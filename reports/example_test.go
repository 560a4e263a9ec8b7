package reports_test

import (
	"fmt"
	"os"

	"github.com/batpak/batpak-sim/reports"
	"github.com/batpak/batpak-sim/scenarios"
)

func ExampleReproduce() {
	fmt.Println(reports.Reproduce(scenarios.Result{
		Scenario: "crash", Seed: 17, FaultMode: scenarios.FaultsHeavy, Steps: 12, Verdict: scenarios.Violated,
	}))
	// Output: go run ./cmd/batpak-sim --scenario crash --seed 17 --faults heavy --steps 12
}

func ExampleWriteTrace() {
	r, err := scenarios.Run(scenarios.Config{Scenario: "crash", Seed: 1, Keep: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Trace[0].Step, r.Trace[0].Time, r.Trace[0].Args = 7, 0, [4]uint64{7, 3} // they change with the engine
	if err := reports.WriteTrace(os.Stdout, r.Trace); err != nil {
		fmt.Println(err)
	}
	// Output: 7 0.000000000 - over - done 7 3
}
