//go:build linux

package simfs_test

import (
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// bench is where a probe works: an empty directory /w of some filesystem. A step
// that the probe takes for granted stops it when it fails.
type bench struct {
	rooted
	t testing.TB
}

// stopped is the panic of a bench.
type stopped struct{ err error }

func (b bench) must(err error) {
	if err != nil {
		panic(stopped{err})
	}
}

func (b bench) open(name string, flag int) afero.File {
	h, err := b.OpenFile(name, flag, 0o600)
	b.must(err)
	b.t.Cleanup(func() { _ = h.Close() })
	return h
}

func (b bench) file(name, content string) { b.must(afero.WriteFile(b, name, []byte(content), 0o600)) }

func (b bench) dir(names ...string) {
	for _, name := range names {
		b.must(b.Mkdir(name, 0o700))
	}
}

func (b bench) link(target, name string) { b.must(b.SymlinkIfPossible(target, name)) }

// old makes the time of a file one that no clock gives, so that any change shows.
func (b bench) old(name string) {
	b.must(b.Chtimes(name, time.Unix(1, 0), time.Unix(1, 0)))
}

func (b bench) isOld(name string) bool {
	fi, err := b.Stat(name)
	b.must(err)
	return fi.ModTime().Equal(time.Unix(1, 0))
}

// holds is all that /w holds, by walking it.
func (b bench) holds() string {
	var out []string
	err := afero.Walk(b, "/w", func(name string, fi fs.FileInfo, err error) error {
		if err != nil || name == "/w" {
			return err
		}
		name = strings.TrimPrefix(name, "/w/")
		switch {
		case fi.IsDir():
			name += "/"
		case fi.Mode().IsRegular():
			name += "=" + b.content("/w/"+name)
		}
		out = append(out, name)
		return nil
	})
	b.must(err)
	return strings.Join(out, " ")
}

func (b bench) content(name string) string {
	content, err := afero.ReadFile(b, name)
	if err != nil {
		return b.say(err)
	}
	return string(content)
}

func (b bench) mode(name string) fs.FileMode {
	fi, err := b.Stat(name)
	b.must(err)
	return fi.Mode()
}

func (b bench) lmode(name string) fs.FileMode {
	fi, _, err := b.LstatIfPossible(name)
	b.must(err)
	return fi.Mode()
}

// all spells results, errors as say does, with commas between.
func (b bench) all(results ...any) string {
	out := make([]string, len(results))
	for i, r := range results {
		switch r := r.(type) {
		case nil:
			out[i] = "ok"
		case error:
			out[i] = b.say(r)
		default:
			out[i] = fmt.Sprint(r)
		}
	}
	return strings.Join(out, ", ")
}

// only is the error of a call that returns something else first.
func only[T any](_ T, err error) error { return err }

// probe is one trap: what it does, and what came of it on any filesystem that
// behaves as os does on Linux.
type probe struct {
	name  string
	do    func(b bench) string
	want  string
	kills bool // on MemMapFs it ends the process
}

// run does a probe on f, whose top is root, and says what came of it.
func (p probe) run(t testing.TB, top rooted) (out string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stopped:
			out = "stopped: " + top.say(r.err)
		default:
			out = fmt.Sprint("panic: ", r)
		}
	}()
	b := bench{top, t}
	b.must(b.Mkdir("/w", 0o700))
	return p.do(b)
}

func TestProbes(t *testing.T) {
	for _, set := range probeSets {
		for _, p := range set.probes {
			t.Run(set.name+"/"+p.name, func(t *testing.T) {
				f, err := simfs.New(simfs.Config{})
				must(t, err)
				if got := p.run(t, rooted{f, ""}); got != p.want {
					t.Errorf("simfs: %q, want %q", got, p.want)
				}
				if got := p.run(t, osFS(t)); got != p.want {
					t.Errorf("os: %q, want %q", got, p.want)
				}
			})
		}
	}
}

// TestProbesFailOnMemMapFs counts the probes that come out differently on MemMapFs of
// afero v1.15.0: why simfs is not built on it, and that the probes can fail.
func TestProbesFailOnMemMapFs(t *testing.T) {
	log.SetOutput(io.Discard) // to which MemMapFs complains
	defer log.SetOutput(os.Stderr)
	got := map[string]string{}
	for _, set := range probeSets {
		failed := 0
		for _, p := range set.probes {
			if p.kills || p.run(t, rooted{afero.NewMemMapFs(), ""}) != p.want {
				failed++
			}
		}
		got[set.name] = fmt.Sprintf("%d of %d", failed, len(set.probes))
	}
	want := map[string]string{
		"namespace": "35 of 38", "flags": "13 of 16", "identity": "14 of 23", "io": "12 of 19",
		"directories": "7 of 11", "links": "35 of 35", // it has none
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("probes that MemMapFs fails, -want +got:\n%s", diff)
	}
}

var probeSets = []struct {
	name   string
	probes []probe
}{
	{"namespace", namespaceProbes},
	{"flags", flagProbes},
	{"identity", identityProbes},
	{"io", ioProbes},
	{"directories", directoryProbes},
	{"links", linkProbes},
}

