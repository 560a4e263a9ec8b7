package reports_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata with what the tests see")

// golden compares got with the section "want" of testdata/name.txtar, which begins
// with prose that says what it shows.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txtar")
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Comment) == 0 || len(archive.Files) > 1 {
		t.Fatalf("%s has %d bytes of prose and %d sections, want some prose and one section", path, len(archive.Comment), len(archive.Files))
	}
	if *update {
		archive.Files = []txtar.File{{Name: "want", Data: []byte(got)}}
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(archive.Files) == 0 {
		t.Fatalf("%s has no section, run the tests with -update", path)
	}
	if d := cmp.Diff(string(archive.Files[0].Data), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}
