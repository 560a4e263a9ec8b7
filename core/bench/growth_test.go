package bench

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkGrowth writes and syncs as many bytes as a batch of 64 small events takes, at
// the end of a file, which grows, and in turns into space that was written before.
func BenchmarkGrowth(b *testing.B) {
	const size, room = 8400, 16 << 20
	dir := b.TempDir()
	open := func(name string, written int) *os.File {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
		must(b, err)
		b.Cleanup(func() { must(b, f.Close()) })
		_, err = f.Write(make([]byte, written))
		must(b, err)
		must(b, f.Sync())
		return f
	}
	growing, within := open("growing", 0), open("within", room)
	content := make([]byte, size)
	write := func(f *os.File, at int64) func() {
		return func() {
			_, err := f.WriteAt(content, at)
			must(b, err)
			must(b, f.Sync())
		}
	}
	var t turns
	for at := int64(0); b.Loop(); at += size {
		t.take("growing", write(growing, at))
		t.take("within", write(within, at%(room-size)))
	}
	t.report(b, "us", 1)
}
