//go:build linux

package simfs_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// aceResult runs a workload and tells what came of each operation and what the tree
// is in the end.
func aceResult(t testing.TB, f rooted, ops []aceOp) string {
	t.Helper()
	must(t, aceSetup(f))
	var s strings.Builder
	for _, o := range ops {
		fmt.Fprintln(&s, f.say(o.do(f)))
	}
	must(t, afero.Walk(f, "/w", func(name string, fi fs.FileInfo, err error) error {
		if err != nil || name == "/w" {
			return err
		}
		content := ""
		if !fi.IsDir() {
			b, err := readFile(f, name)
			if err != nil {
				return err
			}
			content = runs(b)
		}
		fmt.Fprintln(&s, name, fi.Mode(), content)
		return nil
	}))
	return s.String()
}

// runs shows bytes by their runs.
func runs(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		n := len(b) - len(bytes.TrimLeft(b, string(b[:1])))
		fmt.Fprintf(&s, "%q*%d ", b[0], n)
		b = b[n:]
	}
	return s.String()
}

// The workloads are as many as this, and each is refused or succeeds as on the
// operating system, whatever it syncs. Of those of two operations one in aceStride is
// run, unless all are asked for.
func TestACEWorkloadsAreAsOnOS(t *testing.T) {
	wants := map[string]string{} // by the operations without their syncs
	onOS := func(t *testing.T, ops []aceOp) string {
		bare := slices.Clone(ops)
		for i := range bare {
			bare[i].sync = ""
		}
		key := fmt.Sprint(bare)
		if _, ok := wants[key]; !ok {
			dir := t.TempDir()
			must(t, os.Mkdir(dir+"/w", 0o700))
			wants[key] = aceResult(t, rooted{afero.NewOsFs(), dir}, bare)
		}
		return wants[key]
	}
	tests := []struct{ ops, stride, all, possible, somePossible int }{
		{1, 1, 135, 110, 110},
		{2, aceStride, 18225, 10352, 583},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d operations", tt.ops), func(t *testing.T) {
			if testing.Short() && tt.ops > 1 {
				t.Skip("a thousand workloads on the machine's own disk")
			}
			stride, all, possible, want := tt.stride, 0, 0, tt.somePossible
			if *aceAll {
				stride, want = 1, tt.possible
			}
			for ops := range aceWorkloads(tt.ops) {
				if all++; all%stride != 0 {
					continue
				}
				got := aceResult(t, rooted{newFS(t, simfs.Config{}), ""}, ops)
				if diff := cmp.Diff(onOS(t, ops), got); diff != "" {
					t.Fatalf("%s: -want +got:\n%s", ops, diff)
				}
				if strings.Count(got, "ok\n") == tt.ops {
					possible++
				}
			}
			if all != tt.all || possible != want {
				t.Errorf("%d workloads, %d of them possible, want %d and %d", all, possible, tt.all, want)
			}
		})
	}
}
