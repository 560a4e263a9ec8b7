package coretest_test

import (
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/core/coretest"
)

// A filesystem in memory, made anew for each check.
func ExampleRun() {
	var t *testing.T // of the test that calls it
	if t != nil {
		coretest.Run(t, func(t *testing.T, body func(*testing.T, coretest.Env)) {
			body(t, coretest.Env{FS: afero.NewMemMapFs(), Dir: "/log", Runtime: core.System()})
		})
	}
	// Output:
}
