package realtest_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// Lock raises the level of this handle, or says that another one is in the way.
// An exclusive lock that readers are in the way of stays pending, so that no new
// ones come.
func (f *file) Lock(level vfs.LockLevel) error {
	if f.level >= level {
		return nil
	}
	others := f.others()
	switch {
	case level == vfs.LOCK_SHARED && others >= vfs.LOCK_PENDING:
		return sqlite3.BUSY
	case level > vfs.LOCK_SHARED && others >= vfs.LOCK_RESERVED:
		return sqlite3.BUSY
	case level == vfs.LOCK_EXCLUSIVE && others >= vfs.LOCK_SHARED:
		f.level = vfs.LOCK_PENDING
		return sqlite3.BUSY
	}
	f.level = level
	return nil
}

func (f *file) Unlock(level vfs.LockLevel) error {
	f.level = min(f.level, level)
	return nil
}

func (f *file) CheckReservedLock() (bool, error) {
	return max(f.level, f.others()) >= vfs.LOCK_RESERVED, nil
}

func (f *file) LockState() vfs.LockLevel { return f.level }

// Close gives the lock up.
func (f *file) Close() error {
	f.vfs.files[f.name] = slices.DeleteFunc(f.vfs.files[f.name], func(g *file) bool { return g == f })
	return f.File.Close()
}

// others is the highest level that another handle on the file holds.
func (f *file) others() vfs.LockLevel {
	level := vfs.LOCK_NONE
	for _, g := range f.vfs.files[f.name] {
		if g != f {
			level = max(level, g.level)
		}
	}
	return level
}

// Two connections keep out of each other's way as SQLite's locks demand.
func TestLocks(t *testing.T) {
	disk, err := simfs.New(simfs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	vfs.Register(t.Name(), newUnixVFS(disk))
	t.Cleanup(func() { vfs.Unregister(t.Name()) })
	writer, reader := connect(t, t.Name()), connect(t, t.Name())
	steps := []struct {
		name string
		conn *sqlite3.Conn
		sql  string
		want error // nil = it works
	}{
		{"a table", writer, "CREATE TABLE t (n)", nil},
		{"write lock", writer, "BEGIN IMMEDIATE; INSERT INTO t VALUES (1)", nil},
		{"reading beside a writer", reader, "SELECT * FROM t", nil},
		{"second writer", reader, "BEGIN IMMEDIATE", sqlite3.BUSY},
		{"commit", writer, "COMMIT", nil},
		{"read lock that stays", reader, "BEGIN; SELECT * FROM t", nil},
		{"commit beside a reader", writer, "BEGIN; INSERT INTO t VALUES (2); COMMIT", sqlite3.BUSY},
		{"reader lets go", reader, "COMMIT", nil},
		{"commit again", writer, "COMMIT", nil},
		{"both rows", reader, "CREATE TABLE two AS SELECT 1 WHERE 2 = (SELECT count(*) FROM t)", nil},
	}
	for _, s := range steps {
		if err := s.conn.Exec(s.sql); !errors.Is(err, s.want) {
			t.Fatalf("%s: Exec(%q) = %v, want %v", s.name, s.sql, err, s.want)
		}
	}
}

func connect(t *testing.T, vfsName string) *sqlite3.Conn {
	t.Helper()
	conn, err := sqlite3.Open("file:/test.db?vfs=" + vfsName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}
