package core

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/spf13/afero"
)

const (
	cursorsDir       = "cursors"
	checkpointSuffix = ".ckpt"

	// maxPlainID is the longest id, in bytes, that names its file itself. It is
	// what fits a file name of 255 bytes, hence every id for which the Rust
	// engine could ever have written a file. Longer ids are hashed.
	maxPlainID = 255 - len(checkpointSuffix)
)

// checkpointFiles keeps the checkpoints of the log in dir, one file for each id,
// in dir/cursors. A save replaces the file whole: after a crash it is the old one
// or the new one, and once save returned nil it is the new one.
//
// Methods may be called concurrently for different ids. For one id the caller
// serialises them, and loads before it saves: save looks at nothing that is there.
// A load that was given up may go on beside them, and nobody gets what it finds.
// Two ids that the filesystem takes for one, such as "a" and "A" where case is
// folded, share a file; load finds that out.
type checkpointFiles struct {
	fs  afero.Fs
	dir string

	prepared atomic.Bool // dir/cursors exists, and its entry in dir is durable
}

// load returns the checkpoint of an id, and whether there is one: a durable one, though who
// saved it may have died, or failed, before it was. A file without an id, which upstream
// wrote, is taken for that of the id that names it.
func (f *checkpointFiles) load(id CheckpointID) (Checkpoint, bool, error) {
	path := f.path(id)
	b, found, err := f.read(path)
	if err != nil {
		return Checkpoint{}, false, fmt.Errorf("load checkpoint %q: %w", id, err)
	}
	if !found {
		return Checkpoint{}, false, nil
	}
	c, err := decodeCheckpoint(b)
	if err != nil {
		return Checkpoint{}, false, fmt.Errorf("load checkpoint %q: %w", id, atPath(err, path))
	}
	if c.Upstream {
		c.ID = id
	}
	if c.ID != id {
		return Checkpoint{}, false, &MismatchError{Path: path, Stored: c.ID.name, Expected: id.name, Err: ErrIDMismatch}
	}
	if err := syncDir(f.fs, f.cursors()); err != nil {
		return Checkpoint{}, false, fmt.Errorf("load checkpoint %q: %w", id, err)
	}
	return c, true, nil
}

// read returns the content of a regular file within the bound. A symbolic link is
// refused: a save would replace the link, not what it points to, and a link that
// dangles would pass for a missing file.
func (f *checkpointFiles) read(path string) ([]byte, bool, error) {
	b, err := readWhole(f.fs, path, maxCheckpointBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, nil
	case errors.Is(err, ErrNotRegular), errors.Is(err, ErrTooLarge):
		return nil, false, atPath(corruptCheckpoint("%v", err), path)
	}
	return b, err == nil, err
}

// save makes c the durable checkpoint of its id. When it fails the old one stands,
// unless the error is ErrCheckpointIndeterminate.
func (f *checkpointFiles) save(c Checkpoint) error {
	b, err := c.MarshalBinary()
	if err == nil {
		err = f.prepare()
	}
	if err == nil {
		err = replaceFile(f.fs, f.temp(c.ID), f.path(c.ID), b)
	}
	if err == nil {
		err = f.syncChange()
	}
	if err != nil {
		return fmt.Errorf("save checkpoint %q: %w", c.ID, err)
	}
	return nil
}

// prepare makes the directory of the checkpoints and its entry durable. It syncs
// even if the directory exists: who made it may have crashed before the sync.
func (f *checkpointFiles) prepare() error {
	if f.prepared.Load() {
		return nil
	}
	if err := f.fs.Mkdir(f.cursors(), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make cursors directory: %w", err)
	}
	if err := syncDir(f.fs, f.dir); err != nil {
		return fmt.Errorf("sync data directory: %w", err)
	}
	f.prepared.Store(true)
	return nil
}

// syncChange makes durable what was just changed in the cursors directory.
func (f *checkpointFiles) syncChange() error {
	if err := syncDir(f.fs, f.cursors()); err != nil {
		return fmt.Errorf("%w: sync cursors directory: %w", ErrCheckpointIndeterminate, err)
	}
	return nil
}

// remove durably removes the checkpoint of an id, so that its consumer begins
// anew. It is no error if there is none; then, too, its absence is made durable,
// as an earlier removal may have failed after its first half.
func (f *checkpointFiles) remove(id CheckpointID) error {
	if err := f.fs.Remove(f.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove checkpoint %q: %w", id, err)
	}
	err := f.syncChange()
	if err == nil || errors.Is(err, fs.ErrNotExist) { // no directory, no checkpoint
		return nil
	}
	return fmt.Errorf("remove checkpoint %q: %w", id, err)
}

// sweep removes the temporary files that crashed saves left behind. It must not
// run during a save, so it is for the time of opening.
func (f *checkpointFiles) sweep() error {
	files, err := afero.ReadDir(f.fs, f.cursors())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sweep checkpoints: read cursors directory: %w", err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), tempSuffix) {
			continue
		}
		if err := f.fs.Remove(filepath.Join(f.cursors(), file.Name())); err != nil {
			return fmt.Errorf("sweep checkpoints: remove temporary file: %w", err)
		}
	}
	return nil
}

// list returns the paths of all checkpoints, ascending.
func (f *checkpointFiles) list() ([]string, error) {
	files, err := afero.ReadDir(f.fs, f.cursors())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list checkpoints: %w", err)
	}
	var paths []string
	for _, file := range files {
		if strings.HasSuffix(file.Name(), checkpointSuffix) {
			paths = append(paths, filepath.Join(f.cursors(), file.Name()))
		}
	}
	return paths, nil
}

func (f *checkpointFiles) cursors() string { return filepath.Join(f.dir, cursorsDir) }

func (f *checkpointFiles) path(id CheckpointID) string {
	name := id.name
	if len(name) > maxPlainID {
		name = hashedName(id)
	}
	return filepath.Join(f.cursors(), name+checkpointSuffix)
}

// temp returns the path of the file that becomes path(id). It is hashed always:
// the suffix leaves room for shorter ids only.
func (f *checkpointFiles) temp(id CheckpointID) string {
	return filepath.Join(f.cursors(), hashedName(id)+tempSuffix)
}

func hashedName(id CheckpointID) string {
	sum := sha256.Sum256([]byte(id.name))
	return "sha256-" + hex.EncodeToString(sum[:])
}
