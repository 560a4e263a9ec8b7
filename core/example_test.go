package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

var ctx = context.Background()

// order is an event about an order, with what happened as its payload.
func order(number int, text string) core.Event {
	coordinate, err := core.NewCoordinate(fmt.Sprintf("order:%d", number), "shop")
	if err != nil {
		log.Fatal(err)
	}
	return core.Event{Coordinate: coordinate, Kind: core.KindData, Payload: []byte(text)}
}

func openLog(fs afero.Fs) *core.Store {
	store, err := core.Open(ctx, fs, "/var/lib/shop", core.Config{})
	if err != nil {
		log.Fatal(err)
	}
	return store
}

// Append events and follow the log: Pull returns what is there at once, and waits
// when there is nothing.
func Example() {
	store := openLog(afero.NewMemMapFs()) // afero.NewOsFs() for a disk
	defer store.Close()

	receipt, err := store.AppendBatch(ctx, []core.Event{order(17, "placed"), order(18, "placed")})
	fmt.Println(receipt.First, receipt.Count, err)
	_, err = store.Append(ctx, order(17, "paid"))
	fmt.Println(err)

	cursor, err := store.Cursor(ctx, core.Region{}.WithEntity("order:17"), core.CursorConfig{})
	if err != nil {
		log.Fatal(err)
	}
	for {
		entries, err := cursor.Pull(ctx, 64, 10*time.Millisecond)
		if err != nil || len(entries) == 0 {
			break
		}
		for _, e := range entries {
			fmt.Println(e.Sequence, e.Coordinate, string(e.Payload))
		}
	}
	// Output:
	// 0 2 <nil>
	// <nil>
	// 0 order:17@shop placed
	// 2 order:17@shop paid
}

// A worker with a checkpoint id goes on where it was, in the next process too.
func ExampleStore_Worker() {
	fs := afero.NewMemMapFs()
	id, err := core.NewCheckpointID("mailer")
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{"placed", "paid"} {
		store := openLog(fs)
		if _, err := store.Append(ctx, order(17, text)); err != nil {
			log.Fatal(err)
		}
		worker, err := store.Worker(ctx, core.WorkerConfig{Checkpoint: id}, func(_ context.Context, d core.Delivery) core.Action {
			for _, e := range d.Entries {
				fmt.Println("mail:", e.Coordinate.Entity(), string(e.Payload))
			}
			return core.Stop // accept the batch, and end
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(worker.Join(ctx), store.Close())
	}
	// Output:
	// mail: order:17 placed
	// <nil> <nil>
	// mail: order:17 paid
	// <nil> <nil>
}

// Range over the events, as they come, until the context ends or the loop is left.
func ExampleCursor_Events() {
	store := openLog(afero.NewMemMapFs())
	defer store.Close()
	if _, err := store.AppendBatch(ctx, []core.Event{order(17, "placed"), order(18, "placed"), order(17, "paid")}); err != nil {
		log.Fatal(err)
	}
	cursor, err := store.Cursor(ctx, core.Region{}.WithEntity("order:17"), core.CursorConfig{})
	if err != nil {
		log.Fatal(err)
	}
	for e, err := range cursor.Events(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Sequence, string(e.Payload))
		if string(e.Payload) == "paid" {
			break
		}
	}
	// Output:
	// 0 placed
	// 2 paid
}

// After a crash Open says what it found: here a power cut left half of the last
// append, which nobody was told of.
func ExampleStore_Recovery() {
	fs := afero.NewMemMapFs()
	store := openLog(fs)
	if _, err := store.Append(ctx, order(17, "placed")); err != nil {
		log.Fatal(err)
	}
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}
	segment, err := fs.OpenFile("/var/lib/shop/segment-0000000000000001.bpj", os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := segment.Write([]byte("half of a frame")); err != nil {
		log.Fatal(err)
	}
	if err := segment.Close(); err != nil {
		log.Fatal(err)
	}

	store = openLog(fs)
	defer store.Close()
	recovery := store.Recovery()
	fmt.Println("events:", recovery.Events, "bytes cut:", recovery.Cut)
	// Output:
	// events: 1 bytes cut: 15
}

// Events under a fence show all at once, or never.
func ExampleStore_BeginFence() {
	store := openLog(afero.NewMemMapFs())
	defer store.Close()
	for _, outcome := range []func(*core.Fence, context.Context) error{(*core.Fence).Cancel, (*core.Fence).Commit} {
		fence, err := store.BeginFence(ctx)
		if err != nil {
			log.Fatal(err)
		}
		for _, text := range []string{"placed", "paid"} {
			if _, err := fence.Append(ctx, order(17, text)); err != nil {
				log.Fatal(err)
			}
		}
		before := store.Frontier().Visible
		fmt.Println(outcome(fence, ctx), before, store.Frontier().Visible)
	}
	for sequence := range store.Frontier().Visible {
		_, shown, err := store.Read(ctx, sequence)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(shown, " ")
	}
	// Output:
	// <nil> 0 2
	// <nil> 2 4
	// false false true true
}

// A bit has flipped in what was durable, and Open refuses the log. Where there is no
// copy to restore, Repair keeps what is before it, and puts the rest aside.
func ExampleRepair() {
	fs := afero.NewMemMapFs()
	store := openLog(fs)
	for _, text := range []string{"placed", "paid", "shipped"} {
		if _, err := store.Append(ctx, order(17, text)); err != nil {
			log.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}
	const segment = "/var/lib/shop/segment-0000000000000001.bpj"
	content, err := afero.ReadFile(fs, segment)
	if err != nil {
		log.Fatal(err)
	}
	content[bytes.Index(content, []byte("paid"))] ^= 1
	if err := afero.WriteFile(fs, segment, content, 0o600); err != nil {
		log.Fatal(err)
	}

	_, err = core.Open(ctx, fs, "/var/lib/shop", core.Config{})
	fmt.Println(errors.Is(err, core.ErrJournalCorrupt))
	report, err := core.Repair(ctx, fs, "/var/lib/shop", core.RepairConfig{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("events left:", report.Events, "kept in:", report.Dir)

	store = openLog(fs)
	defer store.Close()
	e, _, err := store.Read(ctx, 0)
	fmt.Println(string(e.Payload), err, core.Verify(ctx, fs, "/var/lib/shop"))
	// Output:
	// true
	// events left: 1 kept in: /var/lib/shop/repair-1
	// placed <nil> <nil>
}

// Drop what every consumer is done with, and see who holds the rest back.
func ExampleStore_DropBefore() {
	store, err := core.Open(ctx, afero.NewMemMapFs(), "/var/lib/shop", core.Config{SegmentBytes: 512})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	for i := range 20 {
		if _, err := store.Append(ctx, order(i, "placed")); err != nil {
			log.Fatal(err)
		}
	}
	id, err := core.NewCheckpointID("mailer")
	if err != nil {
		log.Fatal(err)
	}
	mailer, err := store.Cursor(ctx, core.Region{}, core.CursorConfig{Checkpoint: id})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := mailer.PollBatch(ctx, 8); err != nil {
		log.Fatal(err)
	}
	if err := mailer.Commit(ctx); err != nil {
		log.Fatal(err)
	}
	if err := mailer.Close(); err != nil {
		log.Fatal(err)
	}

	dropped, err := store.DropBefore(ctx, store.Frontier().Visible)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("the log begins at %d: %v\n", dropped.First, dropped.Held)
	// Output:
	// the log begins at 6: checkpoint "mailer" holds the events from sequence 7 on
}
