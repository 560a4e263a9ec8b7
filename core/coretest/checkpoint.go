package coretest

import (
	"fmt"
	"slices"

	"github.com/batpak/batpak-sim/core"
)

// numbered returns the texts from first up to, and not including, end.
func numbered(first, end int) []string {
	var list []string
	for i := first; i < end; i++ {
		list = append(list, fmt.Sprint(i))
	}
	return list
}

// commitAfter delivers n events to the durable consumer of region and commits.
func (f *fixture) commitAfter(s *core.Store, region core.Region, n int) {
	f.Helper()
	c := f.cursorOf(s, region, f.durably())
	if n > 0 {
		batch, err := c.PollBatch(ctx, n)
		f.need(err)
		same(f, "events before the commit", len(batch), n)
	}
	f.need(c.Commit(ctx))
	f.need(c.Close())
}

// resumes checks what the durable consumer of region gets.
func (f *fixture) resumes(s *core.Store, region core.Region, want ...string) {
	f.Helper()
	c := f.cursorOf(s, region, f.durably())
	f.polls(c, 1000, want...)
	f.need(c.Close())
}

// T-1, T-6, K-9: a consumer goes on where it committed, within a life and in the next.
func checkpointResume(f *fixture) {
	s := f.open()
	f.append(s, numbered(0, 20)...)
	f.commitAfter(s, core.Region{}, 7)
	f.resumes(s, core.Region{}, numbered(7, 20)...)
	f.commitAfter(s, core.Region{}, 3)
	s = f.reopen(s)
	f.append(s, numbered(20, 30)...)
	f.resumes(s, core.Region{}, numbered(10, 30)...)
	f.commitAfter(s, core.Region{}, 20)
	f.resumes(s, core.Region{})
	f.append(s, "30")
	s = f.reopen(s)
	f.resumes(s, core.Region{}, "30")
	f.need(s.Close())
}

// C-13: what was not committed is delivered again.
func checkpointUncommitted(f *fixture) {
	s := f.open()
	f.append(s, "a", "b", "c")
	f.commitAfter(s, core.Region{}, 1)
	for range 2 {
		f.resumes(s, core.Region{}, "b", "c")
		s = f.reopen(s)
	}
	f.need(s.Close())
}

// C-1: a consumer that commits before its first event begins with that event.
func checkpointUnstarted(f *fixture) {
	s := f.open()
	f.commitAfter(s, core.Region{}, 0)
	f.append(s, "a")
	f.resumes(s, core.Region{}, "a")
	s = f.reopen(s)
	f.resumes(s, core.Region{}, "a")
	f.need(s.Close())
}

// refusesCheckpoint checks that neither a cursor nor a worker starts from the
// checkpoint, and that both say why.
func (f *fixture) refusesCheckpoint(s *core.Store, region core.Region, want error) error {
	f.Helper()
	_, err := s.Cursor(ctx, region, f.durably())
	f.fails("Cursor", err, want)
	_, workerErr := s.Worker(ctx, core.WorkerConfig{Region: region, Checkpoint: f.id()}, refuseDelivery(f))
	f.fails("Worker", workerErr, want)
	return err
}

// T-3, R-14: a checkpoint belongs to one region. Regions that match the same events
// are different ones, and so are those whose upstream identities collide.
func checkpointRegion(f *fixture) {
	s := f.open()
	f.append(s, "a")
	user := core.Region{}.WithEntity("user")
	for _, tt := range []struct{ saved, other core.Region }{
		{user, core.Region{}.WithEntity("use")},
		{user, user.WithScope("room")},
		{core.Region{}, core.Region{}.WithFact(core.AnyKind())},
		{core.Region{}, core.Region{}.WithLane(0)},
		{core.Region{}, core.Region{}.WithEntity("*")},
	} {
		for _, pair := range [][2]core.Region{{tt.saved, tt.other}, {tt.other, tt.saved}} {
			f.commitAfter(s, pair[0], 0)
			err := f.refusesCheckpoint(s, pair[1], core.ErrRegionMismatch)
			mismatch := failsAs[*core.MismatchError](f, "Cursor", err)
			same(f, "mismatch", *mismatch, core.MismatchError{
				Path: f.checkpointPath(), Stored: pair[0].Identity(), Expected: pair[1].Identity(), Err: core.ErrRegionMismatch,
			})
			f.resumes(s, pair[0], slices.Clip(texts(f.drain(s, pair[0], 9)))...) // the refusal harmed nothing
			f.need(s.RemoveCheckpoint(ctx, f.id()))
		}
	}
	f.need(s.Close())
}

