package coretest

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// openSmall opens the log with segments that hold one or two events of these checks.
func (f *fixture) openSmall() *core.Store {
	f.Helper()
	s, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime, SegmentBytes: 256})
	f.need(err)
	return s
}

// segments returns the paths of the segments, the oldest first.
func (f *fixture) segments() []string {
	f.Helper()
	files, err := afero.ReadDir(f.FS, f.Dir)
	f.need(err)
	var paths []string
	for _, file := range files {
		if strings.HasPrefix(file.Name(), "segment-") {
			paths = append(paths, filepath.Join(f.Dir, file.Name()))
		}
	}
	return paths
}

// forgetSnapshots removes the snapshots of the segments: the next open must read those.
func (f *fixture) forgetSnapshots() {
	f.Helper()
	paths, err := afero.Glob(f.FS, filepath.Join(f.Dir, "snapshot-*"))
	f.need(err)
	for _, path := range paths {
		f.need(f.FS.Remove(path))
	}
}

// rotated makes a log of several segments and returns their paths.
func (f *fixture) rotated(texts ...string) []string {
	f.Helper()
	s := f.openSmall()
	f.append(s, texts...)
	f.need(s.Close())
	paths := f.segments()
	if len(paths) < 3 {
		f.Fatalf("%d events made %d segments, want at least 3", len(texts), len(paths))
	}
	return paths
}

var sixTexts = []string{"a", "b", "c", "d", "e", "f"} // two to a segment

// J-10: the log goes on in new files, is the same after a reopen whatever its
// segments are to hold from then on, and keeps its sequences.
func segmentRotates(f *fixture) {
	before := f.rotated(sixTexts...)
	s := f.open()
	f.holds(s, sixTexts...)
	f.append(s, "g", "h", "i")
	same(f, "segments", f.segments(), before)
	f.need(s.Close())
	s = f.openSmall()
	f.append(s, "j", "k")
	f.holds(s, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k")
	same(f, "sequences", sequences(f.entries(s)), []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	if after := f.segments(); len(after) <= len(before) {
		f.Errorf("%d segments after more appends, %d before", len(after), len(before))
	}
	f.need(s.Close())
}

// A batch that is larger than a segment is in one nonetheless.
func segmentOfOneBatch(f *fixture) {
	s := f.openSmall()
	f.append(s, "a")
	_, err := s.AppendBatch(ctx, f.events(strings.Repeat("b", 300), strings.Repeat("c", 300)))
	f.need(err)
	f.append(s, "d")
	same(f, "number of segments", len(f.segments()), 3)
	s = f.reopen(s)
	f.holds(s, "a", strings.Repeat("b", 300), strings.Repeat("c", 300), "d")
	f.need(s.Close())
}

// X-22, J-11: the outcome of a fence holds for its events in every segment.
func segmentFence(f *fixture) {
	s := f.openSmall()
	for _, commit := range []bool{true, false} {
		fence, err := s.BeginFence(ctx)
		f.need(err)
		for i := range 4 {
			_, err := fence.Append(ctx, f.event(fmt.Sprintf("%t-%d", commit, i)))
			f.need(err)
		}
		f.holds(s, map[bool][]string{true: nil, false: {"true-0", "true-1", "true-2", "true-3"}}[commit]...)
		if commit {
			f.need(fence.Commit(ctx))
		} else {
			f.need(fence.Cancel(ctx))
		}
	}
	f.append(s, "after")
	if n := len(f.segments()); n < 4 {
		f.Errorf("%d segments, want at least 4", n)
	}
	s = f.reopen(s)
	f.holds(s, "true-0", "true-1", "true-2", "true-3", "after")
	f.need(s.Close())
}

// X-7, J-16: what is damaged in a segment that another follows was durable, and is
// refused with the place; the last one may be torn.
func segmentDamage(f *fixture) {
	paths := f.rotated(append(sixTexts, "g")...) // alone in the last segment
	f.forgetSnapshots()
	for i, path := range paths {
		content := f.read(path)
		for _, at := range []int{0, 30, 64 + 20, len(content) - 1} {
			f.write(path, flipped(content, at, 1))
			s, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime})
			if last := i == len(paths)-1; last && at >= 64 {
				f.need(err)
				if s.Recovery().Cut == 0 {
					f.Errorf("flipped byte %d of the last segment: nothing was cut", at)
				}
				f.need(s.Close())
			} else {
				f.refusedAt(path, err)
			}
			f.write(path, content)
		}
	}
	f.write(paths[0], f.read(paths[0])[:64])
	_, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime})
	f.refusedAt(paths[1], err)
}

