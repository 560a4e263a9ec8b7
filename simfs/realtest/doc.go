// Package realtest runs a real database on simfs: SQLite, compiled to Go, through a
// VFS over an [github.com/spf13/afero.Fs]. It holds tests only, in a module of its
// own, so that the library needs none of this.
//
// # Model
//
// A disk is one simfs filesystem, empty at first, that crashes several times in a
// row. In each incarnation of the process SQLite recovers the database that it finds,
// commits numbered transactions, and dies at an operation that the seed picks: while
// it recovers, in a transaction, or between two. A transaction is acknowledged when
// COMMIT has returned without an error. The number of a transaction says what it
// does, so the whole content after each is known; what is recovered must pass
// PRAGMA integrity_check and be exactly the content after one of them.
//
// The VFS does what SQLite's own for Unix does: it syncs a new journal together with
// its directory, deletes with a directory sync when told to, and reports the same
// sector size and powersafe overwrite.
//
// # Contract
//
// Under the profile posix-strict, with units of 512 bytes and auto_vacuum off unless it
// says otherwise, the tests prove or refute, for each row:
//
//   - journal_mode TRUNCATE, PERSIST and WAL with synchronous FULL, and DELETE with
//     EXTRA: no crash loses an acknowledged transaction.
//   - DELETE with FULL: a crash may undo the latest acknowledged transaction, never
//     more. SQLite does not sync the directory after it deletes the journal, and a
//     journal that comes back is rolled back. The test demands to see it.
//   - WAL with NORMAL: a crash may lose the latest transactions; what is left is
//     whole and in order. The test demands to see it.
//   - any journal_mode with synchronous OFF, a VFS that never syncs directories, and
//     a disk that answers syncs and does none: the test demands to see losses.
//   - DELETE with FULL and auto_vacuum: damage is legal. The file is cut after the
//     journal is deleted; when the cut survives and the deletion does not, the rollback
//     misses the pages that were cut off. It is rare: 10 disks in 20,000 crashes, by
//     `go test -v -run TestSQLite/vacuum -crashes 80000`.
//
// What rows promise under posix-strict they keep under the other profiles; that is
// tested with a quarter of the crashes.
//
// WAL runs with locking_mode EXCLUSIVE, which needs no shared memory; the other modes
// with NORMAL, for under EXCLUSIVE SQLite does not delete its journal.
//
// The seed fixes every operation, crash and image: the tests run rows twice, and in a
// second process, and compare digests. `go test -v` prints what each row measured;
// -crashes sets how many crashes a row gets, -seed chooses others, and -disk runs
// one disk alone, as the message of a failure says, and logs its operations.
//
// # Limits
//
// One connection at a time writes, and only crashes strike: no failing syncs, short
// writes or full disks. What a row does not show within its crashes is not proven
// impossible.
package realtest
