package coretest

import (
	"errors"
	"io/fs"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// look opens the log read-only, through a filesystem that refuses to write.
func (f *fixture) look() (*core.Store, error) {
	return core.Open(ctx, afero.NewReadOnlyFs(f.FS), f.Dir, core.Config{Runtime: f.Runtime, ReadOnly: true})
}

// A read-only store shows a log without touching it, beside a store that writes, and
// does not follow that one.
func readOnlyLook(f *fixture) {
	if _, err := f.look(); !errors.Is(err, fs.ErrNotExist) {
		f.Errorf("read-only Open without a log = %v, want %v", err, fs.ErrNotExist)
	}
	writer := f.open()
	f.append(writer, "a", "b")
	s, err := f.look()
	f.need(err)
	f.append(writer, "c")
	f.holds(s, "a", "b")
	same(f, "lineage", s.Lineage(), writer.Lineage())
	same(f, "frontier", s.Frontier(), core.Frontier{Allocated: 2, Written: 2, Durable: 2, Visible: 2})
	_, err = s.Append(ctx, f.event("d"))
	f.fails("Append", err, core.ErrReadOnly)
	f.refusesCheckpoint(s, core.Region{}, core.ErrReadOnly)
	f.need(s.Close())
	f.need(writer.Close())
	s, err = f.look()
	f.need(err)
	f.holds(s, "a", "b", "c")
	f.need(s.Close())
}
