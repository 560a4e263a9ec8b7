//go:build linux

package simfs_test

import (
	"os"
	"path"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// tidy makes a path of what a fuzzer came up with: short elements from a small
// alphabet, so that names meet, and no way out of the mirrored part. Zero bytes and
// long names stay, for they must not panic.
func tidy(s string) string {
	ups := 0
	elements := strings.Split(s, "/")
	for i, e := range elements {
		switch {
		case e == "..":
			if ups++; ups > 3 {
				elements[i] = "."
			}
		case len(e) > 0 && len(e) < 200 && e != ".":
			elements[i] = string(rune('a' + e[0]%4))
		}
	}
	return strings.Join(elements, "/")
}

// FuzzWalk builds a small tree from a script, a line each: "d name" makes a
// directory, "f name" a file, "l target name" a link. Then a path must lead to the
// same on simfs as on the machine, followed to its end and not.
func FuzzWalk(f *testing.F) {
	for _, seed := range []struct{ script, name string }{
		{"d a\nf a/b\nl a c", "c/b"},
		{"d a\nl .. a/b\nl a/b/c d", "d/../a/b"},
		{"l a a", "a/b"},
		{"l b a\nl c b\nl d c", "a"},
		{"d a\nl a/ b\nf b/c\nl b/c/ d", "d"},
		{"d a\nd a/b\nl a/b c\nl ../b/.. a/d", "c/../d/./b/"},
		{"l /a b\nd a\nf /a/c", "b/c"},
		{"f a\nl a/.. b", "b"},
		{"d a\nl " + strings.Repeat("x", 300) + " b", "b"},
	} {
		f.Add(seed.script, seed.name)
	}
	top := f.TempDir()
	f.Fuzz(func(t *testing.T, script, name string) {
		if len(script) > 2000 || len(name) > 500 {
			t.Skip("long for a small tree")
		}
		root, err := os.MkdirTemp(top, "")
		must(t, err)
		defer os.RemoveAll(root)
		sim, err := simfs.New(simfs.Config{})
		must(t, err)
		var said [2]string
		for i, top := range []rooted{{afero.NewOsFs(), root}, {sim, ""}} {
			must(t, top.MkdirAll(bottom, 0o700))
			said[i] = walked(rooted{top, bottom}, script, tidy(name))
		}
		if said[1] != said[0] {
			t.Errorf("simfs:\n%s\nos:\n%s", said[1], said[0])
		}
	})
}

// walked runs a script and says where the name leads.
func walked(f rooted, script, name string) string {
	top := f.Fs.(rooted)
	var out []string
	for line := range strings.Lines(script) {
		var err error
		switch words := strings.Fields(line); {
		case len(words) == 2 && words[0] == "d":
			err = f.Mkdir(tidy(words[1]), 0o700)
		case len(words) == 2 && words[0] == "f":
			err = afero.WriteFile(f, tidy(words[1]), []byte("x"), 0o600)
		case len(words) == 3 && words[0] == "l":
			err = f.SymlinkIfPossible(tidy(words[1]), tidy(words[2]))
		}
		out = append(out, top.say(err))
	}
	s := subject{Fs: f, top: top}
	fi, err := f.Stat(name)
	out = append(out, "stat "+s.describe(fi, err))
	fi, _, err = f.LstatIfPossible(name)
	out = append(out, "lstat "+s.describe(fi, err))
	target, err := f.ReadlinkIfPossible(name)
	out = append(out, "readlink "+target+" "+top.say(err))
	h, err := f.Open(path.Clean(name))
	if err == nil {
		_ = h.Close()
	}
	return strings.Join(append(out, "open "+top.say(err)), "\n")
}
