package realtest

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// ctx is a context that cannot end.
var ctx = context.Background()

// payload is the content of the event of that name: the name, and filler of a size
// that only the name decides, so that every byte can be checked.
func payload(name string) []byte {
	h := fnv.New64a()
	h.Write([]byte(name))
	draw := rand.New(rand.NewPCG(h.Sum64(), 0))
	size := draw.IntN(200)
	if draw.IntN(20) == 0 {
		size = draw.IntN(64 << 10) // now and then a kill finds a write half done
	}
	b := append([]byte(name), ':')
	return append(b, bytes.Repeat([]byte{byte(draw.Uint32())}, size)...)
}

// nameOf returns the name of the event that has that payload, or "" if there is none.
func nameOf(content []byte) string {
	name, _, ok := strings.Cut(string(content), ":")
	if !ok || !bytes.Equal(payload(name), content) {
		return ""
	}
	return name
}

func event(name string) core.Event {
	coordinate, err := core.NewCoordinate("load:"+name[:1], "realtest")
	if err != nil {
		panic(err)
	}
	return core.Event{Coordinate: coordinate, Kind: core.KindData, Payload: payload(name)}
}

func events(names []string) []core.Event {
	list := make([]core.Event, len(names))
	for i, name := range names {
		list[i] = event(name)
	}
	return list
}

func consumerID() core.CheckpointID {
	id, err := core.NewCheckpointID("worker")
	if err != nil {
		panic(err)
	}
	return id
}

// load is the life of a child. What it reports goes out in lines, each with one
// write, so that a kill leaves it whole:
//
//	open
//	doomed NAME...            never to be seen: under a fence that is not committed yet
//	appended FIRST NAME...    acknowledged, from that sequence on
//	dropping SEQUENCE         events below it may be dropped from now on
//	dropped FIRST SEGMENTS    so many files, the log begins there now
type load struct {
	dir   string // of the log, and of the file of what was handled
	life  int
	seed  uint64
	store *core.Store

	out sync.Mutex
}

const producers = 3

// run puts the log under load until the process is killed. A life of load that is the
// last one appends nothing, and ends when everything is handled.
func (l *load) run(last bool) {
	store, err := core.Open(ctx, afero.NewOsFs(), logDir(l.dir), l.config())
	must(err)
	l.store = store
	l.report("open")
	l.consume()
	if last {
		l.drain()
		must(store.Close())
		return
	}
	for p := range producers {
		go l.produce(p)
	}
	go l.retain()
	select {}
}

// config draws how the store behaves in this life. A kill takes neither what is durable
// nor what is written; it may strike while a small segment is left for the next; and it
// may find a sync under way that several appends wait for.
func (l *load) config() core.Config {
	draw := rand.New(rand.NewPCG(l.seed, producers))
	return core.Config{
		Ack:          core.Ack(draw.IntN(2)),
		SegmentBytes: []int64{0, 4 << 10, 64 << 10}[draw.IntN(3)],
		GroupDelay:   []time.Duration{0, time.Millisecond}[draw.IntN(2)],
	}
}

func (l *load) report(words ...any) {
	line := fmt.Sprintln(words...)
	l.out.Lock()
	defer l.out.Unlock()
	if _, err := os.Stdout.WriteString(line); err != nil {
		os.Exit(1) // the parent is gone
	}
}

// produce appends for ever: one event, a batch, or some of either under a fence.
func (l *load) produce(producer int) {
	draw := rand.New(rand.NewPCG(l.seed, uint64(producer)))
	for n := 0; ; n++ {
		names := make([]string, 1)
		if draw.IntN(3) == 0 {
			names = make([]string, 1+draw.IntN(64))
		}
		for i := range names {
			names[i] = fmt.Sprintf("%d.%d.%d.%d", producer, l.life, n, i)
		}
		if draw.IntN(8) == 0 {
			l.fence(names, draw.IntN(2) == 0)
			continue
		}
		receipt, err := l.store.AppendBatch(ctx, events(names))
		if !unfenced(err) {
			continue
		}
		l.appended(receipt, names)
	}
}

// retain drops for ever what the worker is done with.
func (l *load) retain() {
	for {
		time.Sleep(3 * time.Millisecond)
		before := l.store.Frontier().Visible
		l.report("dropping", before)
		dropped, err := l.store.DropBefore(ctx, before)
		must(err)
		l.report("dropped", dropped.First, dropped.Segments)
	}
}

func (l *load) appended(r core.Receipt, names []string) {
	l.report("appended", r.First, strings.Join(names, " "))
}

func (l *load) fence(names []string, commit bool) {
	fence, err := l.store.BeginFence(ctx)
	if !unfenced(err) {
		return
	}
	if !commit {
		l.report("doomed", strings.Join(names, " "))
	}
	receipt, err := fence.AppendBatch(ctx, events(names))
	must(err)
	if !commit {
		must(fence.Cancel(ctx))
		return
	}
	must(fence.Commit(ctx))
	l.appended(receipt, names)
}

// consume starts the worker, which writes down what it handles before it accepts it.
func (l *load) consume() {
	handled, err := os.OpenFile(handledPath(l.dir), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	must(err)
	_, err = l.store.Worker(ctx, core.WorkerConfig{Checkpoint: consumerID(), BatchSize: 16}, func(_ context.Context, d core.Delivery) core.Action {
		var lines strings.Builder
		fmt.Fprintf(&lines, "\nlife %d\n", l.life)
		for _, e := range d.Entries {
			fmt.Fprintf(&lines, "%d %s%s\n", e.Sequence, nameOf(e.Payload), written)
		}
		_, err := handled.WriteString(lines.String())
		must(err)
		return core.Continue
	})
	must(err)
}

// written ends a line about an event that was handled. A line that a kill cut short has
// none, and the next write begins a line of its own.
const written = " handled"

// drain waits until the worker has handled the last visible event.
func (l *load) drain() {
	last, any := uint64(0), false
	for seq := range l.store.Frontier().Visible {
		_, found, err := l.store.Read(ctx, seq)
		must(err)
		if found {
			last, any = seq, true
		}
	}
	want := fmt.Sprintf("\n%d ", last)
	for any {
		b, err := os.ReadFile(handledPath(l.dir))
		must(err)
		if strings.Contains(string(b), want) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
