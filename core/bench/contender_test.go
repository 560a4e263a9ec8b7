package bench

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/afero"
	bolt "go.etcd.io/bbolt"

	"github.com/batpak/batpak-sim/core"
)

// ctx is a context that cannot end.
var ctx = context.Background()

// contender takes events in and makes them durable.
type contender interface {
	// append makes count events durable as one.
	append(count int) error

	// write takes in one event that sync makes durable.
	write() error
	sync() error
}

func must(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func event(payload []byte) core.Event {
	return core.Event{Coordinate: coordinate("user"), Kind: core.KindData, Payload: payload}
}

func coordinate(entity string) core.Coordinate {
	c, err := core.NewCoordinate(entity, "room")
	if err != nil {
		panic(err)
	}
	return c
}

func events(count int, payload []byte) []core.Event {
	list := make([]core.Event, count)
	for i := range list {
		list[i] = event(payload)
	}
	return list
}

// engine is the engine: durable syncs each append, written waits for a sync.
type engine struct {
	durable, written *core.Store
	payload          []byte

	appends, syncs atomic.Int64 // of durable
}

func newEngine(b *testing.B, payload []byte, delay time.Duration) *engine {
	e := &engine{payload: payload}
	open := func(config core.Config) *core.Store {
		s, err := core.Open(ctx, afero.NewOsFs(), b.TempDir(), config)
		must(b, err)
		b.Cleanup(func() { must(b, s.Close()) })
		return s
	}
	e.durable = open(core.Config{GroupDelay: delay, Observe: e.observe})
	e.written = open(core.Config{Ack: core.AckWritten})
	return e
}

func (e *engine) observe(o core.Observation) {
	switch o.Kind {
	case core.ObservedAppend:
		e.appends.Add(1)
	case core.ObservedSync:
		e.syncs.Add(1)
	}
}

func (e *engine) append(count int) error {
	_, err := e.durable.AppendBatch(ctx, events(count, e.payload))
	return err
}

func (e *engine) write() error {
	_, err := e.written.Append(ctx, event(e.payload))
	return err
}

func (e *engine) sync() error { return e.written.Sync(ctx) }

// boltDB is bbolt: durable syncs each transaction, written waits for a sync.
type boltDB struct {
	durable, written *bolt.DB
	payload          []byte
	next             atomic.Uint64
}

var bucket = []byte("events")

func newBolt(b *testing.B, payload []byte) *boltDB {
	open := func(noSync bool) *bolt.DB {
		db, err := bolt.Open(filepath.Join(b.TempDir(), "bolt"), 0o600, &bolt.Options{NoSync: noSync})
		must(b, err)
		db.MaxBatchSize = producers // transactions are joined once all producers wait
		must(b, db.Update(func(tx *bolt.Tx) error {
			_, err := tx.CreateBucket(bucket)
			return err
		}))
		b.Cleanup(func() { must(b, db.Close()) })
		return db
	}
	return &boltDB{durable: open(false), written: open(true), payload: payload}
}

func (d *boltDB) put(tx *bolt.Tx, count int) error {
	for range count {
		key := binary.BigEndian.AppendUint64(nil, d.next.Add(1))
		if err := tx.Bucket(bucket).Put(key, d.payload); err != nil {
			return err
		}
	}
	return nil
}

func (d *boltDB) append(count int) error {
	return d.durable.Update(func(tx *bolt.Tx) error { return d.put(tx, count) })
}

// batch is append for transactions that may wait for others and share their sync.
func (d *boltDB) batch(count int) error {
	return d.durable.Batch(func(tx *bolt.Tx) error { return d.put(tx, count) })
}

func (d *boltDB) write() error {
	return d.written.Update(func(tx *bolt.Tx) error { return d.put(tx, 1) })
}

func (d *boltDB) sync() error { return d.written.Sync() }

// bare writes and syncs the bytes that the engine's journal takes, and nothing else.
type bare struct {
	file *os.File
	size func(count int) int // of the frame of so many events

	mu sync.Mutex
	at int64
}

func newBare(b *testing.B, payload []byte) *bare {
	f, err := os.OpenFile(filepath.Join(b.TempDir(), "bare"), os.O_CREATE|os.O_WRONLY, 0o600)
	must(b, err)
	b.Cleanup(func() { must(b, f.Close()) })
	one, two := frameSize(b, 1, payload), frameSize(b, 2, payload)
	return &bare{file: f, size: func(count int) int { return one + (count-1)*(two-one) }}
}

// frameSize is by how much the journal grows with a batch of so many events.
func frameSize(b *testing.B, count int, payload []byte) int {
	dir := b.TempDir()
	s, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{})
	must(b, err)
	before := journalSize(b, dir)
	_, err = s.AppendBatch(ctx, events(count, payload))
	must(b, err)
	grown := journalSize(b, dir) - before
	must(b, s.Close())
	return int(grown)
}

// journalSize is the size of all segments of a log.
func journalSize(b testing.TB, dir string) int64 {
	size := int64(0)
	for _, path := range segments(b, dir) {
		info, err := os.Stat(path)
		must(b, err)
		size += info.Size()
	}
	return size
}

func segments(b testing.TB, dir string) []string {
	paths, err := filepath.Glob(filepath.Join(dir, "segment-*"))
	must(b, err)
	if len(paths) == 0 {
		b.Fatalf("no segments in %s", dir)
	}
	return paths
}

func (w *bare) append(count int) error {
	if err := w.put(count); err != nil {
		return err
	}
	return w.sync()
}

func (w *bare) write() error { return w.put(1) }

func (w *bare) put(count int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.file.WriteAt(make([]byte, w.size(count)), w.at)
	w.at += int64(n)
	return err
}

func (w *bare) sync() error { return w.file.Sync() }
