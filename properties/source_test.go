package properties

import (
	"context"

	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/scenarios"
)

// source makes every decision of a simulation by a draw of rapid, so that rapid
// shrinks the simulation whole.
//
// rapid ends an attempt by a panic in the middle of a draw, here on the coroutine of a
// simulated task, where it would count as the engine's. So the panic is kept, the run
// goes on with zeros, and done passes it on.
type source struct {
	t       *rapid.T
	aborted any // what a draw panicked with
}

func (s *source) Draw(label string, n uint64) (v uint64) {
	if s.aborted != nil {
		return 0
	}
	defer func() {
		if p := recover(); p != nil {
			s.aborted, v = p, 0
		}
	}()
	return rapid.Uint64Range(0, n-1).Draw(s.t, label)
}

// done must be called when the run is over, before anything is said of it.
func (s *source) done() {
	if s.aborted != nil {
		panic(s.aborted)
	}
}

// simulate carries out a run whose decisions are rapid's.
func simulate(t *rapid.T, config scenarios.Config) scenarios.Result {
	src := &source{t: t}
	config.Source = src
	r, err := scenarios.Run(config)
	src.done()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ctx is a context that cannot end.
var ctx = context.Background()
