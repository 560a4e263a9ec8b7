package core

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// documented returns the lines of the block of that name in FORMAT.md.
func documented(t *testing.T, block string) []string {
	t.Helper()
	b, err := os.ReadFile("FORMAT.md")
	must(t, err)
	_, rest, found := strings.Cut(string(b), "```"+block+"\n")
	text, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("FORMAT.md has no block %q", block)
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// documentedBytes reads a block of hexadecimal bytes, 16 to a line, with what they
// mean beside them.
func documentedBytes(t *testing.T, block string) []byte {
	t.Helper()
	const width = 16*3 - 1
	var b []byte
	for _, line := range documented(t, block) {
		digits := strings.ReplaceAll(line[:min(width, len(line))], " ", "")
		part, err := hex.DecodeString(digits)
		must(t, err)
		b = append(b, part...)
	}
	return b
}

// The golden file is what FORMAT.md says, what every build reads, and what this one
// writes.
func TestCheckpointFormat(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("testdata", "checkpoint-v1.ckpt"))
	must(t, err)
	if documented := documentedBytes(t, "checkpoint"); !bytes.Equal(documented, golden) {
		t.Errorf("FORMAT.md shows\n%x, the golden file holds\n%x", documented, golden)
	}
	var got Checkpoint
	must(t, got.UnmarshalBinary(golden))
	if got != worked() {
		t.Errorf("the golden file is read as %+v, want %+v", got, worked())
	}
	if written := marshal(t, worked()); !bytes.Equal(written, golden) {
		t.Errorf("this build writes\n%x, want\n%x", written, golden)
	}
}

func TestLockFormat(t *testing.T) {
	holder := Holder{PID: 4711, Host: "shop-1", Since: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)}
	want := strings.Join(documented(t, "lock"), "\n") + "\n"
	if d := cmp.Diff(want, string(holder.encode())); d != "" {
		t.Errorf("lock file (-documented +written):\n%s", d)
	}
}
