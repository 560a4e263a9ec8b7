package realtest_test

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/spf13/afero"
)

// crashesPerDisk is how often a disk crashes before the next begins, empty.
const crashesPerDisk = 8

// vfsName is what SQLite knows the disk at hand by.
const vfsName = "simfs"

// changes are the operations of SQLite that change what a crash may leave.
var changes = simfs.Ops(simfs.OpCreate, simfs.OpWrite, simfs.OpTruncate, simfs.OpSync, simfs.OpSyncDir, simfs.OpRemove)

// disk is a filesystem on which a row's SQLite lives through crashes.
type disk struct {
	row
	t     *testing.T
	fs    *simfs.FS
	rand  *rand.Rand
	sum   *tally
	trace hash.Hash64 // of every operation and every image

	life    int     // the number of the incarnation
	history history // up to the latest transaction that was begun
	acked   int     // the latest transaction that must be there
	dead    bool    // a rule has frozen the filesystem
	where   string  // the latest crash fell, for people
}

// newDisk makes the nth disk of a row, all of it drawn from the seed and n.
func newDisk(t *testing.T, r row, n int, sum *tally) *disk {
	d := &disk{
		row: r, t: t, rand: rand.New(rand.NewPCG(*seed, uint64(n))), sum: sum,
		trace: fnv.New64a(), acked: noTransaction, where: "before the first crash",
	}
	images := rand.New(rand.NewPCG(d.rand.Uint64(), d.rand.Uint64()))
	var err error
	d.fs, err = simfs.New(simfs.Config{
		Profile: r.profile,
		Choose:  func(_ string, n uint64) uint64 { return images.Uint64N(n) },
		Observe: d.observe,
		OnCrash: func(op simfs.Op) { d.dead, d.where = true, op.String() },
	})
	if err != nil {
		t.Fatal(err)
	}
	d.seedNonces()
	return d
}

func (d *disk) observe(r simfs.Record) {
	fmt.Fprintln(d.trace, r.Op, r.N, r.Err)
	if changes.Has(r.Kind) {
		d.tell("%s = %d, %v", r.Op, r.N, r.Err)
	}
}

// tell logs what happens to the one disk that -disk names.
func (d *disk) tell(format string, args ...any) {
	if *only >= 0 {
		d.t.Helper()
		d.t.Logf(format, args...)
	}
}

// seedNonces makes the numbers that SQLite puts into its journals depend on the
// disk alone.
func (d *disk) seedNonces() {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], d.rand.Uint64())
	before := crand.Reader
	crand.Reader = rand.NewChaCha8(key)
	d.t.Cleanup(func() { crand.Reader = before })
}

// live crashes the disk again and again, and at last only recovers it. An error
// says how SQLite broke its promise, or that its database is damaged.
func (d *disk) live() error {
	for n := range crashesPerDisk {
		if err := d.incarnation(d.crashRule()); err != nil {
			return fmt.Errorf("crash %d (%s): %w", n, d.where, err)
		}
		d.sum.Crashes++
	}
	if err := d.incarnation(); err != nil {
		return fmt.Errorf("crash %d (%s): %w", crashesPerDisk, d.where, err)
	}
	return nil
}

// crashRule draws the operation that the next crash falls on: often one of the
// first, in which SQLite recovers; sometimes one that is never reached.
func (d *disk) crashRule() simfs.Rule {
	effects := [...]simfs.Effect{simfs.CrashBefore, simfs.CrashDuring, simfs.CrashAfter}
	return simfs.Rule{
		Ops:    changes,
		Nth:    1 + d.rand.Uint64N(2<<d.rand.IntN(9)),
		Effect: effects[d.rand.IntN(len(effects))],
	}
}

// incarnation is one life of the process, which ends in a crash: by a rule, or
// where it is done.
func (d *disk) incarnation(rules ...simfs.Rule) error {
	if d.dropSyncs {
		rules = append(rules, simfs.Rule{Effect: simfs.DropSync})
	}
	if err := d.fs.SetFaults(rules...); err != nil {
		d.t.Fatal(err)
	}
	d.life++
	d.dead = false
	recovering := d.acked > noTransaction
	conn, err := d.open()
	defer func() {
		d.count(recovering)
		for _, u := range d.fs.Pending() {
			d.tell("unsynced: %s", u)
		}
		d.tell("crash, %s", d.where)
		d.fs = d.fs.Crash()
		d.hashImage()
		conn.Close() // of a process that is dead: it reaches nothing, and fails
	}()
	if err == nil {
		err = d.check(conn)
	}
	if err == nil {
		recovering = false
		err = d.work(conn)
	}
	if d.dead {
		return nil // whatever the process saw was the crash
	}
	return err
}

// count notes where an incarnation ended.
func (d *disk) count(recovering bool) {
	switch {
	case !d.dead:
		d.where = "where the process was done"
	case recovering:
		d.sum.Recovering++
		fallthrough
	default:
		d.sum.Struck++
	}
}

func (d *disk) open() (*sqlite3.Conn, error) {
	disk := newUnixVFS(d.fs)
	disk.noDirSync = d.noDirSync
	vfs.Register(vfsName, disk)
	conn, err := sqlite3.Open("file:/test.db?vfs=" + vfsName)
	if err != nil {
		return nil, err
	}
	return conn, d.configure(conn)
}

// configure makes the settings of the row, and makes sure that they hold.
func (d *disk) configure(conn *sqlite3.Conn) error {
	for _, p := range d.pragmas() {
		name, want, _ := strings.Cut(p, "=")
		if _, err := value(conn, "PRAGMA "+p); err != nil {
			return err
		}
		got, err := value(conn, "PRAGMA "+name)
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("PRAGMA %s = %q, want %q", name, got, want)
		}
	}
	return nil
}

// check recovers the database and holds it against what was begun and acknowledged.
func (d *disk) check(conn *sqlite3.Conn) error {
	n, err := latest(conn)
	if err != nil || d.dead {
		return err
	}
	if n >= len(d.history) {
		return fmt.Errorf("transaction %d is there, but none after %d was begun", n, len(d.history)-1)
	}
	d.history = d.history[:n+1]
	if n > noTransaction {
		if err := d.history.holds(conn); err != nil || d.dead {
			return err
		}
	}
	lost := max(0, d.acked-n)
	if lost > 0 {
		d.sum.Losing++
		d.sum.LostMost = max(d.sum.LostMost, lost)
	}
	if !d.promise.allows(lost) {
		return fmt.Errorf("transactions up to %d were acknowledged, those after %d are lost", d.acked, n)
	}
	d.tell("recovered transaction %d, %d was acknowledged", n, d.acked)
	d.acked = n
	return nil
}

// work commits transactions, and in one incarnation of four closes the database.
func (d *disk) work(conn *sqlite3.Conn) error {
	for range d.rand.IntN(24) {
		d.history = append(d.history, d.life)
		if err := d.history.commit(conn); err != nil {
			return fmt.Errorf("transaction %d: %w", len(d.history)-1, err)
		}
		d.acked++
		d.sum.Commits++
		d.tell("transaction %d is acknowledged", d.acked)
	}
	if d.rand.IntN(4) == 0 {
		return conn.Close()
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// hashImage adds to the trace what a crash has left.
func (d *disk) hashImage() {
	err := afero.Walk(d.fs, "/", func(name string, info fs.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := afero.ReadFile(d.fs, name)
		fmt.Fprintf(d.trace, "%s %08x\n", name, crc32.Checksum(content, castagnoli))
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}
