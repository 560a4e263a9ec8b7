package realtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/batpak/batpak-sim/core"
)

// asChild, in the environment, makes the test binary a child: it holds the directory,
// the number of the life, the seed of the load, and whether it is the last life.
const asChild = "BATPAK_REALTEST_CHILD"

func TestMain(m *testing.M) {
	orders := os.Getenv(asChild)
	if orders == "" {
		os.Exit(m.Run())
	}
	var l load
	var last bool
	_, err := fmt.Sscanf(orders, "%q %d %d %t", &l.dir, &l.life, &l.seed, &last)
	must(err)
	l.run(last)
}

func logDir(dir string) string      { return filepath.Join(dir, "log") }
func handledPath(dir string) string { return filepath.Join(dir, "handled") }

// must ends a child that meets what it should not; its parent then fails.
func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
}

// unfenced reports whether an append came through. A fence of another producer is the
// one thing that may stand in its way.
func unfenced(err error) bool {
	if errors.Is(err, core.ErrFenceActive) {
		return false
	}
	must(err)
	return true
}