var namespaceProbes = []probe{
	{name: "Create invents no parent", do: func(b bench) string {
		return b.all(only(b.Create("/w/no/f")), b.holds())
	}, want: "path: open /w/no/f: no such file or directory (not exist), "},
	{name: "OpenFile invents no parent", do: func(b bench) string {
		return b.all(only(b.OpenFile("/w/no/f", os.O_CREATE|os.O_RDWR, 0o600)), b.holds())
	}, want: "path: open /w/no/f: no such file or directory (not exist), "},
	{name: "Mkdir invents no parent", do: func(b bench) string {
		return b.all(b.Mkdir("/w/no/d", 0o700), b.holds())
	}, want: "path: mkdir /w/no/d: no such file or directory (not exist), "},
	{name: "Rename invents no parent", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.Rename("/w/f", "/w/no/f"), b.holds())
	}, want: "link: rename /w/f /w/no/f: no such file or directory (not exist), f=x"},
	{name: "Create below a file leaves the file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(only(b.Create("/w/f/g")), b.holds())
	}, want: "path: open /w/f/g: not a directory, f=x"},
	{name: "Mkdir below a file leaves the file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.Mkdir("/w/f/d", 0o700), b.holds())
	}, want: "path: mkdir /w/f/d: not a directory, f=x"},
	{name: "MkdirAll below a file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.MkdirAll("/w/f/d/e", 0o700), b.holds())
	}, want: "path: mkdir /w/f: not a directory, f=x"},
	{name: "MkdirAll over a file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.MkdirAll("/w/f", 0o700), b.holds())
	}, want: "path: mkdir /w/f: not a directory, f=x"},
	{name: "MkdirAll over a directory", do: func(b bench) string {
		b.dir("/w/d")
		return b.all(b.MkdirAll("/w/d", 0o755), b.mode("/w/d"))
	}, want: "ok, drwx------"},
	{name: "Mkdir over a directory", do: func(b bench) string {
		b.dir("/w/d")
		return b.all(b.Mkdir("/w/d", 0o755), b.mode("/w/d"))
	}, want: "path: mkdir /w/d: file exists (exist), drwx------"},
	{name: "Mkdir over a file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.Mkdir("/w/f", 0o700), b.holds())
	}, want: "path: mkdir /w/f: file exists (exist), f=x"},
	{name: "Remove of a directory that is not empty", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/d/f", "x")
		return b.all(b.Remove("/w/d"), b.holds())
	}, want: "path: remove /w/d: directory not empty (exist), d/ d/f=x"},
	{name: "Remove of what such a Remove would orphan", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/d/f", "x")
		return b.all(b.Remove("/w/d"), b.Remove("/w/d/f"), b.Remove("/w/d"), b.holds())
	}, want: "path: remove /w/d: directory not empty (exist), ok, ok, "},
	{name: "Rename of what such a Remove would orphan", kills: true, do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/d/f", "x")
		return b.all(b.Remove("/w/d"), b.Rename("/w/d/f", "/w/g"), b.holds())
	}, want: "path: remove /w/d: directory not empty (exist), ok, d/ g=x"},
	{name: "Remove of what does not exist", do: func(b bench) string {
		return b.all(b.Remove("/w/no"), b.RemoveAll("/w/no"), b.RemoveAll(""), b.Remove(""))
	}, want: "path: remove /w/no: no such file or directory (not exist), ok, ok, " +
		"path: remove : no such file or directory (not exist)"},
	{name: "RemoveAll of a dot", do: func(b bench) string {
		return b.all(b.RemoveAll("/w/."), b.holds())
	}, want: "path: RemoveAll /w/.: invalid argument, "},
	{name: "Rename of a directory onto one that is not empty", do: func(b bench) string {
		b.dir("/w/a", "/w/d")
		b.file("/w/a/f", "x")
		b.file("/w/d/g", "y")
		return b.all(b.Rename("/w/a", "/w/d"), b.holds())
	}, want: "link: rename /w/a /w/d: file exists (exist), a/ a/f=x d/ d/g=y"},
	{name: "Rename of a directory onto an empty one", do: func(b bench) string {
		b.dir("/w/a", "/w/d")
		return b.all(b.Rename("/w/a", "/w/d"), b.holds())
	}, want: "link: rename /w/a /w/d: file exists (exist), a/ d/"},
	{name: "Rename of a file onto a directory", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		return b.all(b.Rename("/w/f", "/w/d"), b.holds())
	}, want: "link: rename /w/f /w/d: file exists (exist), d/ f=x"},
	{name: "Rename of a directory onto a file", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		return b.all(b.Rename("/w/d", "/w/f"), b.holds())
	}, want: "link: rename /w/d /w/f: not a directory, d/ f=x"},
	{name: "Rename of a file onto a file", do: func(b bench) string {
		b.file("/w/f", "x")
		b.file("/w/g", "y")
		return b.all(b.Rename("/w/f", "/w/g"), b.holds())
	}, want: "ok, g=x"},
	{name: "Rename of a directory into itself", do: func(b bench) string {
		b.dir("/w/d")
		return b.all(b.Rename("/w/d", "/w/d/e"), b.holds())
	}, want: "link: rename /w/d /w/d/e: invalid argument, d/"},
	{name: "Rename of a directory far into itself", do: func(b bench) string {
		b.dir("/w/d", "/w/d/e", "/w/d/e/f")
		return b.all(b.Rename("/w/d", "/w/d/e/f/g"), b.holds())
	}, want: "link: rename /w/d /w/d/e/f/g: invalid argument, d/ d/e/ d/e/f/"},
	{name: "Rename of a directory with all below it", do: func(b bench) string {
		b.dir("/w/d", "/w/d/e", "/w/x")
		b.file("/w/d/e/f", "x")
		return b.all(b.Rename("/w/d", "/w/x/d"), b.holds())
	}, want: "ok, x/ x/d/ x/d/e/ x/d/e/f=x"},
	{name: "Rename onto itself", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		return b.all(b.Rename("/w/f", "/w/f"), b.Rename("/w/d", "/w/d"), b.holds())
	}, want: "ok, link: rename /w/d /w/d: file exists (exist), d/ f=x"},
	{name: "Rename of what does not exist", do: func(b bench) string {
		return b.all(b.Rename("/w/no", "/w/f"), b.Rename("", "/w/f"))
	}, want: "link: rename /w/no /w/f: no such file or directory (not exist), " +
		"link: rename  /w/f: no such file or directory (not exist)"},
	{name: "Stat below a file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(only(b.Stat("/w/f/g")), only(b.Stat("/w/f/.")), only(b.Stat("/w/f/..")))
	}, want: "path: stat /w/f/g: not a directory, path: stat /w/f/.: not a directory, " +
		"path: stat /w/f/..: not a directory"},
	{name: "Open below a file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(only(b.Open("/w/f/g")))
	}, want: "path: open /w/f/g: not a directory"},
	{name: "Remove below a file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.Remove("/w/f/g"))
	}, want: "path: remove /w/f/g: not a directory"},
	{name: "Chmod, Chown and Chtimes below a file", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.Chmod("/w/f/g", 0o600), b.Chown("/w/f/g", 1, 1), b.Chtimes("/w/f/g", time.Unix(1, 0), time.Unix(1, 0)))
	}, want: "path: chmod /w/f/g: not a directory, path: chown /w/f/g: not a directory, " +
		"path: chtimes /w/f/g: not a directory"},
	{name: "Rename below a file", do: func(b bench) string {
		b.file("/w/f", "x")
		b.file("/w/g", "y")
		return b.all(b.Rename("/w/f/x", "/w/h"), b.Rename("/w/g", "/w/f/x"))
	}, want: "link: rename /w/f/x /w/h: not a directory, link: rename /w/g /w/f/x: not a directory"},
	{name: "Stat and Open with a slash behind", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		return b.all(only(b.Stat("/w/f/")), only(b.Open("/w/f/")), only(b.Stat("/w/d/")), only(b.Stat("/w/no/")))
	}, want: "path: stat /w/f/: not a directory, path: open /w/f/: not a directory, ok, " +
		"path: stat /w/no/: no such file or directory (not exist)"},
	{name: "Create with a slash behind", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(only(b.Create("/w/f/")), only(b.Create("/w/new/")), b.holds())
	}, want: "path: open /w/f/: is a directory, path: open /w/new/: is a directory, f=x"},
	{name: "Mkdir and Remove with a slash behind", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.Mkdir("/w/d/", 0o700), b.Mkdir("/w/f/", 0o700), b.Remove("/w/f/"), b.Remove("/w/d/"), b.holds())
	}, want: "ok, path: mkdir /w/f/: file exists (exist), path: remove /w/f/: not a directory, ok, f=x"},
	{name: "Rename with a slash behind", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		return b.all(b.Rename("/w/f", "/w/g/"), b.Rename("/w/f/", "/w/g"), b.Rename("/w/d/", "/w/e/"), b.holds())
	}, want: "link: rename /w/f /w/g/: not a directory, link: rename /w/f/ /w/g: not a directory, ok, e/ f=x"},
	{name: "dots", do: func(b bench) string {
		b.dir("/w/d")
		return b.all(only(b.Stat("/w/d/../d/.")), only(b.Stat("/w/no/../d")), b.Mkdir("/w/d/.", 0o700),
			b.Remove("/w/d/."), b.Remove("/w/d/.."), b.holds())
	}, want: "ok, path: stat /w/no/../d: no such file or directory (not exist), " +
		"path: mkdir /w/d/.: file exists (exist), path: remove /w/d/.: invalid argument, " +
		"path: remove /w/d/..: directory not empty (exist), d/"},
	{name: "names that cannot be", do: func(b bench) string {
		long := "/w/" + strings.Repeat("x", 256)
		return b.all(cause(only(b.Create(long))), cause(b.Mkdir("/w/a\x00b", 0o700)), only(b.Stat("")),
			cause(only(b.Stat("/"+strings.Repeat("a/", 2100)))))
	}, want: "file name too long, invalid argument, path: stat : no such file or directory (not exist), " +
		"file name too long"},
	{name: "Chmod, Chown and Chtimes of what does not exist", do: func(b bench) string {
		return b.all(b.Chmod("/w/no", 0o600), b.Chown("/w/no", 1, 1), b.Chtimes("/w/no", time.Unix(1, 0), time.Unix(1, 0)))
	}, want: "path: chmod /w/no: no such file or directory (not exist), " +
		"path: chown /w/no: no such file or directory (not exist), " +
		"path: chtimes /w/no: no such file or directory (not exist)"},
}