// a checkpoint of another log is refused, even if that log holds the same.
func checkpointLineage(f *fixture) {
	other := f.openAt(f.FS, f.Dir+"-2", core.AckDurable)
	f.append(other, "a", "b")
	s := f.open()
	f.append(s, "a", "b")
	f.commitAfter(s, core.Region{}, 1)
	saved := f.read(f.checkpointPath())
	f.commitAfter(s, core.Region{}, 1)
	f.need(s.Close())

	f.write(f.Dir+"-2"+f.checkpointPath()[len(f.Dir):], saved)
	mismatch := failsAs[*core.MismatchError](f, "Cursor", f.refusesCheckpoint(other, core.Region{}, core.ErrLineageMismatch))
	same(f, "stored", mismatch.Stored, s.Lineage().String())
	same(f, "expected", mismatch.Expected, other.Lineage().String())
	f.need(other.Close())
}

// a log that lost events which a consumer has seen cannot vouch for the
// consumer's checkpoint: not while it is shorter, and not once it has given the
// lost sequences to other events.
func checkpointUnproven(f *fixture) {
	s := f.open()
	f.append(s, "a", "b")
	shorter := f.read(f.journalPath())
	f.append(s, "c", "d")
	f.commitAfter(s, core.Region{}, 4)
	f.need(s.Close())
	longer := f.read(f.journalPath())

	s = f.openJournal(shorter)
	f.refusesCheckpoint(s, core.Region{}, core.ErrCheckpointUnproven)
	f.append(s, "other c", "other d", "e")
	f.refusesCheckpoint(s, core.Region{}, core.ErrCheckpointUnproven)
	f.need(s.Close())

	s = f.openJournal(longer)
	f.append(s, "e")
	f.resumes(s, core.Region{}, "e")
	f.need(s.Close())
}

// T-2, T-5, X-11: a damaged checkpoint is refused, whatever the damage, and never
// taken for a missing one. (Every mutation of its bytes is tried elsewhere.)
func checkpointCorrupt(f *fixture) {
	s := f.open()
	f.append(s, "a", "b")
	f.commitAfter(s, core.Region{}, 1)
	sound := f.read(f.checkpointPath())
	for _, damaged := range [][]byte{
		{},
		[]byte("garbage"),
		make([]byte, len(sound)),
		sound[:len(sound)-1],
		append(slices.Clone(sound), 0),
		flipped(sound, len(sound)/2, 1),
	} {
		f.write(f.checkpointPath(), damaged)
		f.refusesCheckpoint(s, core.Region{}, core.ErrCheckpointCorrupt)
	}
	f.write(f.checkpointPath(), sound)
	f.resumes(s, core.Region{}, "b")
	f.need(s.Close())
}

// one consumer at a time has an id.
func checkpointLease(f *fixture) {
	s := f.open()
	f.append(s, "a")
	c := f.cursorOf(s, core.Region{}, f.durably())
	f.refusesCheckpoint(s, core.Region{}, core.ErrCheckpointLeased)
	f.fails("RemoveCheckpoint", s.RemoveCheckpoint(ctx, f.id()), core.ErrCheckpointLeased)
	f.need(c.Close())

	in := f.inbox()
	w, err := s.Worker(ctx, f.single(), in.answer(continues))
	f.need(err)
	in.await(1)
	f.refusesCheckpoint(s, core.Region{}, core.ErrCheckpointLeased)
	w.Stop()
	f.need(f.join(w))
	f.resumes(s, core.Region{})
	f.need(s.Close())
}

// An operator who removes a checkpoint makes its consumer begin again, also when
// it was one that is refused; and removing none is no error.
func checkpointRemove(f *fixture) {
	s := f.open()
	f.need(s.RemoveCheckpoint(ctx, f.id()))
	f.append(s, "a", "b")
	f.commitAfter(s, core.Region{}, 2)
	f.need(s.RemoveCheckpoint(ctx, f.id()))
	f.resumes(s, core.Region{}, "a", "b")
	f.write(f.checkpointPath(), []byte("garbage"))
	f.need(s.RemoveCheckpoint(ctx, f.id()))
	s = f.reopen(s)
	f.resumes(s, core.Region{}, "a", "b")
	f.need(s.Close())
}
