package core

import (
	"testing"

	"github.com/spf13/afero"
)

func BenchmarkCheckpointEncode(b *testing.B) {
	c := worked()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.MarshalBinary(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checkpoints/s")
}

func BenchmarkCheckpointDecode(b *testing.B) {
	for _, tt := range []struct {
		name string
		file []byte
	}{
		{"format=ours", marshal(b, worked())},
		{"format=upstream", unhex(b, upstreamBytes)},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			var c Checkpoint
			for b.Loop() {
				if err := c.UnmarshalBinary(tt.file); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checkpoints/s")
		})
	}
}

// BenchmarkCheckpointSave waits for the real disk: two syncs a save.
func BenchmarkCheckpointSave(b *testing.B) {
	f := &checkpointFiles{fs: afero.NewOsFs(), dir: b.TempDir()}
	c := worked()
	for b.Loop() {
		c.Position++
		if err := f.save(c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "saves/s")
}
