package core

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// commits moves the consumer's checkpoint by so many events, one at a time.
func commits(t *testing.T, c *Cursor, times int) {
	t.Helper()
	for range times {
		_, ok, err := c.Poll(context.Background())
		must(t, err)
		if !ok {
			t.Fatal("no event to stand on")
		}
		must(t, c.Commit(context.Background()))
	}
}

// generation is that of the consumer's checkpoint on disk.
func generation(t *testing.T, s *Store) uint64 {
	t.Helper()
	c, found, err := s.checkpoints.load(checkpointID(t, "consumer"))
	must(t, err)
	if !found {
		t.Fatal("no checkpoint")
	}
	return c.Generation
}

// X-13, K-11: the directory of the checkpoints was made and never synced into its
// parent, so that the first checkpoint could vanish.
func TestX13CheckpointSurvivesWithItsDirectory(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	c := consumer(t, s)
	disk.log = nil
	commits(t, c, 1)
	if len(disk.log) == 0 || disk.log[0] != "sync /log" {
		t.Errorf("the first commit begins with %v, want a sync of /log", disk.log)
	}
}

// X-13, K-12: temporary files of crashed saves stayed for ever.
func TestX13TemporaryFilesAreSwept(t *testing.T) {
	disk := afero.NewMemMapFs()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a")
	c := consumer(t, s)
	commits(t, c, 1)
	must(t, s.Close())
	temp := s.checkpoints.temp(c.id)
	must(t, afero.WriteFile(disk, temp, []byte("half"), 0o600))
	s = openOn(t, disk, Config{Runtime: newSolo()})
	if _, err := disk.Stat(temp); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("temporary file after Open: %v, want %v", err, fs.ErrNotExist)
	}
	polls(t, consumer(t, s))
}

// X-13, K-2: ids of more than 250 bytes were legal and could not be used.
func TestX13EveryLegalIDIsUsable(t *testing.T) {
	s, err := Open(context.Background(), afero.NewOsFs(), t.TempDir(), Config{})
	must(t, err)
	defer s.Close()
	appendTexts(t, s, "a")
	for _, length := range []int{1, 250, 251, MaxNameLen} {
		id := checkpointID(t, strings.Repeat("i", length))
		c, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: id})
		must(t, err)
		commits(t, c, 1)
		must(t, c.Close())
		c, err = s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: id})
		must(t, err)
		polls(t, c)
		must(t, c.Close())
	}
}

// X-13, K-14: two consumers of one id overwrote each other's position. Here an id has
// one consumer, and a log has one store.
func TestX13OneConsumerSavesUnderAnID(t *testing.T) {
	s, err := Open(context.Background(), afero.NewOsFs(), t.TempDir(), Config{})
	must(t, err)
	defer s.Close()
	consumer(t, s)
	if _, err := s.Cursor(ctx, Region{}, CursorConfig{Checkpoint: checkpointID(t, "consumer")}); !errors.Is(err, ErrCheckpointLeased) {
		t.Errorf("second cursor of an id = %v, want %v", err, ErrCheckpointLeased)
	}
	if _, err := Open(context.Background(), s.fs, s.dir, Config{}); !errors.Is(err, ErrLocked) {
		t.Errorf("second store of a log = %v, want %v", err, ErrLocked)
	}
}

// K-14: generations ascend from save to save, whoever saves: the same cursor, another
// one, one after a crash, or one whose last save failed.
func TestCheckpointGenerationsAscend(t *testing.T) {
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	appendTexts(t, s, "a", "b", "c", "d", "e", "f")
	c := consumer(t, s)
	expect := func(what string, want uint64) {
		t.Helper()
		if got := generation(t, s); got != want {
			t.Errorf("generation after %s = %d, want %d", what, got, want)
		}
	}
	commits(t, c, 2)
	expect("two saves", 2)
	must(t, c.Close())
	commits(t, consumer(t, s), 1)
	expect("a save of the next cursor", 3)
	s, disk = crashed(t, disk)
	c = consumer(t, s)
	commits(t, c, 1)
	expect("a save after a crash", 4)
	disk.fail(opSync, diskFault{err: errDisk, nth: 2}) // of the directory: the new file stands
	if err := c.Commit(context.Background()); !errors.Is(err, ErrCheckpointIndeterminate) {
		t.Errorf("Commit = %v, want %v", err, ErrCheckpointIndeterminate)
	}
	expect("a save that may have failed", 5)
	must(t, c.Commit(context.Background()))
	expect("the save after that", 6)
}

// X-14, K-10: a save synced three times. Here it syncs what it must, the file and its
// name, and the data directory once for all saves of a store.
func TestX14SaveSyncsTwice(t *testing.T) {
	const saves = 20
	disk := newPowerDisk()
	s := openOn(t, disk, Config{Runtime: newSolo()})
	for range saves {
		appendTexts(t, s, "a")
	}
	c := consumer(t, s)
	disk.log = nil
	commits(t, c, saves)
	counts := make(map[string]int)
	for _, operation := range disk.log {
		counts[operation]++
	}
	temp, cursors := s.checkpoints.temp(c.id), s.checkpoints.cursors()
	want := map[string]int{
		"sync " + filepath.Dir(cursors): 1,
		"sync " + temp:                  saves,
		"rename " + temp:                saves,
		"sync " + cursors:               saves,
	}
	if d := cmp.Diff(want, counts); d != "" {
		t.Errorf("operations of %d saves (-want +got):\n%s", saves, d)
	}
}

// X-15, K-15: upstream reserves a field for the life of the process, writes nothing
// into it, and never reads it. Here it means nothing whatever it holds, and what it
// was to tell, which log a position belongs to, the lineage does.
func TestX15LifeOfTheProcessMeansNothing(t *testing.T) {
	region := "entity=user|scope=*|fact=none|clock=*"
	want := Checkpoint{Started: true, Position: 7, Region: region, Upstream: true}
	for _, boot := range []*uint64{nil, new(uint64(0)), new(uint64(1 << 60))} {
		file := upstreamCheckpoint{started: true, position: 7, bootNS: boot, region: &region}.encode()
		var got Checkpoint
		if err := got.UnmarshalBinary(file); err != nil || got != want {
			t.Errorf("with process_boot_ns %v: %+v, %v, want %+v", boot, got, err, want)
		}
	}
	saved := worked()
	other := saved
	other.Lineage[0]++
	if string(marshal(t, saved)) == string(marshal(t, other)) {
		t.Error("the checkpoints of two logs are the same file")
	}
}
