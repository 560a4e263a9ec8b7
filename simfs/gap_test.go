package simfs_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
)

// A foreign sync makes a truncation durable, and with it the growth before it, but
// not the bytes that grew the file: what is missing of them may still be filler.
func TestGapOutlivesForeignSync(t *testing.T) {
	f := newFS(t, simfs.Config{Profile: simfs.Ext4Writeback, Unit: 512})
	durably(t, f, "/w/f", "o")
	put(t, f, "/w/f", os.O_APPEND, "n", false)
	h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
	must(t, err)
	must(t, h.Truncate(1536))
	syncDir(t, f, "/w")
	var written, zeros, filler int
	for _, image := range f.Space().States() {
		b, err := readFile(image, "/w/f")
		must(t, err)
		if len(b) != 1536 || !bytes.Equal(b[1024:], make([]byte, 512)) {
			t.Errorf("a file of %d bytes ends in %q, want 1536 and zeros", len(b), b[1024:])
		}
		switch unit := b[512:1024]; {
		case bytes.Equal(unit, units("n")):
			written++
		case bytes.Equal(unit, make([]byte, 512)):
			zeros++
		case !bytes.Contains(unit, []byte{0}):
			filler++
		}
	}
	if written != 1 || zeros != 1 || filler != 1 {
		t.Errorf("the unit is written in %d images, zeros in %d, filler in %d; want one of each", written, zeros, filler)
	}
}

// A foreign sync brings a growth and its data to the disk. A later write over it that
// is lost takes nothing of that back.
func TestLostRewriteLeavesNoGap(t *testing.T) {
	f := newFS(t, simfs.Config{Profile: simfs.Ext4Writeback, Unit: 512, Knobs: simfs.Knobs{NoDelalloc: true}})
	durably(t, f, "/w/f", "o")
	put(t, f, "/w/f", os.O_APPEND, "a", false)
	h, err := f.OpenFile("/w/f", os.O_WRONLY, 0)
	must(t, err)
	_, err = h.WriteAt(units("b"), 512)
	must(t, err)
	syncDir(t, f, "/w")
	if diff := cmp.Diff([]string{"f=oa", "f=ob"}, distinct(f)); diff != "" {
		t.Errorf("images, -want +got:\n%s", diff)
	}
}

// The target of a rename that fell apart replaced a file all the same.
func TestSplitRenameFlushes(t *testing.T) {
	f := newFS(t, simfs.Config{Profile: simfs.Ext4Ordered, Unit: 512, Knobs: simfs.Knobs{RenameSplit: true}})
	durably(t, f, "/w/f", "o")
	durably(t, f, "/w/t", "")
	put(t, f, "/w/t", 0, "n", false)
	must(t, f.Rename("/w/t", "/w/f"))
	want := []string{"", "f=0", "f=0 t=0", "f=n", "f=n t=n", "f=o t=", "f=o t=0", "f=o t=n"}
	if diff := cmp.Diff(want, distinct(f)); diff != "" {
		t.Errorf("images, -want +got:\n%s", diff)
	}
}
