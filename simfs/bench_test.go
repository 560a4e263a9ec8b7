package simfs_test

import (
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// hold gives f a synced file of that many MiB.
func hold(b *testing.B, f afero.Fs, name string, mib int) afero.File {
	b.Helper()
	h, err := f.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	must(b, err)
	chunk := make([]byte, 1<<20)
	for i := range chunk {
		chunk[i] = byte(i)
	}
	for range mib {
		_, err := h.Write(chunk)
		must(b, err)
	}
	must(b, h.Sync())
	return h
}

func benchFS(b *testing.B) *simfs.FS {
	b.Helper()
	f, err := simfs.New(simfs.Config{})
	must(b, err)
	return f
}

// rewindEvery bounds how far a benchmark's file grows past the size it is about.
const rewindEvery = 256

func BenchmarkAppendSync(b *testing.B) {
	for _, sys := range []struct {
		name string
		fs   func() afero.Fs
	}{
		{"simfs", func() afero.Fs { return benchFS(b) }},
		{"memmapfs", afero.NewMemMapFs},
	} {
		for _, mib := range []int{1, 4, 16, 64} {
			b.Run(fmt.Sprintf("fs=%s/held=%dMiB/bytes=4096", sys.name, mib), func(b *testing.B) {
				h := hold(b, sys.fs(), "/f", mib)
				block := make([]byte, 4096)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%rewindEvery == 0 {
						must(b, h.Truncate(int64(mib)<<20))
						_, err := h.Seek(0, io.SeekEnd)
						must(b, err)
					}
					_, err := h.Write(block)
					must(b, err)
					must(b, h.Sync())
				}
			})
		}
	}
}

// BenchmarkAppend writes files of 4 MiB, one after the other, in appends of one size.
func BenchmarkAppend(b *testing.B) {
	for _, bytes := range []int{128, 4096} {
		for _, sys := range []struct {
			name string
			fs   afero.Fs
		}{{"simfs", benchFS(b)}, {"memmapfs", afero.NewMemMapFs()}} {
			b.Run(fmt.Sprintf("fs=%s/bytes=%d", sys.name, bytes), func(b *testing.B) {
				var h afero.File
				record := make([]byte, bytes)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%(4<<20/bytes) == 0 {
						var err error
						if h != nil {
							must(b, h.Sync())
							must(b, h.Close())
							must(b, sys.fs.Remove("/f"))
						}
						h, err = sys.fs.Create("/f")
						must(b, err)
					}
					_, err := h.Write(record)
					must(b, err)
				}
			})
		}
	}
}

func BenchmarkReadAt(b *testing.B) {
	for _, sys := range []struct {
		name string
		fs   afero.Fs
	}{{"simfs", benchFS(b)}, {"memmapfs", afero.NewMemMapFs()}} {
		b.Run(fmt.Sprintf("fs=%s/held=64MiB/bytes=4096", sys.name), func(b *testing.B) {
			h := hold(b, sys.fs, "/f", 64)
			block := make([]byte, 4096)
			b.SetBytes(4096)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, err := h.ReadAt(block, int64(i%16384)*4096)
				must(b, err)
			}
		})
	}
}

// BenchmarkClone takes a crash image while 64 KiB of what is held is unsynced.
func BenchmarkClone(b *testing.B) {
	for _, mib := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("held=%dMiB/dirty=64KiB", mib), func(b *testing.B) {
			f := benchFS(b)
			h := hold(b, f, "/f", mib)
			syncDir(b, f, "/")
			block := make([]byte, 4096)
			for i := range int64(16) {
				_, err := h.WriteAt(block, i<<20/16)
				must(b, err)
			}
			b.ReportAllocs()
			for b.Loop() {
				f.Clone()
			}
		})
	}
}

// BenchmarkOverwrite writes 4 KiB inside 64 MiB, and syncs now and then.
func BenchmarkOverwrite(b *testing.B) {
	for _, sys := range []struct {
		name string
		fs   func() afero.Fs
	}{
		{"simfs", func() afero.Fs { return benchFS(b) }},
		{"memmapfs", afero.NewMemMapFs},
	} {
		b.Run(fmt.Sprintf("fs=%s/held=64MiB/bytes=4096", sys.name), func(b *testing.B) {
			h := hold(b, sys.fs(), "/f", 64)
			block := make([]byte, 4096)
			b.SetBytes(int64(len(block)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, err := h.WriteAt(block, int64(i*7919%16384)*4096)
				must(b, err)
				if i%rewindEvery == 0 {
					must(b, h.Sync())
				}
			}
		})
	}
}

// fill gives f a directory with that many files, durably.
func fill(b *testing.B, f afero.Fs, dir string, entries int) {
	b.Helper()
	must(b, f.Mkdir(dir, 0o700))
	for i := range entries {
		h, err := f.Create(fmt.Sprintf("%s/%06d", dir, i))
		must(b, err)
		must(b, h.Close())
	}
	syncDir(b, f, dir)
	syncDir(b, f, "/")
}

// BenchmarkRename moves one file to and fro in a directory of many.
func BenchmarkRename(b *testing.B) {
	for _, sys := range []struct {
		name string
		fs   func() afero.Fs
	}{
		{"simfs", func() afero.Fs { return benchFS(b) }},
		{"memmapfs", afero.NewMemMapFs},
	} {
		for _, entries := range []int{100, 1_000, 10_000} {
			b.Run(fmt.Sprintf("fs=%s/entries=%d", sys.name, entries), func(b *testing.B) {
				f := sys.fs()
				fill(b, f, "/d", entries)
				from, to := "/d/000042", "/d/other"
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					must(b, f.Rename(from, to))
					from, to = to, from
					if i%rewindEvery == 0 {
						syncDir(b, f, "/d") // or what is pending grows for ever
					}
				}
			})
		}
	}
}

// BenchmarkSyncDir syncs one rename in a directory of many. On MemMapFs a sync does
// nothing.
func BenchmarkSyncDir(b *testing.B) {
	for _, entries := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("fs=simfs/entries=%d", entries), func(b *testing.B) {
			f := benchFS(b)
			fill(b, f, "/d", entries)
			d, err := f.Open("/d")
			must(b, err)
			from, to := "/d/000042", "/d/other"
			b.ReportAllocs()
			for b.Loop() {
				must(b, f.Rename(from, to))
				from, to = to, from
				must(b, d.Sync())
			}
		})
	}
}

// BenchmarkLife is a filesystem from New to its second crash under the operations
// of a small log: what a simulated run costs.
func BenchmarkLife(b *testing.B) {
	record := make([]byte, 200)
	b.ReportAllocs()
	ops := 0
	for b.Loop() {
		f := benchFS(b)
		ops = 0
		for range 2 {
			ops += life(b, f, record)
			f = f.Crash()
		}
	}
	b.ReportMetric(float64(ops), "ops")
}

func life(b *testing.B, f *simfs.FS, record []byte) int {
	must(b, f.MkdirAll("/data/cursors", 0o700))
	syncDir(b, f, "/data")
	syncDir(b, f, "/")
	log, err := f.OpenFile("/data/log", os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	must(b, err)
	ops := 10
	for i := range 50 {
		_, err := log.Write(record)
		must(b, err)
		must(b, log.Sync())
		ops += 2
		if i%5 == 0 {
			put(b, f, "/data/cursors/c.tmp", os.O_CREATE, "n", true)
			must(b, f.Rename("/data/cursors/c.tmp", "/data/cursors/c"))
			syncDir(b, f, "/data/cursors")
			ops += 8
		}
	}
	return ops
}
