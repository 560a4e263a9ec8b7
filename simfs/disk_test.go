package simfs_test

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

func newFS(t testing.TB, cfg simfs.Config) *simfs.FS {
	t.Helper()
	f, err := simfs.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Mkdir("/w", 0o755); err != nil {
		t.Fatal(err)
	}
	syncDir(t, f, "/")
	return f
}

func must(t testing.TB, err error) {
	if err != nil {
		t.Helper()
		t.Fatal(err)
	}
}

func syncDir(t testing.TB, f afero.Fs, name string) {
	d, err := f.Open(name)
	must(t, err)
	must(t, errors.Join(d.Sync(), d.Close()))
}

// units is the content whose units are filled with these letters.
func units(letters string) []byte {
	var b []byte
	for _, l := range letters {
		b = append(b, strings.Repeat(string(l), 512)...)
	}
	return b
}

// put opens name with those flags, writes the units in one call, and syncs if so
// told.
func put(t testing.TB, f afero.Fs, name string, flag int, letters string, sync bool) {
	h, err := f.OpenFile(name, os.O_WRONLY|flag, 0o644)
	must(t, err)
	if letters != "" {
		_, err = h.Write(units(letters))
		must(t, err)
	}
	if sync {
		must(t, h.Sync())
	}
	must(t, h.Close())
}

// durably puts a file with its name.
func durably(t testing.TB, f afero.Fs, name, letters string) {
	t.Helper()
	put(t, f, name, os.O_CREATE, letters, true)
	syncDir(t, f, "/w")
}

// letters shows the tree below /w: every file as one letter a unit, 0 for a gap
// whether it reads as zeros or as filler.
func letters(f *simfs.FS) string {
	var out []string
	err := afero.Walk(f, "/w", func(name string, fi fs.FileInfo, err error) error {
		if err != nil || name == "/w" {
			return err
		}
		name = strings.TrimPrefix(name, "/w/")
		if fi.IsDir() {
			out = append(out, name+"/")
			return nil
		}
		b, err := afero.ReadFile(f, "/w/"+name)
		out = append(out, name+"="+spell(b))
		return err
	})
	if err != nil {
		return err.Error()
	}
	return strings.Join(out, " ")
}

func spell(b []byte) string {
	var s strings.Builder
	for unit := range slices.Chunk(b, 512) {
		switch l := unit[0]; {
		case !strings.ContainsRune("onabABC", rune(l)) || unit[0] != unit[1]:
			s.WriteByte('0')
		case strings.Count(string(unit), string(l)) == len(unit):
			s.WriteByte(l)
		default:
			s.WriteByte('?')
		}
	}
	return s.String()
}

// fixedTime is the n-th second of some day.
func fixedTime(n int) time.Time { return time.Unix(1e9+int64(n), 0).UTC() }

func readFile(f afero.Fs, name string) ([]byte, error) { return afero.ReadFile(f, name) }

// fatal is what tests and rapid's tests have in common, and failer more of it.
type fatal interface{ Fatal(args ...any) }

type failer interface {
	fatal
	Fatalf(format string, args ...any)
}

func check(t fatal, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// syncTree makes everything below a directory durable.
func syncTree(t fatal, f afero.Fs, name string) {
	err := afero.Walk(f, name, func(name string, fi fs.FileInfo, err error) error {
		if err != nil {
			return err
		}
		h, err := f.Open(name)
		if err != nil {
			return err
		}
		return errors.Join(h.Sync(), h.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
}
