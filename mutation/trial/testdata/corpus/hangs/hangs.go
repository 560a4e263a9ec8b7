// Package hangs has a loop that a mutant makes endless.
package hangs

// Drain counts what is left.
func Drain(n int) int {
	count := 0
	for n > 0 {
		n--
		count++
	}
	return count
}
