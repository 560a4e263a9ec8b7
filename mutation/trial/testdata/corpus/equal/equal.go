// Package equal has a mutant that is none.
package equal

// Half shifts, and the mask changes nothing.
func Half(n uint8) uint8 {
	x := n >> 1
	if x < 128 {
		return x
	}
	return 0
}
