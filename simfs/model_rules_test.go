package simfs_test

import (
	"slices"

	"github.com/batpak/batpak-sim/simfs"
)

// modelRules is a row of the table of profiles, in the words of the model.
type modelRules struct {
	unit         int64  // bytes; zero = the whole call
	stale        bool   // a gap may hold filler, beside zeros
	metadata     string // the kinds that survive in the order of the program
	byCalls      bool   // and as whole calls
	withData     bool   // a growth survives exactly with the last unit of its write
	bringsData   bool   // a growth survives only with all units of its write
	flushes      bool   // replacing a file takes the growths of the new one along
	split        bool   // a rename is two namings
	syncs        string // the kinds of which a sync of anything takes all
	syncsParents bool   // a sync takes what happened to the names of the inode and of the directories above
}

func newModelRules(cfg simfs.Config) modelRules {
	r := map[simfs.Profile]modelRules{
		simfs.PosixStrict:   {unit: 512, stale: true},
		simfs.Ext4Writeback: {unit: 512, stale: true, metadata: "NRAT", syncs: "NRAT"},
		simfs.Ext4Ordered:   {unit: 512, metadata: "NRAT", syncs: "NRAT", flushes: true},
		simfs.Btrfs:         {unit: 512, metadata: "NRAT", withData: true, syncsParents: true},
		simfs.ZFSLike:       {metadata: "NRATWG", byCalls: true, syncs: "NR"},
	}[cfg.Profile]
	if cfg.Unit == simfs.WholeCall {
		r.unit = 0
	}
	k := cfg.Knobs
	if k.NoReplaceFlush {
		r.flushes = false
	}
	if k.NoDelalloc {
		r.metadata, r.syncs, r.bringsData = "NRATG", "NRATG", true
	}
	if k.DataJournal {
		r.metadata, r.syncs, r.flushes, r.stale = "NRATWG", "NRATWG", false, false
		r.withData = true // both are in one transaction
	}
	r.split = k.RenameSplit
	return r
}

// needs says whether the micro-operation i cannot survive without j, on any disk on
// which their profile is true. It holds between pending ones and durable ones alike.
func (m *model) needs(i, j int) bool {
	return j < i && m.hard(&m.log[i], &m.log[j]) || m.coupled(i, j)
}

// hard are the dependencies of every profile.
func (m *model) hard(later, earlier *micro) bool {
	switch {
	case later.named() && earlier.named():
		if later.call == earlier.call {
			return false // halves of a rename that may fall apart
		}
		return later.namesWith(earlier) || m.moveOfDir(later) && m.moveOfDir(earlier)
	case later.ino != earlier.ino:
		return false
	case later.sizes() && earlier.sizes():
		return earlier.kind == resize || !m.rules.withData // else the later size covers a growth that was lost
	case later.kind == data && earlier.kind == data:
		return m.overlap(later, earlier)
	case later.kind == data && earlier.kind == resize:
		return earlier.to < earlier.from && earlier.to < later.to && later.from < earlier.from
	}
	return false
}

func (op *micro) named() bool { return op.kind == naming || op.kind == moving }
func (op *micro) sizes() bool { return op.kind == growth || op.kind == resize }

// namesWith says whether both are about one entry, or the later one removes the
// directory of the earlier.
func (op *micro) namesWith(earlier *micro) bool {
	for _, e := range earlier.about {
		if slices.Contains(op.about, e) || op.rmdir && e.dir == op.ino {
			return true
		}
	}
	return false
}

func (m *model) moveOfDir(op *micro) bool { return op.kind == moving && m.nodes[op.ino].dir }

// overlap says whether two data of one file survive in their order: they are
// versions of one unit, or, where units are whole calls, share a byte.
func (m *model) overlap(a, b *micro) bool {
	if u := m.rules.unit; u > 0 {
		return a.from/u == b.from/u
	}
	return a.from < b.to && b.from < a.to
}

// coupled are the further dependencies of the profile, in both directions.
func (m *model) coupled(i, j int) bool {
	a, b := &m.log[i], &m.log[j]
	same := a.call == b.call
	switch {
	case m.rules.flushes && a.kind == moving && a.replace:
		return j < i && b.kind == growth && b.ino == a.ino
	case m.rules.withData && same && a.kind == growth:
		return b.kind == data && b.last
	case m.rules.withData && same && a.kind == data && a.last:
		return b.kind == growth
	case m.rules.bringsData && same && a.kind == growth:
		return b.kind == data
	}
	return false
}

// ordered says whether i, if pending, survives only with j, if that is pending: the
// order of the program, and what is one call is one thing.
func (m *model) ordered(i, j int) bool {
	a, b := &m.log[i], &m.log[j]
	if !kindIn(a, m.rules.metadata) || !kindIn(b, m.rules.metadata) {
		return false
	}
	if a.call == b.call && a.kind == moving {
		return false // halves
	}
	return j < i || m.rules.byCalls && a.call == b.call
}

func kindIn(op *micro, kinds string) bool {
	for _, k := range kinds {
		if kind(k) == op.kind {
			return true
		}
	}
	return false
}

// legal says whether a crash may leave just these.
func (m *model) legal(kept func(int) bool) bool {
	for i := range m.log {
		for j := range m.log {
			if !kept(i) || kept(j) {
				continue
			}
			if m.needs(i, j) || !m.log[i].durable && m.ordered(i, j) {
				return false
			}
		}
	}
	return true
}

// sync makes durable what the profile says, and all that it needs.
func (m *model) sync(ino int, live *image) {
	above := map[int]bool{}
	if m.rules.syncsParents {
		m.above(ino, live, above)
	}
	for i := range m.log {
		op := &m.log[i]
		op.durable = op.durable || kindIn(op, m.rules.syncs)
		switch {
		case op.named():
			op.durable = op.durable || above[op.ino] || op.in(ino)
		case op.ino == ino:
			op.durable = true
		}
	}
	for m.close() {
	}
}

// in says whether the operation is about an entry of the directory.
func (op *micro) in(dir int) bool {
	return slices.ContainsFunc(op.about, func(e entry) bool { return e.dir == dir })
}

// above adds an inode and all directories that it is in, or was by a name that is
// pending.
func (m *model) above(ino int, live *image, to map[int]bool) {
	if to[ino] {
		return
	}
	to[ino] = true
	for e, there := range live.at {
		if there == ino {
			m.above(e.dir, live, to)
		}
	}
	for i := range m.log {
		if op := &m.log[i]; op.named() && op.ino == ino && !op.durable {
			for _, e := range op.about {
				m.above(e.dir, live, to)
			}
		}
	}
}

// close makes durable what something durable needs, and reports whether that was
// anything.
func (m *model) close() bool {
	more := false
	for i := range m.log {
		for j := range m.log {
			if m.log[i].durable && !m.log[j].durable && m.needs(i, j) {
				m.log[j].durable, more = true, true
			}
		}
	}
	return more
}
