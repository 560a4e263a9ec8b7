package realtest_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"github.com/ncruces/go-sqlite3/vfs"
)

var (
	crashes = flag.Int("crashes", 1000, "crashes of each row that promises something, at least; the others get a quarter")
	seed    = flag.Uint64("seed", 1, "fixes all that could go either way")
	only    = flag.Int("disk", -1, "run this disk of each row alone, as a failure names it; -1 = all")
)

// promise is what a row may lose in a crash.
type promise int

const (
	losesNothing  promise = iota // every acknowledged transaction is there
	losesLast                    // all but the latest acknowledged one
	losesTail                    // a prefix of them, each whole
	losesAnything                // nothing is promised, damage is no surprise
)

func (p promise) allows(lost int) bool {
	return lost == 0 || p == losesLast && lost == 1 || p > losesLast
}

// row is SQLite with some settings on some disk.
type row struct {
	name        string
	profile     simfs.Profile
	journal     string // journal_mode
	synchronous int
	autoVacuum  bool
	noDirSync   bool // the VFS never syncs a directory
	dropSyncs   bool // the disk answers every sync and does none
	promise     promise
}

// The values of PRAGMA synchronous.
const (
	off = iota
	normal
	full
	extra
)

var rows = []row{
	{name: "delete extra", journal: "delete", synchronous: extra, promise: losesNothing},
	{name: "truncate full", journal: "truncate", synchronous: full, promise: losesNothing},
	{name: "persist full", journal: "persist", synchronous: full, promise: losesNothing},
	{name: "wal full", journal: "wal", synchronous: full, promise: losesNothing},
	{name: "delete full", journal: "delete", synchronous: full, promise: losesLast},
	{name: "wal normal", journal: "wal", synchronous: normal, promise: losesTail},
	{name: "delete off", journal: "delete", synchronous: off, promise: losesAnything},
	{name: "truncate off", journal: "truncate", synchronous: off, promise: losesAnything},
	{name: "persist off", journal: "persist", synchronous: off, promise: losesAnything},
	{name: "wal off", journal: "wal", synchronous: off, promise: losesAnything},
	{name: "delete extra without directory syncs", journal: "delete", synchronous: extra, noDirSync: true, promise: losesAnything},
	{name: "wal full without directory syncs", journal: "wal", synchronous: full, noDirSync: true, promise: losesAnything},
	{name: "delete extra with dropped syncs", journal: "delete", synchronous: extra, dropSyncs: true, promise: losesAnything},
	{name: "wal full with dropped syncs", journal: "wal", synchronous: full, dropSyncs: true, promise: losesAnything},
	{name: "delete full with auto_vacuum", journal: "delete", synchronous: full, autoVacuum: true, promise: losesAnything},
}

// pragmas are the settings of the row, each as SQLite shows it once it holds.
func (r row) pragmas() []string {
	locking, vacuum := "normal", 0
	if r.journal == "wal" {
		locking = "exclusive" // set before the first access, so that it needs no shared memory
	}
	if r.autoVacuum {
		vacuum = 1
	}
	return []string{
		"locking_mode=" + locking,
		fmt.Sprintf("auto_vacuum=%d", vacuum),
		"journal_mode=" + r.journal,
		fmt.Sprintf("synchronous=%d", r.synchronous),
		"cache_size=8",          // pages, so that some transactions spill before they commit
		"wal_autocheckpoint=12", // pages, so that checkpoints are common
	}
}

// tally is what came of the crashes of a row.
type tally struct {
	Disks      int
	Crashes    int
	Struck     int // of the crashes, those at an operation; the others fell between two transactions
	Recovering int // of those, the ones in an incarnation that had not recovered yet
	Commits    int // acknowledged
	Losing     int // crashes that lost acknowledged transactions
	LostMost   int // the most that one of them lost
	Damaged    int // disks whose database ended up as after no transaction
	Digest     uint64
}

func (s tally) String() string {
	return fmt.Sprintf("%d disks, %d crashes (%d at an operation, %d of them in recovery), %d acknowledged commits: %d crashes lost some (at most %d), %d disks damaged; digest %016x",
		s.Disks, s.Crashes, s.Struck, s.Recovering, s.Commits, s.Losing, s.LostMost, s.Damaged, s.Digest)
}

// run crashes disk after disk, each until it is damaged or has had its crashes. A
// broken promise ends the test.
func (r row) run(t *testing.T, crashes int) tally {
	t.Helper()
	t.Cleanup(func() { vfs.Unregister(vfsName) })
	first, disks := 0, math.MaxInt
	if *only >= 0 {
		first, disks = *only, 1
	}
	var sum tally
	for n := first; sum.Disks < disks && sum.Crashes < crashes; n++ {
		d := newDisk(t, r, n, &sum)
		err := d.live()
		sum.Disks++
		sum.Digest = sum.Digest*31 + d.trace.Sum64()
		if err == nil {
			continue
		}
		sum.Damaged++
		if r.promise != losesAnything {
			t.Fatalf("disk %d, %v\nagain: go test -run '%s' -seed %d -disk %d", n, err, t.Name(), *seed, n)
		}
	}
	return sum
}

// conclusive is how many crashes of a row must show what may go wrong with it.
const conclusive = 200

// Each row keeps its promise in every crash; and where it promises less than all,
// the crashes show why.
func TestSQLite(t *testing.T) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			n := *crashes
			if r.promise == losesAnything {
				n = (n + 3) / 4 // damage shows soon
			}
			sum := r.run(t, n)
			t.Log(sum)
			if sum.Crashes < conclusive {
				return
			}
			if r.promise != losesNothing && sum.Losing+sum.Damaged == 0 {
				t.Errorf("%s: want some loss or damage", sum)
			}
			if sum.Struck < sum.Crashes/2 || sum.Recovering == 0 || sum.Commits < sum.Crashes {
				t.Errorf("%s: want half of the crashes at an operation, some in recovery, and as many commits", sum)
			}
		})
	}
}

// What a row keeps on the strictest profile it keeps on every other one.
func TestSQLiteOnEveryProfile(t *testing.T) {
	for _, p := range simfs.Profiles()[1:] {
		for _, r := range rows {
			if r.promise == losesAnything {
				continue
			}
			r.profile = p
			t.Run(p.String()+" "+r.name, func(t *testing.T) {
				sum := r.run(t, (*crashes+3)/4)
				t.Log(sum)
				if sum.Crashes >= conclusive && sum.Commits < sum.Crashes {
					t.Errorf("%s: want as many commits as crashes", sum)
				}
			})
		}
	}
}

// The same seed gives the same operations, crashes and images.
func TestSameSeedSameRun(t *testing.T) {
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			const few = 3 * crashesPerDisk
			first := r.run(t, few)
			if d := cmp.Diff(first, r.run(t, few)); d != "" {
				t.Errorf("two runs of one seed differ (-first +second):\n%s", d)
			}
			if first.Commits == 0 {
				t.Errorf("%s: want some commits", first)
			}
		})
	}
}

// And so it does in another process.
func TestSameSeedSameRunInAnotherProcess(t *testing.T) {
	r := rows[3]
	t.Run(r.name, func(t *testing.T) {
		const few = 3 * crashesPerDisk
		want := r.run(t, few).String()
		other := exec.Command(os.Args[0], "-test.run=^TestSQLite$/^"+strings.ReplaceAll(r.name, " ", "_")+"$", "-test.v",
			fmt.Sprintf("-crashes=%d", few), fmt.Sprintf("-seed=%d", *seed))
		out, err := other.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("another process prints\n%s(%v), want in it %q", out, err, want)
		}
	})
}
