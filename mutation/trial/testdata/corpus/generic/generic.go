// Package generic has type parameters wherever they may stand.
package generic

type number interface{ ~int | ~float64 }

// Pair holds two of a kind.
type Pair[T number] struct{ a, b T }

// Sum adds the two.
func (p Pair[T]) Sum() T {
	sum := p.a + p.b
	return sum
}

// Filter keeps what is wanted.
func Filter[S ~[]E, E any](s S, keep func(E) bool) S {
	var kept S
	for _, e := range s {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	return kept
}
