// Package simfs is an afero filesystem in memory that tells volatile from durable,
// injects faults, and crashes into any state that a disk may be left in.
//
// # Fault statement
//
// What each fault does to volatile state (what programs see until the crash) and to
// durable state (what is certain to survive it):
//
//   - crash ([FS.Crash]; [CrashBefore], [CrashDuring], [CrashAfter]): volatile
//     state is lost. Durable state survives, and of what was unsynced any legal
//     part: see Model. Every operation on the old filesystem and its handles gives
//     [ErrCrashed] for ever. CrashDuring a write leaves a unit-prefix of that
//     write pending; of any other operation nothing.
//   - process death ([FS.Restart]): handles die; both states stay as they are, and
//     what was unsynced is still unsynced.
//   - errno ([Fail]): neither state changes. A failing Close closes all the same.
//   - short write ([ShortWrite]): the first bytes become volatile, then the error.
//   - short read ([ShortRead]): neither state changes; fewer bytes are returned.
//   - failed sync of a file ([FailSync]): size and attributes become durable, the
//     bytes do not and are clean: programs go on seeing them, no later sync writes
//     them, only writing them again makes them pending again. Where the durable file
//     is longer than the bytes that it got, it has a gap. Every handle that is open
//     on the file hears of it, once.
//   - failed sync of a directory: the entries stay pending, and a retry can succeed.
//   - dropped sync ([DropSync]): nil, and nothing becomes durable, but all of it is
//     clean as above: bytes, size and attributes of a file, entries of a directory.
//
// # Model
//
// The filesystem keeps a tree of inodes twice, live and durable, and the ordered
// log of the pending micro-operations that lead from one to the other: data of one
// unit, size by a growing write, size by a truncation, attributes, an entry linked
// or unlinked, an entry moved. Syncing an inode makes its operations durable. A
// crash keeps a subset of the pending ones that is legal:
//
//   - unit: [Config.Unit] bytes survive together, from one write or the other;
//     units are independent of each other. Of several writes to a unit any may be
//     the last that survives, with all those before it: the versions of the unit.
//   - size: of the operations that changed the size of a file a prefix survives,
//     whatever survives of its bytes. Bytes below the size of which no version ever
//     reached the disk are a gap: zeros, or filler that is never zero. A write
//     beyond a truncation survives only with that truncation.
//   - entries: any subset in which every operation on an entry has the earlier ones
//     on it; a move belongs to two entries and is never split. Removing a directory
//     needs what emptied it, and moving a directory needs the earlier moves of
//     directories, so that none ends up inside itself.
//   - attributes: any subset of the changes. The modification time is that of the
//     latest operation that survives.
//   - what no name reaches is gone. A file whose name is durable but none of whose
//     content is exists, empty, as it was created.
//
// A sampled crash first draws a survival rate and then each thing at that rate, so
// that images that lack nearly all, or nearly nothing, are common.
//
// # Contract
//
// The profile [PosixStrict] promises no more than this. A nil from Sync on a file
// makes its bytes, size and attributes durable, as of the call; not its name and not
// the directories above. A nil from Sync on a directory makes its entries durable;
// not the content of the files behind them. Moving between two directories is
// durable as a whole once either is synced. Closing, renaming and the end of a
// process sync nothing; O_SYNC syncs the file after each write.
//
// What the profile rests on. Measured on a Linux kernel: data and size survive
// independently (full new size over zeros, later bytes without earlier ones), names
// without content, a failed sync that is reported once and leaves new bytes in the
// cache that are not on the disk. Documented: that POSIX promises nothing about
// names without a directory sync, and 512 bytes as the unit that disks write whole.
// Assumed: that names survive independently of each other, filler in gaps without a
// journal, and that bytes nobody wrote are never damaged.
//
// Everything that could go either way is asked of [Config.Choose], in an order that
// depends on the operations alone: the same choices give the same image, on every
// machine. The order is: survival rate, entries by age, then by inode number the
// size, the attributes and the units of each file. A crash with nothing unsynced asks
// nothing.
//
// A crash image shares every page, directory and inode that is clean, both ways
// copy on write: it costs time and memory in proportion to what was unsynced, not to
// what is held. Syncing costs in proportion to what is pending, a write after it one
// page at most.
//
// As a filesystem, simfs sides with the os package on Linux: error types and numbers,
// open flags, unlinked files that stay open, rules of rename, sorted directory
// listings by pages, [io.EOF] and offsets. An [FS] and its handles are safe for use
// by many goroutines. Mode bits are stored and not enforced, as for root.
//
// The package example loses a configuration file between write and rename; the
// example of [FS.SetFaults] arms a rule and reads its counters.
//
// # Limits
//
//   - Only the profile posix-strict; images are sampled, not enumerated.
//   - No symbolic links, no hard links, no locks, no umask, no access times; owners
//     are shown by [Attr]. Paths use slashes.
//   - Units are never torn inside, and what was not written is never damaged.
//   - A failed or dropped sync fails or drops all of its inode.
//   - Differences from os: a directory is read in the order of names; Seek on a
//     directory starts its listing again; listing a closed directory is
//     fs.ErrClosed; WriteAt on an append handle is an *fs.PathError; RemoveAll of a
//     name that ends in ".." removes nothing.
package simfs
