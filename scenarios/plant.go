package scenarios

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"
	"github.com/tinylib/msgp/msgp"

	"github.com/batpak/batpak-sim/core"
	"github.com/batpak/batpak-sim/sim"
)

// planting says what is put in the place of checkpoints.
type planting uint8

const (
	plantNothing  planting = iota
	plantAnything          // foreign, damaged, ahead of the log, upstream's
	plantAhead             // beyond the log, or on an event that it does not hold there
	plantUpstream          // what the Rust engine wrote
)

// planted is a file that lies where a consumer's checkpoint belongs.
type planted struct {
	content []byte
	refusal error        // how it must be refused; nil: it is good
	entries []core.Entry // what a good one counts as accepted
}

// plantCheckpoints puts files in the place of some durable consumers' checkpoints.
// No fault is armed and no other task runs meanwhile.
func (n *incarnation) plantCheckpoints(log []core.Entry) {
	for i := range n.shape.consumers {
		c := &n.shape.consumers[i]
		if c.id == (core.CheckpointID{}) || !sim.Chance(n.src, labelWorkload, 1, 2) {
			continue
		}
		p := n.drawPlanted(c, log)
		if err := putDurably(n.disk, filepath.Join(dataDir, "cursors"), c.id.String()+".ckpt", p.content); err != nil {
			panic(fmt.Errorf("plant a checkpoint: %w", err))
		}
		n.record(Event{Kind: EventPlanted, Actor: c.name, Region: c.region, Err: p.refusal, Entries: p.entries})
	}
}

// putDurably writes a file so that no crash takes it away.
func putDurably(disk afero.Fs, dir, name string, content []byte) error {
	if err := disk.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := afero.WriteFile(disk, filepath.Join(dir, name), content, 0o600); err != nil {
		return err
	}
	for _, path := range []string{filepath.Join(dir, name), dir, filepath.Dir(dir)} {
		if err := syncPath(disk, path); err != nil {
			return err
		}
	}
	return nil
}

func syncPath(disk afero.Fs, path string) error {
	f, err := disk.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func (n *incarnation) drawPlanted(c *consumerPlan, log []core.Entry) planted {
	good := core.Checkpoint{ID: c.id, Region: c.region.Identity(), Lineage: n.store.Lineage(), Generation: 1}
	choices := []func() planted{
		func() planted { // saved for another region
			good.Region = c.region.WithLane(77).Identity()
			return planted{content: encoded(good), refusal: core.ErrRegionMismatch}
		},
		func() planted { // of another log
			good.Lineage[0] ^= 1
			return planted{content: encoded(good), refusal: core.ErrLineageMismatch}
		},
		func() planted { // beyond the log
			good.Started, good.Position, good.Event = true, 1<<40, core.EventHash{1}
			return planted{content: encoded(good), refusal: core.ErrCheckpointUnproven}
		},
		func() planted { // on an event that the log does not hold there
			good.Started, good.Event = true, core.EventHash{1}
			return planted{content: encoded(good), refusal: core.ErrCheckpointUnproven}
		},
		func() planted { // of another id
			good.ID = mustID("somebody-else")
			return planted{content: encoded(good), refusal: core.ErrIDMismatch}
		},
		func() planted { // of a later version
			return planted{content: laterVersion(encoded(good)), refusal: core.ErrCheckpointFuture}
		},
		func() planted { // one bit flipped
			b := encoded(good)
			at := n.src.Draw(labelWorkload, uint64(len(b))*8)
			b[at/8] ^= 1 << (at % 8)
			return planted{content: b, refusal: core.ErrCheckpointCorrupt}
		},
		func() planted { // cut short
			b := encoded(good)
			return planted{content: b[:n.src.Draw(labelWorkload, uint64(len(b)))], refusal: core.ErrCheckpointCorrupt}
		},
		func() planted { // upstream's, of another region
			return planted{content: upstreamCheckpoint(c.region.WithLane(77), 0), refusal: core.ErrRegionMismatch}
		},
		func() planted { // upstream's oldest format, which names no region
			return planted{content: upstreamLegacy(0), refusal: core.ErrRegionMismatch}
		},
		func() planted { return n.goodUpstream(c, log) },
		func() planted { return n.goodUpstream(c, log) },
	}
	switch n.shape.plant {
	case plantAhead:
		choices = choices[2:4]
	case plantUpstream:
		choices = choices[8:]
	}
	return pick(n.src, labelWorkload, choices)()
}

// goodUpstream is a checkpoint of upstream's that the engine must take over: it
// stands on an event of the region that the log holds.
func (n *incarnation) goodUpstream(c *consumerPlan, log []core.Entry) planted {
	var matching []core.Entry
	for _, e := range log {
		if c.region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock) {
			matching = append(matching, e)
		}
	}
	if len(matching) == 0 {
		return planted{content: upstreamLegacy(0), refusal: core.ErrRegionMismatch}
	}
	upTo := matching[:1+n.src.Draw(labelWorkload, uint64(len(matching)))]
	return planted{content: upstreamCheckpoint(c.region, upTo[len(upTo)-1].Sequence), entries: upTo}
}

