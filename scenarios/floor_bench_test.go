package scenarios

import (
	"encoding/binary"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/sim"
	"github.com/batpak/batpak-sim/simfs"
)

// floor is a run with everything but the engine: two writers append to one file under a mutex and sync it, a reader
// waits for what they publish and reads it back, the clock moves, and every event passes an oracle.
type floor struct {
	sim       *sim.Sim
	disk      *simfs.FS
	mu        *sim.Mutex
	published *sim.Notifier
	log       interface {
		WriteAt([]byte, int64) (int, error)
		ReadAt([]byte, int64) (int, error)
		Sync() error
	}
	written, durable, read uint64 // records

	step  uint64 // of the latest event
	time  time.Duration
	wrong error
}

const (
	floorRecord = 64 // bytes
	floorRounds = 100
)

func newFloor(tb testing.TB, seed uint64) *floor {
	src := sim.NewSeed(seed)
	f := new(floor)
	f.sim = sim.New(sim.Config{Source: src, Trace: sim.NewTrace(sim.TraceConfig{Observe: f.judge})})
	disk, err := simfs.New(simfs.Config{
		Choose: src.Draw,
		Now:    f.sim.Wall,
		Hook:   func(op simfs.Op) { f.sim.Yield(fsNames[op.Kind]) },
		Observe: func(r simfs.Record) {
			f.sim.Trace().Emit(fsNames[r.Kind], r.Path, "", uint64(r.Off), uint64(r.Len), uint64(r.N))
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	f.disk, f.mu, f.published = disk, f.sim.NewMutex("log"), f.sim.NewNotifier("published")
	log, err := disk.OpenFile("/log", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	f.log = log
	f.sim.Go("writer", f.write)
	f.sim.Go("writer", f.write)
	f.sim.Go("reader", f.follow)
	return f
}

func (f *floor) write() {
	var record [floorRecord]byte
	for i := range floorRounds {
		f.mu.Lock()
		binary.LittleEndian.PutUint64(record[:], f.written)
		if _, err := f.log.WriteAt(record[:], int64(f.written)*floorRecord); err != nil {
			f.sim.Failf("write: %v", err)
		}
		f.written++
		if i%8 == 7 {
			if err := f.log.Sync(); err != nil {
				f.sim.Failf("sync: %v", err)
			}
			f.durable = f.written
			f.published.Notify()
		}
		f.mu.Unlock()
		f.sim.Yield("written")
		if i%16 == 15 {
			f.sim.Sleep(time.Millisecond)
		}
	}
}

func (f *floor) follow() {
	var record [floorRecord]byte
	for f.read < 2*(floorRounds/8*8) {
		epoch := f.published.Epoch()
		if f.read == f.durable {
			f.published.Wait(epoch, time.Second)
			continue
		}
		if _, err := f.log.ReadAt(record[:], int64(f.read)*floorRecord); err != nil {
			f.sim.Failf("read: %v", err)
		}
		if got := binary.LittleEndian.Uint64(record[:]); got != f.read {
			f.sim.Failf("read record %d, want %d", got, f.read)
		}
		f.read++
	}
}

// judge is the oracle: nothing goes backward, and each write begins where the one before has ended.
func (f *floor) judge(e sim.Event) {
	if e.Step < f.step || e.Time < f.time || f.read > f.durable || f.durable > f.written {
		f.wrong = fmt.Errorf("%v: goes backward", e)
	}
	if e.Kind == "fs/write" && e.Args[0] != f.written*floorRecord {
		f.wrong = fmt.Errorf("%v: want it at record %d", e, f.written)
	}
	f.step, f.time = e.Step, e.Time
}

// BenchmarkFloor is what a scheduling step costs with filesystem, clock and oracle on, and no engine.
func BenchmarkFloor(b *testing.B) {
	b.ReportAllocs()
	var steps, runs uint64
	for b.Loop() {
		f := newFloor(b, runs%256)
		o := f.sim.Run()
		if o.Err() != nil || f.wrong != nil {
			b.Fatal(o, f.wrong)
		}
		steps += o.Steps
		runs++
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(float64(steps)/float64(runs), "steps/run")
}
