package simfs_test

import (
	"testing"

	"github.com/batpak/batpak-sim/simfs"
)

// What the knobs allow is what the model allows.
func TestKnobsEqualModel(t *testing.T) {
	tests := []struct {
		name string
		cfg  simfs.Config
	}{
		{"RenameSplit on posix-strict", simfs.Config{Knobs: simfs.Knobs{RenameSplit: true}}},
		{"RenameSplit on ext4-writeback", simfs.Config{Profile: simfs.Ext4Writeback, Knobs: simfs.Knobs{RenameSplit: true}}},
		{"RenameSplit on ext4-ordered", simfs.Config{Profile: simfs.Ext4Ordered, Knobs: simfs.Knobs{RenameSplit: true}}},
		{"RenameSplit on btrfs", simfs.Config{Profile: simfs.Btrfs, Knobs: simfs.Knobs{RenameSplit: true}}},
		{"RenameSplit on zfs-like", simfs.Config{Profile: simfs.ZFSLike, Knobs: simfs.Knobs{RenameSplit: true}}},
		{"NoReplaceFlush", simfs.Config{Profile: simfs.Ext4Ordered, Knobs: simfs.Knobs{NoReplaceFlush: true}}},
		{"NoDelalloc, ordered", simfs.Config{Profile: simfs.Ext4Ordered, Knobs: simfs.Knobs{NoDelalloc: true}}},
		{"NoDelalloc, writeback", simfs.Config{Profile: simfs.Ext4Writeback, Knobs: simfs.Knobs{NoDelalloc: true}}},
		{"DataJournal, ordered", simfs.Config{Profile: simfs.Ext4Ordered, Knobs: simfs.Knobs{DataJournal: true}}},
		{"DataJournal, writeback", simfs.Config{Profile: simfs.Ext4Writeback, Knobs: simfs.Knobs{DataJournal: true}}},
		{"whole calls on posix-strict", simfs.Config{Unit: simfs.WholeCall}},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			states := 0
			for ops := range aceSome(5 + i) {
				if pr := runModelled(t, tt.cfg, ops); pr != nil {
					states += pr.agree(t, ops)
				}
			}
			t.Logf("%d states", states)
		})
	}
}
