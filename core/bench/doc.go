// Package bench measures the engine beside bbolt and beside the bare system calls. It
// holds benchmarks only, in a module of its own, so that the library needs none of
// what they need.
//
// Contenders take turns within one benchmark, operation by operation, on one disk, and
// the median of each one's turns is reported: read the ratios, which a noisy machine
// moves less than the times. "bare" is one write and one fsync of as many bytes as the
// engine's journal takes for the same events, into a file that grows. bbolt puts each
// event under its number; where several producers append, it joins their transactions
// as soon as all of them wait, which "grouped" has the engine do too
// (Config.GroupDelay), and "bare" does what a perfect group commit would.
//
//	go test -bench 'Append|Follow|Growth' -benchtime 100x
//	go test -bench Drain -benchtime 15625x
//	go test -bench 'Open|Memory' -log-bytes 268435456 -benchtime 5x
//
// What was measured stands in ARCHITECTURE.md.
package bench
