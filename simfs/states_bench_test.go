package simfs_test

import (
	"fmt"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
)

// BenchmarkStates makes all images of a crash: 2^16 of them.
func BenchmarkStates(b *testing.B) {
	tests := []struct {
		name  string
		build func(f *simfs.FS)
	}{
		{"one-file-of-16-units", func(f *simfs.FS) {
			durably(b, f, "/w/f", "oooooooooooooooo")
			put(b, f, "/w/f", 0, "nnnnnnnnnnnnnnnn", false)
		}},
		{"16-files-of-one-unit", func(f *simfs.FS) {
			for i := range 16 {
				durably(b, f, fmt.Sprintf("/w/f%d", i), "o")
			}
			for i := range 16 {
				put(b, f, fmt.Sprintf("/w/f%d", i), 0, "n", false)
			}
		}},
		{"16-names", func(f *simfs.FS) {
			for i := range 16 {
				put(b, f, fmt.Sprintf("/w/f%d", i), 64, "n", true)
			}
		}},
	}
	for _, tt := range tests {
		b.Run("images=65536/"+tt.name, func(b *testing.B) {
			f, err := simfs.New(simfs.Config{})
			must(b, err)
			must(b, f.Mkdir("/w", 0o755))
			syncDir(b, f, "/")
			tt.build(f)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for range f.Space().States() {
					n++
				}
			}
			if n != b.N<<16 {
				b.Fatalf("%d images in %d rounds, want 65536 in each", n, b.N)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