var flagProbes = []probe{
	{name: "O_EXCL without O_CREATE means nothing", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(only(b.OpenFile("/w/f", os.O_RDWR|os.O_EXCL, 0)), only(b.OpenFile("/w/no", os.O_RDWR|os.O_EXCL, 0)))
	}, want: "ok, path: open /w/no: no such file or directory (not exist)"},
	{name: "O_EXCL with O_CREATE", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(only(b.OpenFile("/w/f", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0)),
			only(b.OpenFile("/w/g", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)))
	}, want: "path: open /w/f: file exists (exist), ok"},
	{name: "two appenders", do: func(b bench) string {
		one, two := b.open("/w/f", os.O_CREATE|os.O_WRONLY|os.O_APPEND), b.open("/w/f", os.O_WRONLY|os.O_APPEND)
		for _, h := range []afero.File{one, two, one} {
			_, err := h.WriteString("ab")
			b.must(err)
		}
		return b.content("/w/f")
	}, want: "ababab"},
	{name: "an appender that seeks", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDWR|os.O_APPEND)
		_, err := h.Seek(0, io.SeekStart)
		b.must(err)
		_, err = h.WriteString("d")
		b.must(err)
		at, err := h.Seek(0, io.SeekCurrent)
		return b.all(b.content("/w/f"), at, err)
	}, want: "abcd, 4, ok"},
	{name: "WriteAt of an appender", do: func(b bench) string {
		b.file("/w/f", "abc")
		n, err := b.open("/w/f", os.O_RDWR|os.O_APPEND).WriteAt([]byte("x"), 0)
		return b.all(n, err, b.content("/w/f"))
	}, want: "0, invalid use of WriteAt on file opened with O_APPEND, abc"},
	{name: "O_WRONLY does not read", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_WRONLY)
		return b.all(only(h.Read(make([]byte, 1))), only(h.ReadAt(make([]byte, 1), 0)))
	}, want: "path: read /w/f: bad file descriptor, path: read /w/f: bad file descriptor"},
	{name: "O_WRONLY and O_RDWR together neither read nor write", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_WRONLY|os.O_RDWR)
		return b.all(only(h.Read(make([]byte, 1))), only(h.Write([]byte("x"))), h.Truncate(0), h.Sync(), b.content("/w/f"))
	}, want: "path: read /w/f: bad file descriptor, path: write /w/f: bad file descriptor, path: truncate /w/f: invalid argument, ok, abc"},
	{name: "O_RDONLY does not write", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDONLY)
		return b.all(only(h.Write([]byte("x"))), only(h.WriteAt([]byte("x"), 0)), only(h.WriteString("x")), h.Truncate(0), b.content("/w/f"))
	}, want: "path: write /w/f: bad file descriptor, path: write /w/f: bad file descriptor, " +
		"path: write /w/f: bad file descriptor, path: truncate /w/f: invalid argument, abc"},
	{name: "O_RDONLY with O_CREATE does not write", do: func(b bench) string {
		h := b.open("/w/f", os.O_RDONLY|os.O_CREATE)
		return b.all(only(h.Write([]byte("x"))), b.holds())
	}, want: "path: write /w/f: bad file descriptor, f="},
	{name: "O_RDONLY needs no permission to write", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.must(b.Chmod("/w/f", 0o400))
		return b.all(only(b.OpenFile("/w/f", os.O_RDONLY, 0)), b.content("/w/f"))
	}, want: "ok, abc"},
	{name: "O_RDONLY with O_TRUNC", do: func(b bench) string {
		b.file("/w/f", "abc")
		return b.all(only(b.OpenFile("/w/f", os.O_RDONLY|os.O_TRUNC, 0)), b.holds())
	}, want: "ok, f="},
	{name: "O_TRUNC cuts", do: func(b bench) string {
		b.file("/w/f", "abc")
		return b.all(only(b.OpenFile("/w/f", os.O_RDWR|os.O_TRUNC, 0)), b.holds())
	}, want: "ok, f="},
	{name: "a directory is not opened for writing", do: func(b bench) string {
		b.dir("/w/d")
		return b.all(only(b.OpenFile("/w/d", os.O_WRONLY, 0)), only(b.OpenFile("/w/d", os.O_RDWR, 0)),
			only(b.OpenFile("/w/d", os.O_RDONLY|os.O_TRUNC, 0)))
	}, want: "path: open /w/d: is a directory, path: open /w/d: is a directory, path: open /w/d: is a directory"},
	{name: "a directory is not created by opening", do: func(b bench) string {
		b.dir("/w/d")
		return b.all(only(b.Create("/w/d")), only(b.OpenFile("/w/d", os.O_RDONLY|os.O_CREATE, 0)),
			only(b.OpenFile("/w/d", os.O_RDONLY|os.O_CREATE|os.O_EXCL, 0)))
	}, want: "path: open /w/d: is a directory, path: open /w/d: is a directory, path: open /w/d: file exists (exist)"},
	{name: "O_DIRECTORY", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		return b.all(only(b.OpenFile("/w/f", syscall.O_DIRECTORY, 0)), only(b.OpenFile("/w/d", syscall.O_DIRECTORY, 0)))
	}, want: "path: open /w/f: not a directory, ok"},
	{name: "O_SYNC writes", do: func(b bench) string {
		n, err := b.open("/w/f", os.O_CREATE|os.O_WRONLY|os.O_SYNC).WriteString("abc")
		return b.all(n, err, b.content("/w/f"))
	}, want: "3, ok, abc"},
}

