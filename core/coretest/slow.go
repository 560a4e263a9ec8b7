package coretest

import (
	"io/fs"
	"sync/atomic"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// slowDisk holds the reads, the writes, or the syncs of files back until it is let go, and
// counts the syncs.
type slowDisk struct {
	afero.Fs
	runtime core.Runtime

	holdsReads  atomic.Bool
	holdsWrites atomic.Bool
	holdsSyncs  atomic.Bool
	syncs       atomic.Int64
	failure     error // of syncs; set while nothing runs

	arrived  core.Notifier // notified when a call is held back
	released core.Notifier // notified when they are let go
}

func newSlowDisk(f *fixture) *slowDisk {
	return &slowDisk{
		Fs: f.FS, runtime: f.Runtime,
		arrived: f.Runtime.Notifier("slow-arrived"), released: f.Runtime.Notifier("slow-released"),
	}
}

// release lets go what is held back, and holds nothing back any more.
func (d *slowDisk) release() {
	d.holdsReads.Store(false)
	d.holdsWrites.Store(false)
	d.holdsSyncs.Store(false)
	d.released.Notify()
}

// hold parks the caller while holds says so.
func (d *slowDisk) hold(holds *atomic.Bool) {
	for {
		since := d.released.Epoch()
		if !holds.Load() {
			return
		}
		d.arrived.Notify()
		d.released.Wait(ctx, since, patience)
	}
}

func (d *slowDisk) Open(path string) (afero.File, error) {
	file, err := d.Fs.Open(path)
	return d.wrap(file, err)
}

func (d *slowDisk) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	file, err := d.Fs.OpenFile(path, flag, mode)
	return d.wrap(file, err)
}

func (d *slowDisk) wrap(file afero.File, err error) (afero.File, error) {
	if err != nil {
		return nil, err
	}
	return slowFile{file, d}, nil
}

type slowFile struct {
	afero.File
	disk *slowDisk
}

func (f slowFile) Read(b []byte) (int, error) {
	f.disk.hold(&f.disk.holdsReads)
	return f.File.Read(b)
}

func (f slowFile) ReadAt(b []byte, at int64) (int, error) {
	f.disk.hold(&f.disk.holdsReads)
	return f.File.ReadAt(b, at)
}

func (f slowFile) WriteAt(b []byte, at int64) (int, error) {
	f.disk.hold(&f.disk.holdsWrites)
	return f.File.WriteAt(b, at)
}

func (f slowFile) Sync() error {
	f.disk.syncs.Add(1)
	f.disk.hold(&f.disk.holdsSyncs)
	if f.disk.failure != nil {
		return f.disk.failure
	}
	return f.File.Sync()
}
