// Package bench measures the engine beside bbolt and beside the bare system calls. It
// holds benchmarks only, in a module of its own, so that the library needs none of
// what they need.
//
// Contenders take turns within one benchmark, operation by operation, on one disk: read
// the ratios, which a noisy machine moves less than the times. "bare" is one write and
// one fsync of as many bytes as the engine's journal takes for the same events, into a
// file that grows. bbolt puts each event under its number; where several producers
// append, it joins their transactions as soon as all of them wait.
//
//	go test -bench . -benchtime 200x
//	go test -bench Open -log-bytes 1073741824 -benchtime 3x
package bench
