// Package initorder computes before main, where a switch that is read too late does
// nothing.
package initorder

var table = squares(4)

// Limit is a declaration: its mutants need builds of their own.
const Limit = 3

var last = table[Limit]

func squares(n int) []int {
	var s []int
	for i := 0; i < n; i++ {
		s = append(s, i*i)
	}
	return s
}
