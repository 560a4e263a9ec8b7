package core_test

import (
	"path/filepath"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/core/coretest"
)

// The engine keeps its promises in production: goroutines, and files on a disk.
func TestConformanceOnDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the syncs of a disk; TestConformanceInMemory does not")
	}
	coretest.Run(t, func(t *testing.T, body func(*testing.T, coretest.Env)) {
		dir := filepath.Join(t.TempDir(), "log")
		body(t, coretest.Env{FS: afero.NewOsFs(), Dir: dir, Runtime: core.System()})
	})
}

// The engine keeps them in memory too, for tests of code that uses it.
func TestConformanceInMemory(t *testing.T) {
	coretest.Run(t, func(t *testing.T, body func(*testing.T, coretest.Env)) {
		body(t, coretest.Env{FS: afero.NewMemMapFs(), Dir: "/log", Runtime: core.System()})
	})
}
