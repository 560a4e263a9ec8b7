package simfs_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/spf13/afero"
)

// shapes are crashes that leave 2^16 images each, the last 3 * 2^14.
var shapes = []struct {
	name  string
	build func(t testing.TB, f *simfs.FS)
}{
	{"one-file-of-16-units", func(t testing.TB, f *simfs.FS) {
		durably(t, f, "/w/f", "oooooooooooooooo")
		put(t, f, "/w/f", 0, "nnnnnnnnnnnnnnnn", false)
	}},
	{"16-files-of-one-unit", func(t testing.TB, f *simfs.FS) {
		for i := range 16 {
			durably(t, f, fmt.Sprintf("/w/f%d", i), "o")
		}
		for i := range 16 {
			put(t, f, fmt.Sprintf("/w/f%d", i), 0, "n", false)
		}
	}},
	{"16-names", func(t testing.TB, f *simfs.FS) {
		for i := range 16 {
			put(t, f, fmt.Sprintf("/w/f%d", i), os.O_CREATE, "n", true)
		}
	}},
	{"wal-checkpoint-and-names", func(t testing.TB, f *simfs.FS) {
		durably(t, f, "/w/wal", "oooooooo")
		durably(t, f, "/w/checkpoint", "o")
		put(t, f, "/w/wal", 0, "nnnnnnnn", false)
		put(t, f, "/w/checkpoint.tmp", os.O_CREATE, "n", true)
		must(t, f.Rename("/w/checkpoint.tmp", "/w/checkpoint"))
		for i := range 6 {
			put(t, f, fmt.Sprintf("/w/segment%d", i), os.O_CREATE, "n", true)
		}
	}},
}

func shaped(t testing.TB, build func(testing.TB, *simfs.FS)) *simfs.FS {
	t.Helper()
	f, err := simfs.New(simfs.Config{})
	must(t, err)
	must(t, f.Mkdir("/w", 0o755))
	syncDir(t, f, "/")
	build(t, f)
	return f
}

// BenchmarkStates makes all images of a crash.
func BenchmarkStates(b *testing.B) {
	for _, tt := range shapes {
		b.Run(tt.name, func(b *testing.B) {
			f := shaped(b, tt.build)
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				for range f.Space().States() {
					n++
				}
			}
			b.ReportMetric(float64(n)/float64(b.N), "images")
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

// BenchmarkDistinct makes them and tells them apart by what they hold.
func BenchmarkDistinct(b *testing.B) {
	for _, tt := range shapes {
		b.Run(tt.name, func(b *testing.B) {
			f := shaped(b, tt.build)
			n := f.Space().Count().Int64()
			b.ReportAllocs()
			for b.Loop() {
				for range simfs.Distinct(f.Space().States()) {
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

// BenchmarkCrashTest checks every image of one crash with a check that does nothing.
func BenchmarkCrashTest(b *testing.B) {
	test := simfs.CrashTest{
		Setup: func(f afero.Fs) error { return f.Mkdir("/w", 0o755) },
		Workload: func(f afero.Fs, _ *simfs.Acks) error {
			put(b, f, "/w/f", os.O_CREATE, "nnnnnnnnnnnn", false)
			return nil
		},
		Check: func(afero.Fs, *simfs.Acks) error { return nil },
	}
	checked := 0
	b.ReportAllocs()
	for b.Loop() {
		report, err := test.Run()
		must(b, err)
		checked += report.Checked + report.Duplicates
	}
	b.ReportMetric(float64(checked)/b.Elapsed().Seconds(), "images/s")
}

// BenchmarkCount lists what is pending, and counts its images, where there is much.
func BenchmarkCount(b *testing.B) {
	for _, tt := range []struct {
		name    string
		profile simfs.Profile
		build   func(f *simfs.FS)
	}{
		{"profile=posix-strict/units=10000", simfs.PosixStrict, func(f *simfs.FS) {
			must(b, afero.WriteFile(f, "/w/f", make([]byte, 10_000*512), 0o600))
		}},
		{"profile=posix-strict/names=1000", simfs.PosixStrict, manyNames(b)},
		{"profile=ext4-ordered/names=1000", simfs.Ext4Ordered, manyNames(b)},
	} {
		b.Run(tt.name, func(b *testing.B) {
			f, err := simfs.New(simfs.Config{Profile: tt.profile})
			must(b, err)
			must(b, f.Mkdir("/w", 0o755))
			syncDir(b, f, "/")
			tt.build(f)
			b.ReportAllocs()
			for b.Loop() {
				f.Space().Count()
			}
		})
	}
}

func manyNames(b *testing.B) func(f *simfs.FS) {
	return func(f *simfs.FS) {
		for i := range 1000 {
			must(b, afero.WriteFile(f, fmt.Sprintf("/w/%d", i), nil, 0o600))
		}
	}
}
