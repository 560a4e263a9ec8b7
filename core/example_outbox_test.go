package core_test

import (
	"fmt"
	"io/fs"
	"log"
	"runtime"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// database stands for one with transactions: an order, and the event that tells of
// it, are committed together.
type database struct {
	orders map[int]string
	outbox []core.Event // what is not known to be in the log
}

// commit is one transaction. The key of the event says which it is, whoever appends
// it and however often.
func (d *database) commit(number int, text string) {
	event := order(number, text)
	event.Key = fmt.Sprintf("order %d %s", number, text)
	d.orders[number] = text
	d.outbox = append(d.outbox, event)
}

// relay appends what is in the outbox, and takes out what is acknowledged.
func (d *database) relay(store *core.Store) {
	for len(d.outbox) > 0 {
		event := d.outbox[0]
		receipt, err := store.Append(ctx, event)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: sequence %d, duplicate %v\n", event.Key, receipt.First, receipt.Duplicate)
		d.outbox = d.outbox[1:]
	}
}

// machine is a disk, and the process that works on it. With crash set the process
// dies in its next sync, when all is durable and nobody has been told.
type machine struct {
	afero.Fs
	crash bool
}

func (m *machine) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	file, err := m.Fs.OpenFile(path, flag, mode)
	return mortalFile{file, m}, err
}

type mortalFile struct {
	afero.File
	on *machine
}

func (f mortalFile) Sync() error {
	err := f.File.Sync()
	if f.on.crash {
		runtime.Goexit()
	}
	return err
}

// run is the life of one process.
func (m *machine) run(work func(*core.Store)) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		store := openLog(m)
		work(store)
		if err := store.Close(); err != nil {
			log.Fatal(err)
		}
	}()
	<-ended
}

// A process dies between the commit in its database and the answer to its append.
// The next one finds the event in the outbox and cannot know whether the log has it.
// It appends it again: the key tells, and the log holds it once.
func Example_outbox() {
	disk := afero.NewMemMapFs()
	db := &database{orders: make(map[int]string)}

	(&machine{Fs: disk}).run(func(store *core.Store) {
		db.commit(17, "placed")
		db.relay(store)
	})
	dying := &machine{Fs: disk}
	dying.run(func(store *core.Store) {
		db.commit(17, "paid")
		db.commit(18, "placed")
		dying.crash = true
		db.relay(store)
	})
	fmt.Println("crashed, in the outbox:", len(db.outbox))
	(&machine{Fs: disk}).run(func(store *core.Store) {
		db.relay(store)
		fmt.Println("events:", store.Frontier().Visible)
	})
	// Output:
	// order 17 placed: sequence 0, duplicate false
	// crashed, in the outbox: 2
	// order 17 paid: sequence 1, duplicate true
	// order 18 placed: sequence 2, duplicate false
	// events: 3
}