// Damage behind the header of a segment whose snapshot speaks for it is not looked for
// when the log is opened. Who reads gets what was written or the place of the damage,
// and Verify finds all of it.
func segmentDamageBehindSnapshot(f *fixture) {
	path := f.rotated(sixTexts...)[0]
	content := f.read(path)
	for at := 64; at < len(content); at++ {
		f.write(path, flipped(content, at, 1))
		s := f.open()
		batch, err := f.cursor(s).PollBatch(ctx, len(sixTexts))
		if err != nil {
			f.refusedAt(path, err)
		} else {
			same(f, "texts in the log", texts(batch), sixTexts)
		}
		f.fails("Verify", core.Verify(ctx, f.FS, f.Dir), core.ErrJournalCorrupt)
		f.need(s.Close())
	}
}

// A segment that is missing before others, or that is another log's, is refused.
func segmentMissing(f *fixture) {
	paths := f.rotated(sixTexts...)
	for i, path := range paths[:len(paths)-1] {
		content := f.read(path)
		f.need(f.FS.Remove(path))
		_, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime})
		f.refusedAt(paths[i+1], err)
		f.write(path, content)
	}
	foreign := fixture{f.T, Env{f.FS, f.Dir + "2", f.Runtime}}
	f.write(paths[1], f.read(foreign.rotated(sixTexts...)[1]))
	_, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime})
	f.refusedAt(paths[1], err)
}

// What a crash leaves of the making of a segment is nothing, or an empty segment.
func segmentLeftovers(f *fixture) {
	paths := f.rotated(sixTexts...)
	last := paths[len(paths)-1]
	f.write(last+".tmp", []byte("half a hea"))
	f.write(last, f.read(last)[:64])
	s := f.openSmall()
	for _, path := range f.segments() {
		if strings.HasSuffix(path, ".tmp") {
			f.Errorf("%s is still there", path)
		}
	}
	f.append(s, "x")
	s = f.reopen(s)
	if all := texts(f.entries(s)); all[len(all)-1] != "x" {
		f.Errorf("texts in the log = %v, want x at the end", all)
	}
	f.need(s.Close())
	f.write(filepath.Join(f.Dir, "segment-1.bpj"), nil)
	_, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime})
	f.refusedAt(filepath.Join(f.Dir, "segment-1.bpj"), err)
}

// refusedAt checks that err refuses the journal for the segment at path.
func (f *fixture) refusedAt(path string, err error) {
	f.Helper()
	f.fails("Open", err, core.ErrJournalCorrupt)
	var at *core.JournalError
	if errors.As(err, &at) && at.Path != path {
		f.Errorf("Open = %v, want it to name %s", err, path)
	}
}

// A segment size that is out of bounds is refused before anything is touched.
func segmentConfig(f *fixture) {
	for _, size := range []int64{-1, 1, 255, 1<<30 + 1} {
		if _, err := core.Open(ctx, f.FS, f.Dir, core.Config{Runtime: f.Runtime, SegmentBytes: size}); err == nil || !strings.Contains(err.Error(), "SegmentBytes") {
			f.Errorf("Open with SegmentBytes %d = %v, want an error that names it", size, err)
		}
	}
	if exists, err := afero.DirExists(f.FS, f.Dir); exists || err != nil {
		f.Errorf("the directory exists: %t, %v", exists, err)
	}
}