func encoded(c core.Checkpoint) []byte {
	b, err := c.MarshalBinary()
	if err != nil {
		panic(err) // made of legal parts
	}
	return b
}

// laterVersion raises the version of an encoded checkpoint and makes its CRC
// right again.
func laterVersion(b []byte) []byte {
	binary.BigEndian.PutUint16(b[4:], 2)
	clear(b[12:16])
	binary.BigEndian.PutUint32(b[12:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// upstreamCheckpoint is what the Rust engine writes for a cursor of that region
// which stands on that position.
func upstreamCheckpoint(r core.Region, position uint64) []byte {
	b := msgp.AppendMapHeader(nil, 4)
	b = appendUpstreamFields(b, position)
	return msgp.AppendString(msgp.AppendString(b, "region_identity"), upstreamIdentity(r))
}

// upstreamLegacy is the same in the format before regions were recorded.
func upstreamLegacy(position uint64) []byte {
	return appendUpstreamFields(msgp.AppendMapHeader(nil, 3), position)
}

func appendUpstreamFields(b []byte, position uint64) []byte {
	b = msgp.AppendUint64(msgp.AppendString(b, "position"), position)
	b = msgp.AppendBool(msgp.AppendString(b, "started"), true)
	return msgp.AppendNil(msgp.AppendString(b, "process_boot_ns"))
}

// upstreamIdentity is the Rust engine's text for a region, written down here a
// second time, so that the engine's own version has something to be checked
// against.
func upstreamIdentity(r core.Region) string {
	entity, scope, fact, clock := "*", "*", "none", "*"
	if v, ok := r.Entity(); ok {
		entity = v
	}
	if v, ok := r.Scope(); ok {
		scope = v
	}
	if v, ok := r.Fact(); ok {
		fact = "any"
		if kind, ok := v.Exact(); ok {
			fact = fmt.Sprintf("exact:%x:%x", kind.Category(), kind.Type())
		} else if category, ok := v.Category(); ok {
			fact = fmt.Sprintf("category:%x", category)
		}
	}
	if v, ok := r.Clock(); ok {
		clock = fmt.Sprintf("%d-%d", v.Start, v.End)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "entity=%s|scope=%s|fact=%s|clock=%s", entity, scope, fact, clock)
	if v, ok := r.Lane(); ok {
		fmt.Fprintf(&b, "|lane=%d", v)
	}
	return b.String()
}

// trespass tries to open consumers' checkpoints under another region.
func (n *incarnation) trespass() {
	for i := range n.shape.consumers {
		c := &n.shape.consumers[i]
		if c.id == (core.CheckpointID{}) {
			continue
		}
		other := c.region.WithScope("elsewhere")
		cursor, err := n.store.Cursor(context.Background(), other, core.CursorConfig{Checkpoint: c.id})
		n.record(Event{Kind: EventTrespassed, Actor: c.name, Region: other, Err: err})
		if err == nil {
			cursor.Close()
		}
	}
}
