package core

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// lockedOut checks that err names this process as the one that has the log open.
func lockedOut(t *testing.T, err error) {
	t.Helper()
	host, hostErr := os.Hostname()
	must(t, hostErr)
	typed := new(LockedError)
	if !errors.Is(err, ErrLocked) || !errors.As(err, &typed) {
		t.Fatalf("Open = %v, want a *LockedError", err)
	}
	if got := typed.Holder; got.PID != os.Getpid() || got.Host != host || time.Since(got.Since) > time.Hour {
		t.Errorf("holder = %+v, want process %d on %s since just now", got, os.Getpid(), host)
	}
	for _, text := range []string{typed.Path, host, "since 20"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("Open = %q, lacks %q", err, text)
		}
	}
}

// One log, one store, whatever the filesystem and the name it goes by.
func TestOpenTwiceInOneProcess(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "log"), 0o700))
	must(t, os.Symlink("log", filepath.Join(dir, "link")))
	disk, memory := afero.NewOsFs(), afero.NewMemMapFs()
	for _, tt := range []struct {
		name          string
		first, second afero.Fs
		one, other    string
	}{
		{"disk", disk, disk, filepath.Join(dir, "log"), filepath.Join(dir, "log")},
		{"disk by another name", disk, disk, filepath.Join(dir, "log"), filepath.Join(dir, "link")},
		{"disk behind a wrapper", disk, afero.NewBasePathFs(disk, dir), filepath.Join(dir, "log"), "/log"},
		{"memory", memory, memory, "/log", "/x/../log/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(ctx, tt.first, tt.one, Config{})
			must(t, err)
			appendTexts(t, s, "a")
			_, err = Open(ctx, tt.second, tt.other, Config{})
			lockedOut(t, err)
			must(t, s.Close())
			s, err = Open(ctx, tt.second, tt.other, Config{})
			must(t, err)
			must(t, s.Close())
		})
	}
}

// An Open that fails leaves nothing locked, and two logs lock nothing of each other.
func TestLockIsForOneLog(t *testing.T) {
	for _, fs := range []afero.Fs{afero.NewOsFs(), afero.NewMemMapFs()} {
		dir := filepath.Join(t.TempDir(), "log")
		must(t, fs.MkdirAll(dir, 0o700))
		must(t, afero.WriteFile(fs, segmentAt(dir, 1).path, []byte("foreign"), 0o600))
		for range 2 {
			if _, err := Open(ctx, fs, dir, Config{}); !errors.Is(err, ErrJournalCorrupt) {
				t.Fatalf("Open = %v, want %v", err, ErrJournalCorrupt)
			}
		}
		must(t, fs.Remove(segmentAt(dir, 1).path))
		for _, name := range []string{dir, dir + "2"} {
			s, err := Open(ctx, fs, name, Config{})
			must(t, err)
			defer s.Close()
		}
	}
}

// Processes that a simulation starts and kills share one real process. A store that
// such a death left open is in nobody's way.
func TestSimulatedDeathLeavesNothingLocked(t *testing.T) {
	disk := newPowerDisk()
	openOn(t, disk, Config{Runtime: newSolo()})
	openOn(t, disk, Config{Runtime: newSolo()})
	if names := openHere.holders; len(names) != 0 {
		t.Errorf("held logs = %v, want none", names)
	}
	if _, err := disk.Stat("/log/" + lockName); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("lock file of a disk that locks nothing: %v, want %v", err, os.ErrNotExist)
	}
}

// A filesystem that Go cannot compare is opened all the same.
func TestLockOfAnIncomparableFilesystem(t *testing.T) {
	type named struct {
		afero.Fs
		_ []string
	}
	must(t, openOn(t, named{Fs: afero.NewMemMapFs()}, Config{}).Close())
}

// What the lock file says is believed only if it is sound, and it locks whatever it
// says.
func TestLockFileContent(t *testing.T) {
	since := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	sound := Holder{PID: 4711, Host: `shop "1"`, Since: since}
	for _, tt := range []struct {
		name, content string
		want          Holder
	}{
		{"sound", string(sound.encode()), sound},
		{"as documented", "pid 4711\nhost \"shop \\\"1\\\"\"\nsince 2026-11-24T09:30:00Z\n", sound},
		{"empty", "", Holder{}},
		{"garbage", "\x00\xff\x00", Holder{}},
		{"no time", "pid 4711\nhost \"shop\"\nsince yesterday\n", Holder{}},
		{"more behind it", string(sound.encode()) + "pid 1\n", Holder{}},
		{"another spelling", "pid 04711\nhost `shop`\nsince 2026-11-24T09:30:00Z\n", Holder{}},
		{"large", string(sound.encode()) + strings.Repeat("x", lockBytesMax), Holder{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(ctx, afero.NewOsFs(), dir, Config{})
			must(t, err)
			defer s.Close()
			must(t, os.WriteFile(filepath.Join(dir, lockName), []byte(tt.content), 0o600))
			typed := new(LockedError)
			if _, err := Open(ctx, afero.NewOsFs(), dir, Config{}); !errors.As(err, &typed) {
				t.Fatalf("Open = %v, want a *LockedError", err)
			}
			if d := cmp.Diff(tt.want, typed.Holder); d != "" {
				t.Errorf("holder (-want +got):\n%s", d)
			}
		})
	}
}

// FuzzHolder: a lock file may hold anything. What is read from it is nobody, or
// somebody who is written down so and not otherwise.
func FuzzHolder(f *testing.F) {
	f.Add(Holder{PID: 4711, Host: `shop "1"`, Since: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)}.encode())
	f.Add([]byte("pid 1\nhost \"\"\nsince 2026-11-24T09:30:00+01:00\n"))
	f.Add([]byte("pid 99999999999999999999\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h := decodeHolder(b); h != (Holder{}) && !bytes.Equal(h.encode(), b) {
			t.Errorf("%q is read as %+v, and written as %q", b, h, h.encode())
		}
	})
}
