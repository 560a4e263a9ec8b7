package core

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/spf13/afero"
)

// powerDisk is a filesystem in memory that remembers what the power cannot take: of
// each file what its syncs wrote. Names are durable at once. It fails, or cheats, in
// the operations that a test names. A sync that fails leaves clean what it did not
// write, as kernels do: later syncs pass it over until it is written again.
type powerDisk struct {
	afero.Fs
	synced map[string][]byte
	dirty  map[string][]bool // byte by byte, what the next sync writes
	script map[diskOp][]diskFault
	counts map[diskOp]int
	log    []string // every operation that a fault may strike, and its path
}

type diskOp string

const (
	opWriteAt  diskOp = "writeat"
	opSync     diskOp = "sync"
	opTruncate diskOp = "truncate"
	opRename   diskOp = "rename"
)

// diskFault is what happens instead of one operation, counted from 1 since the
// fault was scripted.
type diskFault struct {
	nth   int
	bytes int   // of a failing write, those that land
	err   error // nil: the disk claims success
}

var errDisk = errors.New("disk failure")

func newPowerDisk() *powerDisk {
	return &powerDisk{
		Fs: afero.NewMemMapFs(), synced: make(map[string][]byte), dirty: make(map[string][]bool),
		script: make(map[diskOp][]diskFault), counts: make(map[diskOp]int),
	}
}

// fail scripts the next operation of that kind.
func (d *powerDisk) fail(op diskOp, fault diskFault) {
	fault.nth = d.counts[op] + max(fault.nth, 1)
	d.script[op] = append(d.script[op], fault)
}

// heal forgets the faults that have not struck.
func (d *powerDisk) heal() { clear(d.script) }

// strike counts an operation and says how it fails, if it does.
func (d *powerDisk) strike(op diskOp, path string) (diskFault, bool) {
	d.counts[op]++
	d.log = append(d.log, string(op)+" "+path)
	at := slices.IndexFunc(d.script[op], func(f diskFault) bool { return f.nth == d.counts[op] })
	if at < 0 {
		return diskFault{}, false
	}
	return d.script[op][at], true
}

// crash returns the disk as it is when the power comes back.
func (d *powerDisk) crash(t fataler) *powerDisk {
	t.Helper()
	after := newPowerDisk()
	after.synced = maps.Clone(d.synced)
	for path, content := range d.synced {
		ok(t, afero.WriteFile(after.Fs, path, content, 0o600))
	}
	return after
}

func (d *powerDisk) Open(path string) (afero.File, error) { return d.OpenFile(path, os.O_RDONLY, 0) }

func (d *powerDisk) OpenFile(path string, flag int, mode fs.FileMode) (afero.File, error) {
	f, err := d.Fs.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return &powerFile{File: f, disk: d, path: path}, nil
}

// written marks bytes as dirty.
func (d *powerDisk) written(path string, at int64, n int) {
	marks := d.dirty[path]
	if end := int(at) + n; end > len(marks) {
		marks = append(marks, make([]bool, end-len(marks))...)
	}
	for i := range n {
		marks[int(at)+i] = true
	}
	d.dirty[path] = marks
}

// sync makes the dirty bytes of content durable.
func (d *powerDisk) sync(path string, content []byte) {
	durable := make([]byte, len(content))
	copy(durable, d.synced[path])
	for i, dirty := range d.dirty[path][:min(len(content), len(d.dirty[path]))] {
		if dirty {
			durable[i] = content[i]
		}
	}
	d.synced[path] = durable
	delete(d.dirty, path)
}

func (d *powerDisk) Rename(from, to string) error {
	if fault, ok := d.strike(opRename, from); ok {
		return fault.err
	}
	if err := d.Fs.Rename(from, to); err != nil {
		return err
	}
	d.synced[to], d.dirty[to] = d.synced[from], d.dirty[from]
	delete(d.synced, from)
	delete(d.dirty, from)
	return nil
}

func (d *powerDisk) Remove(path string) error {
	delete(d.synced, path)
	delete(d.dirty, path)
	return d.Fs.Remove(path)
}

type powerFile struct {
	afero.File
	disk *powerDisk
	path string
}

func (f *powerFile) Write(b []byte) (int, error) {
	at, err := f.File.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	n, err := f.File.Write(b)
	f.disk.written(f.path, at, n)
	return n, err
}

func (f *powerFile) WriteAt(b []byte, at int64) (int, error) {
	fault, ok := f.disk.strike(opWriteAt, f.path)
	if ok {
		b = b[:fault.bytes]
	}
	n, err := f.File.WriteAt(b, at)
	f.disk.written(f.path, at, n)
	return n, errors.Join(err, fault.err)
}

func (f *powerFile) Truncate(size int64) error {
	if fault, ok := f.disk.strike(opTruncate, f.path); ok {
		return fault.err
	}
	return f.File.Truncate(size)
}

func (f *powerFile) Sync() error {
	if fault, ok := f.disk.strike(opSync, f.path); ok {
		if fault.err != nil {
			delete(f.disk.dirty, f.path)
		}
		return fault.err
	}
	if isDir, err := afero.IsDir(f.disk.Fs, f.path); isDir || err != nil {
		return err
	}
	content, err := afero.ReadFile(f.disk.Fs, f.path)
	if err == nil {
		f.disk.sync(f.path, content)
	}
	return err
}

var soloJournal = segmentAt("/log", 1).path

// The disk that the tests trust: what was synced survives, what was not is lost, a
// failed sync leaves clean what it lost, and what was scripted happens, once.
func TestPowerDisk(t *testing.T) {
	d := newPowerDisk()
	f, err := d.OpenFile("/f", os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err)
	write := func(text string, at int64) {
		n, err := f.WriteAt([]byte(text), at)
		must(t, err)
		if n != len(text) {
			t.Errorf("WriteAt(%q) = %d, want %d", text, n, len(text))
		}
	}
	holds := func(want string) {
		t.Helper()
		got, err := afero.ReadFile(d.crash(t), "/f")
		must(t, err)
		if string(got) != want {
			t.Errorf("after a crash the file holds %q, want %q", got, want)
		}
	}
	_, err = f.Write([]byte("abc"))
	must(t, err)
	must(t, f.Sync())
	holds("abc")
	write("def", 3)
	holds("abc")
	d.fail(opSync, diskFault{nth: 1})
	d.fail(opSync, diskFault{nth: 2, err: errDisk})
	must(t, f.Sync()) // a lie
	holds("abc")
	if err := f.Sync(); !errors.Is(err, errDisk) {
		t.Errorf("Sync = %v, want %v", err, errDisk)
	}
	write("f", 5)
	must(t, f.Sync())
	holds("abc\x00\x00f") // "de" was clean
	write("de", 3)
	must(t, f.Sync())
	holds("abcdef")
	d.fail(opWriteAt, diskFault{bytes: 1, err: errDisk})
	if n, err := f.WriteAt([]byte("xyz"), 0); n != 1 || !errors.Is(err, errDisk) {
		t.Errorf("short WriteAt = %d, %v, want 1, %v", n, err, errDisk)
	}
	d.fail(opTruncate, diskFault{err: errDisk})
	if err := f.Truncate(0); !errors.Is(err, errDisk) {
		t.Errorf("failing Truncate = %v, want %v", err, errDisk)
	}
	must(t, f.Truncate(2))
	must(t, f.Sync())
	holds("xb")
	must(t, d.Rename("/f", "/g"))
	if _, err := d.crash(t).Stat("/f"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old name after a rename: %v, want %v", err, fs.ErrNotExist)
	}
}