var identityProbes = []probe{
	{name: "Create over a file keeps the inode", do: func(b bench) string {
		b.file("/w/f", "abc")
		old := b.open("/w/f", os.O_RDONLY)
		h, err := b.Create("/w/f")
		b.must(err)
		_, err = h.WriteString("de")
		b.must(err)
		content, err := io.ReadAll(old)
		return b.all(string(content), err, h.Close())
	}, want: "de, ok, ok"},
	{name: "Create over a file keeps the mode", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.must(b.Chmod("/w/f", 0o640))
		return b.all(only(b.Create("/w/f")), b.mode("/w/f"))
	}, want: "ok, -rw-r-----"},
	{name: "OpenFile over a file keeps the mode", do: func(b bench) string {
		b.file("/w/f", "abc")
		return b.all(only(b.OpenFile("/w/f", os.O_RDWR|os.O_CREATE, 0o700)), b.mode("/w/f"))
	}, want: "ok, -rw-------"},
	{name: "Rename leaves the name of a handle", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		b.must(b.Rename("/w/f", "/w/g"))
		fi, err := h.Stat()
		b.must(err)
		return b.all(strings.TrimPrefix(h.Name(), b.root), fi.Name())
	}, want: "/w/f, f"},
	{name: "a handle follows its file", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		b.must(b.Rename("/w/f", "/w/g"))
		b.file("/w/f", "other")
		_, err := h.WriteString("mine")
		return b.all(err, b.holds())
	}, want: "ok, f=other g=mine"},
	{name: "a handle keeps a file that Rename replaced", do: func(b bench) string {
		b.file("/w/f", "old")
		b.file("/w/g", "new")
		h := b.open("/w/f", os.O_RDONLY)
		b.must(b.Rename("/w/g", "/w/f"))
		content, err := io.ReadAll(h)
		return b.all(string(content), err, b.holds())
	}, want: "old, ok, f=new"},
	{name: "a handle keeps a file that was removed", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		b.must(b.Remove("/w/f"))
		n, err := h.WriteString("abc")
		got := make([]byte, 3)
		m, err2 := h.ReadAt(got, 0)
		return b.all(n, err, m, err2, string(got), only(h.Stat()), h.Sync(), b.holds())
	}, want: "3, ok, 3, ok, abc, ok, ok, "},
	{name: "FileInfo is a snapshot", do: func(b bench) string {
		b.file("/w/f", "abc")
		fi, err := b.Stat("/w/f")
		b.must(err)
		b.must(b.Chtimes("/w/f", time.Unix(1, 0), time.Unix(1, 0)))
		then := fi.ModTime()
		b.file("/w/f", "abcdef")
		b.must(b.Chmod("/w/f", 0o400))
		b.must(b.Rename("/w/f", "/w/g"))
		return b.all(fi.Name(), fi.Size(), fi.Mode(), fi.ModTime().Equal(then))
	}, want: "f, 3, -rw-------, true"},
	{name: "the size of a directory is that of a block", do: func(b bench) string {
		b.dir("/w/d")
		fi, err := b.Stat("/w/d")
		b.must(err)
		return b.all(fi.Size() == 42, fi.Mode(), fi.IsDir())
	}, want: "false, drwx------, true"},
	{name: "opening and closing for writing changes no time", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.old("/w/f")
		h := b.open("/w/f", os.O_RDWR)
		return b.all(h.Close(), b.isOld("/w/f"))
	}, want: "ok, true"},
	{name: "reading, Sync and Chmod change no time", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.old("/w/f")
		h := b.open("/w/f", os.O_RDWR)
		return b.all(only(h.Read(make([]byte, 1))), h.Sync(), b.Chmod("/w/f", 0o640), b.Chown("/w/f", -1, -1), b.isOld("/w/f"))
	}, want: "ok, ok, ok, ok, true"},
	{name: "writing changes the time", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.old("/w/f")
		return b.all(only(b.open("/w/f", os.O_RDWR).WriteString("x")), b.isOld("/w/f"))
	}, want: "ok, false"},
	{name: "writing nothing changes no time", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.old("/w/f")
		return b.all(only(b.open("/w/f", os.O_RDWR).WriteString("")), b.isOld("/w/f"))
	}, want: "ok, true"},
	{name: "Truncate to the same size changes the time", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.old("/w/f")
		return b.all(b.open("/w/f", os.O_RDWR).Truncate(3), b.isOld("/w/f"))
	}, want: "ok, false"},
	{name: "O_TRUNC of an empty file changes the time", do: func(b bench) string {
		b.file("/w/f", "")
		b.old("/w/f")
		return b.all(b.open("/w/f", os.O_RDWR|os.O_TRUNC).Close(), b.isOld("/w/f"))
	}, want: "ok, false"},
	{name: "creating changes the time of the parent", do: func(b bench) string {
		b.old("/w")
		b.file("/w/f", "x")
		created := b.isOld("/w")
		b.old("/w")
		b.file("/w/f", "y")
		return b.all(created, b.isOld("/w"))
	}, want: "false, true"},
	{name: "Mkdir, Remove and Rename change the time of the parent", do: func(b bench) string {
		var old []any
		for _, do := range []func() error{
			func() error { return b.Mkdir("/w/d", 0o700) },
			func() error { return b.Rename("/w/d", "/w/e") },
			func() error { return b.Remove("/w/e") },
		} {
			b.old("/w")
			b.must(do())
			old = append(old, b.isOld("/w"))
		}
		return b.all(old...)
	}, want: "false, false, false"},
	{name: "Rename changes the time of both parents and not of the file", do: func(b bench) string {
		b.dir("/w/d", "/w/e")
		b.file("/w/d/f", "x")
		b.old("/w/d")
		b.old("/w/e")
		b.old("/w/d/f")
		b.must(b.Rename("/w/d/f", "/w/e/f"))
		return b.all(b.isOld("/w/d"), b.isOld("/w/e"), b.isOld("/w/e/f"))
	}, want: "false, false, true"},
	{name: "Chtimes with two zero times does not even look", do: func(b bench) string {
		return b.all(b.Chtimes("/w/no", time.Time{}, time.Time{}))
	}, want: "ok"},
	{name: "Chtimes sets the time, and a zero time does not", do: func(b bench) string {
		b.file("/w/f", "x")
		b.must(b.Chtimes("/w/f", time.Unix(5, 0), time.Unix(7, 8)))
		b.must(b.Chtimes("/w/f", time.Unix(9, 0), time.Time{}))
		fi, err := b.Stat("/w/f")
		b.must(err)
		return fi.ModTime().UTC().String()
	}, want: "1970-01-01 00:00:07.000000008 +0000 UTC"},
	{name: "Chmod sets no type", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(b.Chmod("/w/f", fs.ModeDir|fs.ModeSetgid|0o751), b.mode("/w/f"))
	}, want: "ok, grwxr-x--x"},
	{name: "Mkdir sets the sticky bit alone", do: func(b bench) string {
		b.must(b.Mkdir("/w/d", fs.ModeSticky|fs.ModeSetuid|fs.ModeSetgid|0o700))
		return b.all(b.mode("/w/d"))
	}, want: "dtrwx------"},
	{name: "Stat names a file as it was asked for", do: func(b bench) string {
		b.dir("/w/d")
		var names []any
		for _, name := range []string{"/w/d", "/w/d/", "/w/d/.", "/w/d/..", "/w//d//"} {
			fi, err := b.Stat(name)
			b.must(err)
			names = append(names, fi.Name())
		}
		return b.all(names...)
	}, want: "d, d, ., .., d"},
}

