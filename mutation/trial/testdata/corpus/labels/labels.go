// Package labels jumps out of loops by name.
package labels

// Find returns where n stands in the rows.
func Find(rows [][]int, n int) (row, column int) {
	row, column = -1, -1
rows:
	for r, cells := range rows {
		for c, cell := range cells {
			if cell == n {
				row, column = r, c
				break rows
			}
			if cell < 0 {
				continue rows
			}
		}
	}
	return row, column
}

// Count counts down with a goto, which no guard may jump into.
func Count(n int) int {
	steps := 0
again:
	if n > 0 {
		n--
		steps++
		goto again
	}
	return steps
}

// Classify falls through.
func Classify(n int) (s string) {
	switch {
	case n > 100:
		s += "huge "
		fallthrough
	case n > 10:
		s += "big"
	default:
		s += "small"
	}
	return s
}
