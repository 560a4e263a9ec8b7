package realtest_test

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/spf13/afero"
)

// unixVFS does on an afero.Fs what SQLite's own VFS for Unix does on the kernel:
// the same opens, syncs of files and directories, sector size and locks between
// the connections of one process. It keeps temporary files in memory and has no
// shared memory. One goroutine at a time may use it.
type unixVFS struct {
	disk  afero.Fs
	files map[string][]*file // open database files, for their locks

	// noDirSync is a defect to be found: directories are never synced.
	noDirSync bool
}

var _ vfs.VFS = (*unixVFS)(nil)

func newUnixVFS(disk afero.Fs) *unixVFS {
	return &unixVFS{disk: disk, files: make(map[string][]*file)}
}

func (v *unixVFS) FullPathname(name string) (string, error) {
	return path.Join("/", name), nil
}

func (v *unixVFS) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name == "" || flags&vfs.OPEN_DELETEONCLOSE != 0 {
		return new(vfsutil.SliceFile), flags, nil
	}
	opened, err := v.disk.OpenFile(name, osFlags(flags), 0o644)
	if err != nil {
		return nil, 0, vfs.SystemError(err, sqlite3.CANTOPEN)
	}
	const journals = vfs.OPEN_MAIN_JOURNAL | vfs.OPEN_SUPER_JOURNAL | vfs.OPEN_WAL
	f := &file{
		File: opened, vfs: v, name: name,
		unnamed: flags&vfs.OPEN_CREATE != 0 && flags&journals != 0,
	}
	v.files[name] = append(v.files[name], f)
	return f, flags, nil
}

func osFlags(flags vfs.OpenFlag) int {
	out := os.O_RDONLY
	if flags&vfs.OPEN_READWRITE != 0 {
		out = os.O_RDWR
	}
	if flags&vfs.OPEN_CREATE != 0 {
		out |= os.O_CREATE
	}
	if flags&vfs.OPEN_EXCLUSIVE != 0 {
		out |= os.O_EXCL
	}
	return out
}

// Delete removes a file and, when SQLite asks for it, makes that durable.
func (v *unixVFS) Delete(name string, syncDir bool) error {
	err := v.disk.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_DELETE)
	}
	if !syncDir {
		return nil
	}
	return v.syncDir(name)
}

// Access takes an empty file for one that does not exist, as the Unix VFS does.
func (v *unixVFS) Access(name string, flags vfs.AccessFlag) (bool, error) {
	info, err := v.disk.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, vfs.SystemError(err, sqlite3.IOERR_ACCESS)
	}
	return flags != vfs.ACCESS_EXISTS || !info.Mode().IsRegular() || info.Size() > 0, nil
}

// syncDir makes the entry of a file durable.
func (v *unixVFS) syncDir(name string) error {
	if v.noDirSync {
		return nil
	}
	dir, err := v.disk.Open(path.Dir(name))
	if err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_DIR_FSYNC)
	}
	defer dir.Close()
	return vfs.SystemError(dir.Sync(), sqlite3.IOERR_DIR_FSYNC)
}

// file is an open database, journal or write-ahead log.
type file struct {
	afero.File
	vfs     *unixVFS
	name    string
	unnamed bool // a journal that was perhaps created, whose name nothing has synced yet
	level   vfs.LockLevel
}

var _ vfs.FileLockState = (*file)(nil)

// Sync makes the file durable and, the first time, the name of a journal too: until
// then a crash could leave a changed database and nothing to roll it back with.
func (f *file) Sync(vfs.SyncFlag) error {
	if err := f.File.Sync(); err != nil {
		return vfs.SystemError(err, sqlite3.IOERR_FSYNC)
	}
	if !f.unnamed {
		return nil
	}
	f.unnamed = false
	return f.vfs.syncDir(f.name)
}

func (f *file) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, vfs.SystemError(err, sqlite3.IOERR_FSTAT)
	}
	return info.Size(), nil
}

func (f *file) SectorSize() int { return 4096 }

// DeviceCharacteristics promises what a disk with a Unix filesystem does: a write
// damages nothing outside of its range.
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE | vfs.IOCAP_SUBPAGE_READ
}
