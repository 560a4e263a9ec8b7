package scenarios_test

import (
	"testing"

	"github.com/batpak/batpak-sim/scenarios"
)

// meets names, for each scenario, the counters, faults and yield points without which a run of it
// has not tried what it is there to try.
var meets = map[string][]string{
	"crash":                            {"crashes", "with acknowledged at risk"},
	"torn-write":                       {"crash-during"},
	"racing-publish":                   {"fences committed", "fences cancelled", "appends failed"},
	"region-mismatch":                  {"files planted", "checkpoints refused"},
	"lying-disk":                       {"drop-sync", "power cuts"},
	"failed-sync":                      {"fail-sync"},
	"full-disk":                        {"full"},
	"bit-rot":                          {"rot"},
	"fence-crash":                      {"fences committed", "fences cancelled", "crashes"},
	"cancelled-range":                  {"fences cancelled", "deliveries"},
	"batch-atomicity":                  {"crash-during"},
	"checkpoint-ahead-of-log":          {"files planted", "saved"},
	"lost-rename":                      {"crashes", "saved"},
	"stale-temp":                       {"files littered"},
	"two-owners-one-id":                {"checkpoints contended"},
	"worker-panic":                     {"declined"},
	"stop-races":                       {"incarnations", "appends"},
	"handler-slow":                     {"deliveries", "crashes"},
	"clock-jump":                       {"clock-jump"},
	"recovery-crash":                   {"crashes in recovery"},
	"upgrade-from-upstream-checkpoint": {"files planted"},
	"many-lanes":                       {"deliveries"},
	"long-haul":                        {"crashes", "process deaths"},
	"idempotent-retry":                 {"crashes", "appends"},
	"rotation":                         {"segment/created"},
	"deadlines":                        {"calls given up", "appends unconfirmed"},
	"fast-open":                        {"segments recalled"},
	"retention":                        {"segments dropped"},
}

// No scenario is vacuous: at least a quarter of its runs meet what it is there for.
func TestScenariosMeetWhatTheyInject(t *testing.T) {
	seeds := seedsOf(32)
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			if len(meets[name]) == 0 {
				t.Fatal("nothing is said of what a run of it must meet")
			}
			met := make(map[string]uint64)
			for seed := range seeds {
				r := run(t, scenarios.Config{Scenario: name, Seed: seed})
				for _, feature := range featuresOf(r) {
					met[feature]++
				}
			}
			for _, feature := range meets[name] {
				if 4*met[feature] < seeds {
					t.Errorf("%d of %d runs have met %q, want a quarter", met[feature], seeds, feature)
				}
			}
		})
	}
}

// featuresOf names the counters, faults and yield points that a run has met.
func featuresOf(r scenarios.Result) []string {
	var all []string
	for _, c := range r.Counters.List() {
		if *c.Value > 0 {
			all = append(all, c.Name)
		}
	}
	for _, met := range []map[string]uint64{r.Faults, r.Points} {
		for name, n := range met {
			if n > 0 {
				all = append(all, name)
			}
		}
	}
	return all
}
