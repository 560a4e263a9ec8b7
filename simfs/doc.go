// Package simfs is an afero filesystem in memory that tells volatile from durable,
// injects faults, and crashes into every state that a disk may be left in.
//
// [CrashTest] is the quickest way in: it runs a program once, crashes it at every
// moment that matters, lets it recover from every image of each crash, and tells the
// first one that it does not survive so that a stranger understands it.
//
// # Fault statement
//
// What each fault does to volatile state (what programs see until the crash) and to
// durable state (what is certain to survive it):
//
//   - crash ([FS.Crash], [FS.Clone], [FS.Space]; [CrashBefore], [CrashDuring],
//     [CrashAfter], [Torn]): volatile state is lost. Durable state survives, and of
//     what was unsynced any part that the profile allows: see Model. Every operation
//     on a crashed filesystem and its handles gives [ErrCrashed] for ever. A crash
//     during a write leaves a unit-prefix of that write pending, Torn as many bytes
//     as it says; during any other operation, nothing.
//   - process death ([FS.Restart]): handles die; both states stay as they are, and
//     what was unsynced is still unsynced.
//   - errno ([Fail], [FailAfter]): neither state changes, or the operation happens
//     and its caller is told that it did not. A failing Close closes all the same.
//   - short write ([ShortWrite]) and full disk ([Full]): the first bytes, or those
//     that fit, become volatile, then the error. Removing, replacing and truncating
//     give bytes back.
//   - short read ([ShortRead]): neither state changes; fewer bytes are returned.
//   - failed sync of a file ([FailSync]): what becomes of the size and the attributes,
//     of the bytes, and who hears of it, is said by the rule or by the profile. By
//     default size and attributes become durable, the bytes do not and are clean:
//     programs go on seeing them until [FS.Evict], no later sync writes them, only
//     writing them again makes them pending again. Where the durable file is longer
//     than the bytes that it got, it has a gap. Every handle that is open on the file
//     hears of it, once.
//   - failed sync of a directory: the entries stay pending, and a retry can succeed.
//   - dropped sync ([DropSync]): nil, and nothing becomes durable, but all of it is
//     clean as above: bytes, size and attributes of a file, entries of a directory.
//   - deferred sync ([DeferSync]): nil, and nothing becomes durable before the next
//     sync that is honest, of whatever: a drive with a volatile cache.
//   - bit rot ([Rot]): bits of a durable byte flip, for every reader, until the byte is
//     written again.
//   - misdirected write ([Misdirect]): the bytes land elsewhere in the file, volatile
//     and pending like any others, and the caller is told that all is well.
//   - latency ([Delay]): neither state changes; the operation waits, through
//     Config.Sleep.
//
// # Model
//
// The filesystem keeps a tree of inodes twice, live and durable, and the ordered
// log of the pending micro-operations that lead from one to the other: data of one
// unit, size by a growing write, size by a truncation, attributes, an entry linked
// or unlinked, an entry moved. Syncing makes operations durable. A crash keeps a part
// of the pending ones that has all that its members need:
//
//   - unit: [Config.Unit] bytes survive together, from one write or the other;
//     units are independent of each other. Of several writes to a unit any may be
//     the last that survives, with all those before it: the versions of the unit.
//   - size: of the operations that changed the size of a file a prefix survives.
//     Bytes below the size of which no version ever reached the disk are a gap:
//     zeros, or filler that is never zero. A write beyond a truncation survives only
//     with that truncation.
//   - entries: every operation on an entry needs the earlier ones on it; a move
//     belongs to two entries and is never split. Removing a directory needs what
//     emptied it, and moving a directory needs the earlier moves of directories, so
//     that none ends up inside itself.
//   - attributes: see the profile. The modification time is that of the latest
//     operation that survives.
//   - what no name reaches is gone. A file whose name is durable but none of whose
//     content is exists, empty, as it was created.
//
// All images of a crash are a [Space]: independent choices, and what each leaves to
// choose. It is counted without being made ([Space.Count]), enumerated from its two
// ends, all kept and all lost, towards the middle ([Space.States]), sampled
// ([Space.Sample]), and every image has a name that leads back to it in any process
// ([State.ID], [Space.State]). A sample first draws a survival rate and then each
// thing at that rate, so that images that lack nearly all, or nearly nothing, are
// common.
//
// # Profiles
//
// [PosixStrict], the default: any part that has what it needs. A nil from Sync on a
// file makes its bytes, size and attributes durable, as of the call; not its name and
// not the directories above. A nil from Sync on a directory makes its entries durable;
// not the content of the files behind them. Moving between two directories is durable
// as a whole once either is synced. Measured on ext4 of Linux 6.18: that data and size
// survive independently (full new size over zeros, later bytes without earlier ones),
// names without content, and what a failed sync leaves. Documented: that POSIX promises
// nothing about names without a sync of the directory, and 512 bytes as the unit that
// disks write whole. Assumed: that names survive independently of each other, filler in
// gaps, and that bytes nobody wrote are never damaged.
//
// [Ext4Ordered] and [Ext4Writeback]: entries, attributes and truncations survive as a
// prefix of the order in which they were made; any sync makes all of them durable that
// were made before it, and data only of the file that is synced. Data and growth survive
// as above. Renaming a file over another submits its data: if the rename survives, so
// does its size, in ext4-ordered. Gaps are zeros in ext4-ordered. Measured on the same
// kernel, but for the filler of ext4-writeback, which is documented and never showed.
//
// [Btrfs]: entries, attributes and truncations as a prefix; a growth survives exactly
// with the last unit that its write touched; gaps are holes. A sync takes along the
// names of what is synced and the directories above them. A failed sync takes back bytes
// and size. Documented by the commits of that filesystem and by public reports of what
// it does; not measured here.
//
// [ZFSLike]: everything survives as a prefix of the calls of the program, each whole. A
// sync makes all changes of entries durable, and of data that of its file. Assumed, from
// what is generally known of transaction groups and intent logs; not measured here.
//
// Whatever a profile allows, posix-strict allows too. [Knobs] depart from a profile.
//
// # Contract
//
// Closing, renaming and the end of a process sync nothing; O_SYNC syncs the file after
// each write.
//
// Everything that could go either way is asked of [Config.Choose], in an order that
// depends on the operations alone: the same choices give the same image, on every
// machine. A crash asks first for the survival rate, then for entries by age, each
// followed by the files that hang on it, then for the other files by inode number;
// of a file for the size, the attributes and the units. A crash with nothing unsynced
// asks nothing.
//
// A crash image shares every page, directory and inode that is clean, both ways
// copy on write: it costs time and memory in proportion to what was unsynced, not to
// what is held. Syncing costs in proportion to what is pending, a write after it one
// page at most.
//
// As a filesystem, simfs sides with the os package on Linux: error types and numbers,
// open flags, unlinked files that stay open, symbolic links, rules of rename, sorted
// directory listings by pages, [io.EOF] and offsets. An [FS] and its handles are safe
// for use by many goroutines, and inside a bubble of testing/synctest.
//
// [Load] begins from files that exist, [Copy] takes an image to a directory on disk, [Diff]
// says how two trees differ.
//
// The package example loses a configuration file between write and rename; the example
// of [CrashTest] mends that step by step; the example of [FS.SetFaults] arms rules and
// reads their counters.
//
// # Limits
//
//   - No hard links, no locks, no umask, no access times; owners are shown by [Attr].
//     Paths use slashes. Mode bits are stored and not enforced, as for root.
//   - A dropped sync drops all of its inode. Writes in whole calls ([WholeCall]) that
//     overlap survive in their order.
//   - Writing back is not simulated: nothing becomes durable but by a sync.
//   - Differences from os that stay: a directory is read in the order of names and shows
//     a size of 4096, for the machine's own order and size are not to be foretold; Seek
//     on a directory starts its listing again; reading a closed directory is
//     fs.ErrClosed, which programs can match, where os says poll.ErrFileClosing; Read of
//     a directory is always EISDIR; RemoveAll of a name that ends in ".." removes
//     nothing, where os empties the parent, and reports "remove" and the path that it
//     failed at; new files belong to user and group 0, and Chown keeps set-user-ID;
//     FileInfo.Sys is an *Attr, so that os.SameFile is false.
//   - Paths of operations and of rules are the names as they were given, made absolute
//     and clean, and not resolved through links.
package simfs
