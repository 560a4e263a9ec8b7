package coretest

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/batpak/batpak-sim/core"
)

// upstreamSaved is what the Rust engine saves for position 7 of entity "user": K-4.
const upstreamSaved = "84a8706f736974696f6e07a773746172746564c3af70726f636573735f626f6f745f6e73c0" +
	"af726567696f6e5f6964656e74697479d925656e746974793d757365727c73636f70653d2a7c666163743d6e6f6e657c636c6f636b3d2a"

// upstreamLegacy is the same without a region, as its oldest versions saved it: K-5.
const upstreamLegacy = "83a8706f736974696f6e07a773746172746564c3af70726f636573735f626f6f745f6e73c0"

// upstreamFile returns the file with the position, a hexadecimal digit, replaced.
func (f *fixture) upstreamFile(saved, position string) []byte {
	f.Helper()
	b, err := hex.DecodeString(strings.Replace(saved, "6e07", "6e0"+position, 1))
	f.need(err)
	return b
}

// K-4: an upstream checkpoint resumes its consumer, and the next save is ours.
func upstreamTakenOver(f *fixture) {
	s := f.open()
	f.append(s, numbered(0, 10)...)
	user := core.Region{}.WithEntity("user")
	f.write(f.checkpointPath(), f.upstreamFile(upstreamSaved, "7"))
	f.resumes(s, user, "8", "9")
	f.commitAfter(s, user, 0)
	for range 2 { // saved where it stood, then one event further
		if saved := f.read(f.checkpointPath()); !bytes.HasPrefix(saved, []byte("BPCK")) {
			f.Fatalf("checkpoint after a save = % x, want our format", saved)
		}
		s = f.reopen(s)
		f.commitAfter(s, user, 1)
	}
	s = f.reopen(s)
	f.resumes(s, user)
	f.need(s.Close())
}

// K-5, C-12, R-14: an upstream checkpoint is refused where its region is not ours
// or could be another, and where the log does not hold the event it stands on.
func upstreamRefused(f *fixture) {
	s := f.open()
	f.append(s, numbered(0, 6)...)
	foreign := f.event("foreign")
	foreign.Coordinate = f.coordinate("room", "room")
	_, err := s.Append(ctx, foreign)
	f.need(err)
	f.need(f.fenced(s, "cancelled").Cancel(ctx))
	user := core.Region{}.WithEntity("user")
	for _, tt := range []struct {
		name   string
		saved  []byte
		region core.Region
		want   error
	}{
		{"legacy", f.upstreamFile(upstreamLegacy, "5"), user, core.ErrRegionMismatch},
		{"other region", f.upstreamFile(upstreamSaved, "5"), core.Region{}, core.ErrRegionMismatch},
		{"event of another region", f.upstreamFile(upstreamSaved, "6"), user, core.ErrCheckpointUnproven},
		{"cancelled event", f.upstreamFile(upstreamSaved, "7"), user, core.ErrCheckpointUnproven},
		{"beyond the log", f.upstreamFile(upstreamSaved, "8"), user, core.ErrCheckpointUnproven},
		{"cancelled event, all events", f.upstreamAll("7"), core.Region{}, core.ErrCheckpointUnproven},
		{"beyond the log, all events", f.upstreamAll("8"), core.Region{}, core.ErrCheckpointUnproven},
		{"ambiguous region", f.upstreamAll("5"), core.Region{}.WithEntity("*"), core.ErrRegionMismatch},
	} {
		f.write(f.checkpointPath(), tt.saved)
		_, err := s.Cursor(ctx, tt.region, f.durably())
		f.fails(tt.name, err, tt.want)
	}
	f.write(f.checkpointPath(), f.upstreamFile(upstreamSaved, "4"))
	f.resumes(s, user, "5")
	f.write(f.checkpointPath(), f.upstreamAll("4"))
	f.resumes(s, core.Region{}, "5", "foreign")
	f.need(s.Close())
}

// upstreamAll is saved for all events, or for entity "*": upstream cannot tell.
func (f *fixture) upstreamAll(position string) []byte {
	f.Helper()
	b := f.upstreamFile(upstreamSaved, position)
	b = bytes.Replace(b, []byte("entity=user"), []byte("entity=*"), 1)
	return bytes.Replace(b, []byte{0xd9, 0x25}, []byte{0xd9, 0x22}, 1)
}