var ioProbes = []probe{
	{name: "ReadAt past the end", do: func(b bench) string {
		b.file("/w/f", "abc")
		n, err := b.open("/w/f", os.O_RDONLY).ReadAt(make([]byte, 4), 9)
		return b.all(n, err, err == io.EOF)
	}, want: "0, EOF, true"},
	{name: "ReadAt over the end", do: func(b bench) string {
		b.file("/w/f", "abc")
		n, err := b.open("/w/f", os.O_RDONLY).ReadAt(make([]byte, 4), 1)
		return b.all(n, err, err == io.EOF)
	}, want: "2, EOF, true"},
	{name: "ReadAt up to the end", do: func(b bench) string {
		b.file("/w/f", "abc")
		n, err := b.open("/w/f", os.O_RDONLY).ReadAt(make([]byte, 2), 1)
		return b.all(n, err)
	}, want: "2, ok"},
	{name: "Read over the end, then at it", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDONLY)
		n, err := h.Read(make([]byte, 4))
		m, err2 := h.Read(make([]byte, 4))
		k, err3 := h.Read(nil)
		return b.all(n, err, m, err2, k, err3)
	}, want: "3, ok, 0, EOF, 0, ok"},
	{name: "ReadAt leaves the offset", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDONLY)
		_, err := h.ReadAt(make([]byte, 1), 2)
		b.must(err)
		at, err := h.Seek(0, io.SeekCurrent)
		return b.all(at, err)
	}, want: "0, ok"},
	{name: "ReadAt and WriteAt at a negative offset", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDWR)
		return b.all(only(h.ReadAt(make([]byte, 1), -1)), only(h.WriteAt([]byte("x"), -1)), b.content("/w/f"))
	}, want: "path: readat /w/f: negative offset, path: writeat /w/f: negative offset, abc"},
	{name: "Seek before the beginning", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDWR)
		return b.all(only(h.Seek(-1, io.SeekStart)), only(h.Seek(-1, io.SeekCurrent)), only(h.Seek(-4, io.SeekEnd)))
	}, want: "path: seek /w/f: invalid argument, path: seek /w/f: invalid argument, path: seek /w/f: invalid argument"},
	{name: "Seek from nowhere", do: func(b bench) string {
		b.file("/w/f", "abc")
		return b.all(only(b.open("/w/f", os.O_RDWR).Seek(0, 9)))
	}, want: "path: seek /w/f: invalid argument"},
	{name: "Seek past the end and write", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDWR)
		at, err := h.Seek(2, io.SeekEnd)
		_, err2 := h.WriteString("x")
		return b.all(at, err, err2, fmt.Sprintf("%q", b.content("/w/f")))
	}, want: "5, ok, ok, \"abc\\x00\\x00x\""},
	{name: "Seek past the end and read", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDWR)
		_, err := h.Seek(9, io.SeekStart)
		b.must(err)
		n, err := h.Read(make([]byte, 1))
		return b.all(n, err, b.holds())
	}, want: "0, EOF, f=abc"},
	{name: "WriteAt of nothing past the end", do: func(b bench) string {
		b.file("/w/f", "abc")
		n, err := b.open("/w/f", os.O_RDWR).WriteAt(nil, 9)
		return b.all(n, err, b.holds())
	}, want: "0, ok, f=abc"},
	{name: "Write of nothing past the end", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDWR)
		_, err := h.Seek(9, io.SeekStart)
		b.must(err)
		n, err := h.Write(nil)
		return b.all(n, err, b.holds())
	}, want: "0, ok, f=abc"},
	{name: "WriteAt past the end", do: func(b bench) string {
		b.file("/w/f", "abc")
		n, err := b.open("/w/f", os.O_RDWR).WriteAt([]byte("x"), 5)
		return b.all(n, err, fmt.Sprintf("%q", b.content("/w/f")))
	}, want: "1, ok, \"abc\\x00\\x00x\""},
	{name: "Truncate to a negative size", do: func(b bench) string {
		b.file("/w/f", "abc")
		return b.all(b.open("/w/f", os.O_RDWR).Truncate(-1), b.holds())
	}, want: "path: truncate /w/f: invalid argument, f=abc"},
	{name: "Truncate down and up again", do: func(b bench) string {
		b.file("/w/f", "abc")
		h := b.open("/w/f", os.O_RDWR)
		return b.all(h.Truncate(1), h.Truncate(3), fmt.Sprintf("%q", b.content("/w/f")))
	}, want: "ok, ok, \"a\\x00\\x00\""},
	{name: "Truncate leaves the offset", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		_, err := h.WriteString("abc")
		b.must(err)
		b.must(h.Truncate(0))
		_, err = h.WriteString("d")
		return b.all(err, fmt.Sprintf("%q", b.content("/w/f")))
	}, want: "ok, \"\\x00\\x00\\x00d\""},
	{name: "Sync and Stat of a closed handle", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		b.must(h.Close())
		return b.all(h.Sync(), only(h.Stat()))
	}, want: "path: sync /w/f: file already closed (closed), path: stat /w/f: file already closed (closed)"},
	{name: "Read and Write of a closed handle", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		b.must(h.Close())
		return b.all(only(h.Read(make([]byte, 1))), only(h.ReadAt(make([]byte, 1), 0)), only(h.Write([]byte("x"))),
			only(h.WriteAt([]byte("x"), 0)), only(h.WriteString("x")))
	}, want: "path: read /w/f: file already closed (closed), path: read /w/f: file already closed (closed), " +
		"path: write /w/f: file already closed (closed), path: write /w/f: file already closed (closed), " +
		"path: write /w/f: file already closed (closed)"},
	{name: "Seek, Truncate and Close of a closed handle", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		b.must(h.Close())
		return b.all(only(h.Seek(0, io.SeekStart)), h.Truncate(0), h.Close(), strings.TrimPrefix(h.Name(), b.root))
	}, want: "path: seek /w/f: file already closed (closed), path: truncate /w/f: file already closed (closed), " +
		"path: close /w/f: file already closed (closed), /w/f"},
}

