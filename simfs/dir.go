package simfs

import (
	"io"
	"os"
	"syscall"
)

// listing is how far a directory handle has been read: through the entries that
// the directory had at the first call, ascending.
type listing struct {
	entries *names
	last    string // the last name given
	begun   bool
}

// Readdir describes the next count entries, ascending by name; all that are left
// when count is not positive. Entries that have gone since are left out. It
// returns io.EOF when count is positive and none is left.
func (h *handle) Readdir(count int) ([]os.FileInfo, error) {
	c, err := h.begin(OpReadDir, "readdirent", 0, int64(max(count, 0)))
	if err != nil {
		return nil, err
	}
	infos, err := h.readdir(&c, count)
	return infos, h.fs.report(&c, len(infos), err)
}

// Readdirnames is Readdir for the names alone.
func (h *handle) Readdirnames(count int) ([]string, error) {
	c, err := h.begin(OpReadDir, "readdirent", 0, int64(max(count, 0)))
	if err != nil {
		return nil, err
	}
	found, err := h.readdirnames(&c, count)
	return found, h.fs.report(&c, len(found), err)
}

func (h *handle) readdir(c *call, count int) ([]os.FileInfo, error) {
	infos := []os.FileInfo{}
	err := h.each(c, func(name string, n *inode) bool {
		if n != nil {
			infos = append(infos, n.info(name))
		}
		return count <= 0 || len(infos) < count
	})
	if err == nil && count > 0 && len(infos) == 0 {
		err = io.EOF
	}
	return infos, err
}

func (h *handle) readdirnames(c *call, count int) ([]string, error) {
	found := []string{}
	err := h.each(c, func(name string, _ *inode) bool {
		found = append(found, name)
		return count <= 0 || len(found) < count
	})
	if err == nil && count > 0 && len(found) == 0 {
		err = io.EOF
	}
	return found, err
}

// each hands the entries that the handle has not given yet to take, until it
// returns false; with a nil inode those that have gone.
func (h *handle) each(c *call, take func(string, *inode) bool) error {
	h.fs.mu.Lock()
	defer h.fs.leave(c)
	if err := h.enter(c); err != nil {
		return err
	}
	if !h.isDir {
		return c.wrap(syscall.ENOTDIR)
	}
	dir := h.fs.edit(h.inode.no)
	if dir.liveLinks == 0 {
		return c.wrap(syscall.ENOENT)
	}
	if h.list.entries == nil {
		entries := dir.live.names.share()
		h.list.entries = &entries
	}
	for name := range h.list.entries.after(h.list.last, !h.list.begun) {
		h.list.last, h.list.begun = name, true
		var n *inode
		if no, ok := dir.live.names.get(name); ok {
			n = h.fs.inode(no)
		}
		if !take(name, n) {
			break
		}
	}
	return nil
}
