package simfs

import (
	"io/fs"
	"time"
)

// info is a snapshot of an inode: an os.FileInfo.
type info struct {
	name  string
	size  int64
	mode  fs.FileMode
	mtime time.Time
	attr  Attr
}

// Attr is what Sys of a FileInfo returns, as an *Attr.
type Attr struct {
	Inode    uint64 // never given again within a filesystem and its successors
	Links    int    // names
	UID, GID int
}

// dirSize is the size that a directory shows, as on ext4.
const dirSize = 4096

func (n *inode) info(name string) *info {
	size := n.live.size
	switch {
	case n.isDir():
		size = dirSize
	case n.isLink():
		size = int64(len(n.live.target))
	}
	return &info{
		name: name, size: size, mode: n.live.mode, mtime: n.live.mtime,
		attr: Attr{Inode: n.no, Links: n.liveLinks, UID: n.live.uid, GID: n.live.gid},
	}
}

func (i *info) Name() string       { return i.name }
func (i *info) Size() int64        { return i.size }
func (i *info) Mode() fs.FileMode  { return i.mode }
func (i *info) ModTime() time.Time { return i.mtime }
func (i *info) IsDir() bool        { return i.mode.IsDir() }
func (i *info) Sys() any           { return &i.attr }