var directoryProbes = []probe{
	{name: "reading", do: func(b bench) string {
		h := b.open("/w", os.O_RDONLY)
		return b.all(only(h.Read(make([]byte, 1))), only(h.ReadAt(make([]byte, 1), 0)))
	}, want: "path: read /w: is a directory, path: read /w: is a directory"},
	{name: "writing", do: func(b bench) string {
		h := b.open("/w", os.O_RDONLY)
		return b.all(only(h.Write([]byte("x"))), only(h.WriteAt([]byte("x"), 0)), h.Truncate(0))
	}, want: "path: write /w: bad file descriptor, path: write /w: bad file descriptor, " +
		"path: truncate /w: invalid argument"},
	{name: "Sync", do: func(b bench) string {
		h := b.open("/w", os.O_RDONLY)
		return b.all(h.Sync(), h.Close(), h.Sync())
	}, want: "ok, ok, path: sync /w: file already closed (closed)"},
	{name: "Readdir by pages", do: func(b bench) string {
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			b.file("/w/"+name, "")
		}
		h := b.open("/w", os.O_RDONLY)
		var out []any
		for range 4 {
			infos, err := h.Readdir(2)
			out = append(out, len(infos), err)
		}
		return b.all(out...)
	}, want: "2, ok, 2, ok, 1, ok, 0, EOF"},
	{name: "Readdirnames of all, then at the end", do: func(b bench) string {
		b.file("/w/a", "")
		h := b.open("/w", os.O_RDONLY)
		one, err := h.Readdirnames(-1)
		two, err2 := h.Readdirnames(0)
		three, err3 := h.Readdirnames(1)
		_, err4 := h.Seek(0, io.SeekStart)
		four, err5 := h.Readdirnames(1)
		return b.all(one, err, two, err2, three, err3, err4, four, err5)
	}, want: "[a], ok, [], ok, [], EOF, ok, [a], ok"},
	{name: "Readdirnames of an empty one", do: func(b bench) string {
		h := b.open("/w", os.O_RDONLY)
		one, err := h.Readdirnames(-1)
		two, err2 := h.Readdirnames(1)
		return b.all(one, err, two, err2)
	}, want: "[], ok, [], EOF"},
	{name: "Readdir of a file", do: func(b bench) string {
		h := b.open("/w/f", os.O_CREATE|os.O_RDWR)
		return b.all(only(h.Readdir(-1)), only(h.Readdirnames(1)))
	}, want: "path: readdirent /w/f: not a directory, path: readdirent /w/f: not a directory"},
	{name: "Readdir of a removed one", do: func(b bench) string {
		b.dir("/w/d")
		h := b.open("/w/d", os.O_RDONLY)
		b.must(b.Remove("/w/d"))
		return b.all(only(h.Readdirnames(-1)), only(h.Stat()), h.Sync())
	}, want: "path: readdirent /w/d: no such file or directory (not exist), ok, ok"},
	{name: "no creating in a removed one", do: func(b bench) string {
		b.dir("/w/d")
		b.open("/w/d", os.O_RDONLY)
		b.must(b.Remove("/w/d"))
		return b.all(only(b.Create("/w/d/f")), b.Mkdir("/w/d", 0o700), b.holds())
	}, want: "path: open /w/d/f: no such file or directory (not exist), ok, d/"},
	{name: "RemoveAll of a tree with an open file", do: func(b bench) string {
		b.dir("/w/d", "/w/d/e")
		b.file("/w/d/e/f", "abc")
		h := b.open("/w/d/e/f", os.O_RDONLY)
		b.must(b.RemoveAll("/w/d"))
		content, err := io.ReadAll(h)
		return b.all(string(content), err, b.holds())
	}, want: "abc, ok, "},
	{name: "Name of an entry's FileInfo", do: func(b bench) string {
		b.file("/w/f", "abc")
		infos, err := b.open("/w", os.O_RDONLY).Readdir(-1)
		b.must(err)
		return b.all(infos[0].Name(), infos[0].Size(), infos[0].Mode())
	}, want: "f, 3, -rw-------"},
}

