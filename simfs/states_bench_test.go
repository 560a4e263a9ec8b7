package simfs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// bigCrashes are crashes with 2^16 images.
var bigCrashes = []struct {
	name  string
	build func(b *testing.B, f *simfs.FS)
}{
	{"one-file-of-16-units", func(b *testing.B, f *simfs.FS) {
		durably(b, f, "/w/f", strings.Repeat("o", 16))
		put(b, f, "/w/f", 0, strings.Repeat("n", 16), false)
	}},
	{"16-files-of-one-unit", func(b *testing.B, f *simfs.FS) {
		for i := range 16 {
			durably(b, f, fmt.Sprintf("/w/f%d", i), "o")
		}
		for i := range 16 {
			put(b, f, fmt.Sprintf("/w/f%d", i), 0, "n", false)
		}
	}},
	{"16-names", func(b *testing.B, f *simfs.FS) {
		for i := range 16 {
			put(b, f, fmt.Sprintf("/w/f%d", i), os.O_CREATE, "n", true)
		}
	}},
	{"a-log-and-4-checkpoints", func(b *testing.B, f *simfs.FS) {
		durably(b, f, "/w/log", strings.Repeat("o", 8))
		for i := range 4 {
			put(b, f, fmt.Sprintf("/w/c%d.tmp", i), os.O_CREATE, "n", true)
			durably(b, f, fmt.Sprintf("/w/c%d", i), "o")
		}
		for i := range 4 {
			must(b, f.Chmod(fmt.Sprintf("/w/c%d.tmp", i), 0o600))
			must(b, f.Rename(fmt.Sprintf("/w/c%d.tmp", i), fmt.Sprintf("/w/c%d", i)))
		}
		put(b, f, "/w/log", 0, strings.Repeat("n", 8), false)
	}},
}

// BenchmarkStates makes all images of such a crash, bare and with their Sums.
func BenchmarkStates(b *testing.B) {
	for _, tt := range bigCrashes {
		for _, summed := range []bool{false, true} {
			b.Run(fmt.Sprintf("images=65536/%s/summed=%v", tt.name, summed), func(b *testing.B) {
				f := newFS(b, simfs.Config{})
				tt.build(b, f)
				if n := f.Space().Count(); n.Int64() != 1<<16 {
					b.Fatalf("%v images, want 65536", n)
				}
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					states := f.Space().States()
					if summed {
						states = simfs.Distinct(states)
					}
					for range states {
						n++
					}
				}
				b.ReportMetric(float64(b.N<<16)/b.Elapsed().Seconds(), "images/s")
				b.ReportMetric(float64(n)/float64(b.N), "distinct")
			})
		}
	}
}

// BenchmarkCrashTest checks every image with a check that reads one file.
func BenchmarkCrashTest(b *testing.B) {
	test := simfs.CrashTest{
		Setup: func(f afero.Fs) error { return afero.WriteFile(f, "/f", units(strings.Repeat("o", 12)), 0o600) },
		Workload: func(f afero.Fs, _ *simfs.Acks) error {
			h, err := f.OpenFile("/f", os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = h.Write(units(strings.Repeat("n", 12)))
			return err
		},
		Check: func(f afero.Fs, _ *simfs.Acks) error {
			_, err := afero.ReadFile(f, "/f")
			return err
		},
	}
	b.ReportAllocs()
	images := 0
	for b.Loop() {
		report := test.Test(b)
		images += report.Checked
	}
	b.ReportMetric(float64(images)/b.Elapsed().Seconds(), "images/s")
}

// BenchmarkCount counts the images of a crash with very many.
func BenchmarkCount(b *testing.B) {
	tests := []struct {
		name    string
		profile simfs.Profile
		build   func(f *simfs.FS)
	}{
		{"units=10000", simfs.PosixStrict, func(f *simfs.FS) {
			durably(b, f, "/w/f", strings.Repeat("o", 10_000))
			put(b, f, "/w/f", 0, strings.Repeat("n", 10_000), false)
		}},
		{"appends=1000", simfs.PosixStrict, func(f *simfs.FS) {
			for range 1000 {
				put(b, f, "/w/f", os.O_CREATE|os.O_APPEND, "n", false)
			}
		}},
		{"names=1000", simfs.Ext4Ordered, func(f *simfs.FS) {
			for i := range 1000 {
				put(b, f, fmt.Sprintf("/w/f%d", i), os.O_CREATE, "n", false)
			}
		}},
		{"removed=1000", simfs.PosixStrict, func(f *simfs.FS) {
			must(b, f.Mkdir("/w/d", 0o700))
			for i := range 1000 {
				put(b, f, fmt.Sprintf("/w/d/f%d", i), os.O_CREATE, "n", false)
			}
			f.SyncAll()
			must(b, f.RemoveAll("/w/d"))
		}},
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			f := newFS(b, simfs.Config{Profile: tt.profile})
			tt.build(f)
			b.ReportAllocs()
			bits := 0
			for b.Loop() {
				bits = f.Space().Count().BitLen()
			}
			b.ReportMetric(float64(bits), "bits")
		})
	}
}
