package scenarios_test

import (
	"testing"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// record returns bytes that begin with choice and then decide as the seed of config
// does.
func record(tb testing.TB, config scenarios.Config, choice byte) []byte {
	tb.Helper()
	recorder := sim.NewRecorder(sim.NewSeed(config.Seed))
	config.Source = recorder
	if _, err := scenarios.Run(config); err != nil {
		tb.Fatal(err)
	}
	return sim.AppendBytes([]byte{choice}, recorder.Decisions())
}

const fuzzSteps = 3

// The first byte chooses a scenario and a fault level, the rest decides the run: no
// decisions whatever lead to a violation.
func FuzzRun(f *testing.F) {
	all := mixes()
	f.Add([]byte{})
	for i, config := range all {
		config.Seed, config.Steps = uint64(i), fuzzSteps
		f.Add(record(f, config, byte(i)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			b = []byte{0}
		}
		config := all[int(b[0])%len(all)]
		config.Steps = fuzzSteps
		config.Source = sim.NewBytes(b[1:])
		if r := run(t, config); r.Verdict != scenarios.Pass {
			t.Log(mixName(config))
			complain(t, r)
		}
	})
}

// The bytes that seed the fuzzing are the runs that they were recorded from.
func TestBytesRepeatARun(t *testing.T) {
	for i, config := range mixes() {
		config.Seed, config.Steps = uint64(i), fuzzSteps
		want := run(t, config)
		config.Source = sim.NewBytes(record(t, config, 0)[1:])
		if got := run(t, config); got.Digest != want.Digest {
			t.Errorf("%s: digest %v from its bytes, want %v", mixName(config), got.Digest, want.Digest)
		}
	}
}
