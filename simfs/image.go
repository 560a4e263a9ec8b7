package simfs

import "slices"

// Crash is a power loss: f dies with its handles, and the result is what a machine
// finds that starts again, one of the images that the profile allows, drawn from
// Config.Choose. Nothing is pending in it, nothing is open; configuration, rules
// with their counters and the count of operations go on.
//
// A filesystem that is dead may crash again: each call draws another image of the
// moment of its death. Only after Restart it panics, for then its state lives on.
func (f *FS) Crash() *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop("Crash")
	return f.space().Sample(f.choose).FS()
}

// Clone is what Crash would be at this moment, while f lives on: neither sees what
// the other does from here. It panics when f has been restarted.
func (f *FS) Clone() *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stays("Clone")
	return f.space().Sample(f.choose).FS()
}

// Restart is the death of the process alone: f dies with its handles, but what it
// wrote lives on in the result, still pending, as a page cache outlives a kill.
// Files without a name are gone. It panics when f has been restarted before.
func (f *FS) Restart() *FS {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stop("Restart")
	f.moved = true
	g := f.successor()
	g.inodes, g.tok = f.inodes, f.tok
	g.log, g.pending, g.spare, g.deferred = f.log, f.pending, f.spare, f.deferred
	for no := range f.opens {
		g.reap(no)
	}
	f.inodes, f.log, f.pending, f.spare, f.deferred = table{}, nameLog{}, nil, nil, nil
	return g
}

func (f *FS) stop(what string) {
	f.stays(what)
	f.dead = true
}

// stays panics where there is no state any more: it lives on in what Restart returned.
func (f *FS) stays(what string) {
	if f.moved {
		panic("simfs: " + what + " of a filesystem that was restarted")
	}
}

// successor is a filesystem without inodes that goes on where f stopped.
func (f *FS) successor() *FS {
	return &FS{
		cfg: f.cfg, traits: f.traits, ops: f.ops, ticks: f.ticks, faults: slices.Clone(f.faults),
		next: f.next, seq: f.seq,
	}
}

func (f *FS) restarted() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.moved
}
