package scenarios_test

import (
	"math/bits"
	"testing"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// tape is a source that takes its decisions from bytes, whatever the label: as many
// bytes for each as its range needs. Where the bytes have run out it answers 0.
type tape struct{ rest []byte }

func (s *tape) Draw(_ string, n uint64) uint64 {
	var v uint64
	for range (bits.Len64(n-1) + 7) / 8 {
		v <<= 8
		if len(s.rest) > 0 {
			v |= uint64(s.rest[0])
			s.rest = s.rest[1:]
		}
	}
	return v % n
}

// record returns bytes that begin with choice and then decide as the seed of config
// does.
func record(tb testing.TB, config scenarios.Config, choice byte) []byte {
	tb.Helper()
	recorder := sim.NewRecorder(sim.NewSeed(config.Seed))
	config.Source = recorder
	if _, err := scenarios.Run(config); err != nil {
		tb.Fatal(err)
	}
	b := []byte{choice}
	for _, d := range recorder.Decisions() {
		for shift := (bits.Len64(d.N-1) + 7) / 8 * 8; shift > 0; shift -= 8 {
			b = append(b, byte(d.Value>>(shift-8)))
		}
	}
	return b
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
		config.Source = &tape{rest: b[1:]}
		if r := run(t, config); r.Verdict != scenarios.Pass {
			t.Log(mixName(config))
			complain(t, r)
		}
	})
}

// The bytes that seed the fuzzing are the runs that they were recorded from.
func TestTapeRepeatsARun(t *testing.T) {
	for i, config := range mixes() {
		config.Seed, config.Steps = uint64(i), fuzzSteps
		want := run(t, config)
		config.Source = &tape{rest: record(t, config, 0)[1:]}
		if got := run(t, config); got.Digest != want.Digest {
			t.Errorf("%s: digest %v by the tape, want %v", mixName(config), got.Digest, want.Digest)
		}
	}
}