var linkProbes = []probe{
	{name: "a link is not what it leads to", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.link("f", "/w/l")
		fi, asked, err := b.LstatIfPossible("/w/l")
		b.must(err)
		target, err := b.ReadlinkIfPossible("/w/l")
		return b.all(fi.Name(), fi.Mode(), fi.Size(), asked, target, err)
	}, want: "l, Lrwxrwxrwx, 1, true, f, ok"},
	{name: "Stat, Open and ReadFile follow", do: func(b bench) string {
		b.file("/w/f", "abc")
		b.link("f", "/w/l")
		fi, err := b.Stat("/w/l")
		b.must(err)
		h := b.open("/w/l", os.O_RDONLY)
		return b.all(fi.Name(), fi.Mode(), fi.Size(), b.content("/w/l"), path.Base(h.Name()))
	}, want: "l, -rw-------, 3, abc, l"},
	{name: "targets relative to the link", do: func(b bench) string {
		b.dir("/w/d", "/w/d/e")
		b.file("/w/f", "top")
		b.file("/w/d/f", "below")
		b.link("../f", "/w/d/l")
		b.link("../../w/d/./f", "/w/d/m")
		return b.all(b.content("/w/d/l"), b.content("/w/d/m"))
	}, want: "top, below"},
	{name: "a target from the root", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/f", "abc")
		b.link("/w/f", "/w/d/l")
		return b.all(b.content("/w/d/l"))
	}, want: "abc"},
	{name: "a link on the way", do: func(b bench) string {
		b.dir("/w/d", "/w/d/e")
		b.link("d/e", "/w/l")
		b.file("/w/l/f", "abc")
		return b.all(b.holds(), b.content("/w/l/f"))
	}, want: "d/ d/e/ d/e/f=abc l, abc"},
	{name: "dots behind a link lead to the real parent", do: func(b bench) string {
		b.dir("/w/d", "/w/d/e")
		b.file("/w/d/f", "abc")
		b.link("d/e", "/w/l")
		return b.all(b.content("/w/l/../f"), only(b.Stat("/w/f")))
	}, want: "abc, path: stat /w/f: no such file or directory (not exist)"},
	{name: "a link that leads nowhere", do: func(b bench) string {
		b.link("no", "/w/l")
		return b.all(only(b.Stat("/w/l")), only(b.Open("/w/l")), b.Chmod("/w/l", 0o600), only(b.Stat("/w/l/x")), b.lmode("/w/l"))
	}, want: "path: stat /w/l: no such file or directory (not exist), " +
		"path: open /w/l: no such file or directory (not exist), " +
		"path: chmod /w/l: no such file or directory (not exist), " +
		"path: stat /w/l/x: no such file or directory (not exist), Lrwxrwxrwx"},
	{name: "a link to itself", do: func(b bench) string {
		b.link("l", "/w/l")
		return b.all(only(b.Stat("/w/l")), only(b.Open("/w/l/x")), only(b.Create("/w/l")),
			b.MkdirAll("/w/l/d", 0o700), b.Remove("/w/l"), b.holds())
	}, want: "path: stat /w/l: too many levels of symbolic links, " +
		"path: open /w/l/x: too many levels of symbolic links, " +
		"path: open /w/l: too many levels of symbolic links, path: mkdir /w/l: file exists (exist), ok, "},
	{name: "forty links and one more", do: func(b bench) string {
		b.file("/w/0", "abc")
		for i := range 41 {
			b.link(fmt.Sprint(i), fmt.Sprintf("/w/%d", i+1))
		}
		return b.all(b.content("/w/40"), b.content("/w/41"))
	}, want: "abc, path: open /w/41: too many levels of symbolic links"},
	{name: "a link below a file", do: func(b bench) string {
		b.file("/w/f", "x")
		b.link("f/g", "/w/l")
		return b.all(only(b.Stat("/w/l")), b.SymlinkIfPossible("f", "/w/f/l"))
	}, want: "path: stat /w/l: not a directory, link: symlink f /w/f/l: not a directory"},
	{name: "Symlink over what exists", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		b.link("no", "/w/l")
		return b.all(b.SymlinkIfPossible("a", "/w/f"), b.SymlinkIfPossible("a", "/w/d"),
			b.SymlinkIfPossible("a", "/w/l"), b.SymlinkIfPossible("a", "/w/d/"), b.holds())
	}, want: "link: symlink a /w/f: file exists (exist), link: symlink a /w/d: file exists (exist), " +
		"link: symlink a /w/l: file exists (exist), link: symlink a /w/d/: file exists (exist), d/ f=x l"},
	{name: "Symlink that cannot be", do: func(b bench) string {
		return b.all(b.SymlinkIfPossible("", "/w/l"), b.SymlinkIfPossible("a", "/w/no/l"),
			b.SymlinkIfPossible("a", "/w/l/"), b.SymlinkIfPossible("a", ""),
			cause(b.SymlinkIfPossible("a\x00", "/w/l")), cause(b.SymlinkIfPossible(strings.Repeat("a", 4096), "/w/l")), b.holds())
	}, want: "link: symlink  /w/l: no such file or directory (not exist), " +
		"link: symlink a /w/no/l: no such file or directory (not exist), " +
		"link: symlink a /w/l/: no such file or directory (not exist), " +
		"link: symlink a : no such file or directory (not exist), invalid argument, file name too long, "},
	{name: "Readlink of what is no link", do: func(b bench) string {
		b.file("/w/f", "x")
		return b.all(only(b.ReadlinkIfPossible("/w/f")), only(b.ReadlinkIfPossible("/w")), only(b.ReadlinkIfPossible("/w/no")))
	}, want: "path: readlink /w/f: invalid argument, path: readlink /w: invalid argument, " +
		"path: readlink /w/no: no such file or directory (not exist)"},
	{name: "a target stays as it was given", do: func(b bench) string {
		b.link("./a//b/../", "/w/l")
		target, err := b.ReadlinkIfPossible("/w/l")
		return b.all(target, err)
	}, want: "./a//b/../, ok"},
	{name: "creating through a link that leads nowhere", do: func(b bench) string {
		b.dir("/w/d")
		b.link("d/f", "/w/l")
		b.file("/w/l", "abc")
		return b.all(b.holds(), b.content("/w/d/f"))
	}, want: "d/ d/f=abc l, abc"},
	{name: "creating through a link into no directory", do: func(b bench) string {
		b.link("no/f", "/w/l")
		return b.all(only(b.Create("/w/l")), b.holds())
	}, want: "path: open /w/l: no such file or directory (not exist), l"},
	{name: "O_EXCL does not create through a link", do: func(b bench) string {
		b.link("f", "/w/l")
		return b.all(only(b.OpenFile("/w/l", os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)), b.holds())
	}, want: "path: open /w/l: file exists (exist), l"},
	{name: "O_NOFOLLOW", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		b.link("f", "/w/l")
		b.link("d", "/w/m")
		b.link("no", "/w/n")
		const flag = os.O_RDONLY | syscall.O_NOFOLLOW
		return b.all(only(b.OpenFile("/w/l", flag, 0)), only(b.OpenFile("/w/m", flag, 0)), only(b.OpenFile("/w/n", flag|os.O_CREATE, 0)),
			only(b.OpenFile("/w/f", flag, 0)), only(b.OpenFile("/w/m/", flag, 0)), only(b.OpenFile("/w/m", flag|syscall.O_DIRECTORY, 0)))
	}, want: "path: open /w/l: too many levels of symbolic links, " +
		"path: open /w/m: too many levels of symbolic links, " +
		"path: open /w/n: too many levels of symbolic links, ok, ok, path: open /w/m: not a directory"},
	{name: "Mkdir does not follow", do: func(b bench) string {
		b.link("no", "/w/l")
		return b.all(b.Mkdir("/w/l", 0o700), b.Mkdir("/w/l/", 0o700), b.holds())
	}, want: "path: mkdir /w/l: file exists (exist), path: mkdir /w/l/: file exists (exist), l"},
	{name: "MkdirAll follows", do: func(b bench) string {
		b.dir("/w/d")
		b.link("d", "/w/l")
		b.link("no", "/w/m")
		return b.all(b.MkdirAll("/w/l/x/y", 0o700), b.MkdirAll("/w/l", 0o700), b.MkdirAll("/w/m/x", 0o700), b.MkdirAll("/w/m", 0o700), b.holds())
	}, want: "ok, ok, path: mkdir /w/m: file exists (exist), path: mkdir /w/m: file exists (exist), d/ d/x/ d/x/y/ l m"},
	{name: "Remove removes the link", do: func(b bench) string {
		b.file("/w/f", "x")
		b.dir("/w/d")
		b.link("f", "/w/l")
		b.link("d", "/w/m")
		return b.all(b.Remove("/w/l"), b.Remove("/w/m/"), b.Remove("/w/m"), b.holds())
	}, want: "ok, path: remove /w/m/: not a directory, ok, d/ f=x"},
	{name: "RemoveAll does not follow", do: func(b bench) string {
		b.dir("/w/d", "/w/e")
		b.file("/w/d/f", "x")
		b.link("../d", "/w/e/l")
		b.link("d", "/w/m")
		return b.all(b.RemoveAll("/w/e"), b.RemoveAll("/w/m"), b.holds())
	}, want: "ok, ok, d/ d/f=x"},
	{name: "Rename moves the link", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/f", "x")
		b.link("f", "/w/l")
		b.must(b.Rename("/w/l", "/w/d/l"))
		target, err := b.ReadlinkIfPossible("/w/d/l")
		return b.all(target, err, only(b.Stat("/w/d/l")), b.holds())
	}, want: "f, ok, path: stat /w/d/l: no such file or directory (not exist), d/ d/l f=x"},
	{name: "Rename replaces a link", do: func(b bench) string {
		b.dir("/w/d", "/w/e")
		b.file("/w/f", "x")
		b.file("/w/g", "y")
		b.link("f", "/w/l")
		b.link("d", "/w/m")
		return b.all(b.Rename("/w/g", "/w/l"), b.Rename("/w/e", "/w/m"), b.Rename("/w/f", "/w/m"), b.holds())
	}, want: "ok, link: rename /w/e /w/m: not a directory, ok, d/ e/ l=y m=x"},
	{name: "Rename of links with a slash behind", do: func(b bench) string {
		b.dir("/w/d", "/w/e")
		b.file("/w/f", "x")
		b.link("d", "/w/l")
		return b.all(b.Rename("/w/l/", "/w/x"), b.Rename("/w/f", "/w/l/"), b.Rename("/w/e", "/w/l/"), b.Rename("/w/d", "/w/l/"), b.holds())
	}, want: "link: rename /w/l/ /w/x: not a directory, link: rename /w/f /w/l/: file exists (exist), " +
		"link: rename /w/e /w/l/: file exists (exist), link: rename /w/d /w/l/: not a directory, d/ e/ f=x l"},
	{name: "Rename through links into itself", do: func(b bench) string {
		b.dir("/w/d", "/w/d/e")
		b.link("d/e", "/w/l")
		return b.all(b.Rename("/w/d", "/w/l/x"), b.holds())
	}, want: "link: rename /w/d /w/l/x: invalid argument, d/ d/e/ l"},
	{name: "Rename through links out of itself", do: func(b bench) string {
		b.dir("/w/d", "/w/e")
		b.link("../e", "/w/d/l")
		return b.all(b.Rename("/w/d", "/w/d/l/x"), b.holds())
	}, want: "ok, e/ e/x/ e/x/l"},
	{name: "Rename through a link from the root out of itself", do: func(b bench) string {
		b.dir("/w/d", "/w/e")
		b.link("/w/e", "/w/d/l")
		return b.all(b.Rename("/w/d", "/w/d/l/x"), b.holds())
	}, want: "ok, e/ e/x/ e/x/l"},
	{name: "Chmod and Chtimes follow", do: func(b bench) string {
		b.file("/w/f", "x")
		b.link("f", "/w/l")
		b.must(b.Chmod("/w/l", 0o640))
		b.old("/w/l")
		return b.all(b.mode("/w/f"), b.isOld("/w/f"), b.lmode("/w/l"), b.Chown("/w/l", -1, -1))
	}, want: "-rw-r-----, true, Lrwxrwxrwx, ok"},
	{name: "a slash behind a link", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/f", "x")
		b.link("d", "/w/l")
		b.link("f", "/w/m")
		return b.all(b.lmode("/w/l"), b.lmode("/w/l/"), only(b.Stat("/w/m/")),
			only(b.ReadlinkIfPossible("/w/l/")), only(b.Create("/w/m/")), b.lmode("/w/l/."))
	}, want: "Lrwxrwxrwx, drwx------, path: stat /w/m/: not a directory, path: readlink /w/l/: invalid argument, " +
		"path: open /w/m/: is a directory, drwx------"},
	{name: "a target with a slash behind", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/f", "x")
		b.link("d/", "/w/l")
		b.link("f/", "/w/m")
		b.link("no/", "/w/n")
		return b.all(only(b.Stat("/w/l")), only(b.Stat("/w/m")), only(b.Create("/w/m")), only(b.Create("/w/n")), b.holds())
	}, want: "ok, path: stat /w/m: not a directory, path: open /w/m: is a directory, " +
		"path: open /w/n: is a directory, d/ f=x l m n"},
	{name: "a listing shows links", do: func(b bench) string {
		b.dir("/w/d")
		b.link("d", "/w/l")
		infos, err := b.open("/w", os.O_RDONLY).Readdir(-1)
		b.must(err)
		modes := map[string]fs.FileMode{}
		for _, fi := range infos {
			modes[fi.Name()] = fi.Mode()
		}
		return b.all(modes["d"], modes["l"])
	}, want: "drwx------, Lrwxrwxrwx"},
	{name: "Walk does not follow", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/d/f", "x")
		b.link("d", "/w/l")
		b.link(".", "/w/d/m")
		return b.holds()
	}, want: "d/ d/f=x d/m l"},
	{name: "a directory handle through a link", do: func(b bench) string {
		b.dir("/w/d")
		b.file("/w/d/f", "x")
		b.link("d", "/w/l")
		h := b.open("/w/l", os.O_RDONLY)
		found, err := h.Readdirnames(-1)
		return b.all(found, err, h.Sync())
	}, want: "[f], ok, ok"},
	{name: "a link changes the time of its directory alone", do: func(b bench) string {
		b.file("/w/f", "x")
		b.old("/w/f")
		b.old("/w")
		b.link("f", "/w/l")
		return b.all(b.isOld("/w/f"), b.isOld("/w"))
	}, want: "true, false"},
}
