package reports

import (
	"strings"
	"unicode/utf8"
)

// table is rows of cells, in columns as wide as need be.
type table struct {
	left   int // columns aligned to the left; those behind them are numbers
	rows   [][]string
	widths []int
}

func (t *table) add(cells ...string) {
	t.rows = append(t.rows, cells)
	for i, cell := range cells {
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		t.widths[i] = max(t.widths[i], width(cell))
	}
}

// lines are the rows, indented.
func (t *table) lines() []string {
	var lines []string
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString("  ")
			if i < t.left {
				line.WriteString(padded(cell, t.widths[i]))
			} else {
				line.WriteString(strings.Repeat(" ", t.widths[i]-width(cell)) + cell)
			}
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}

// beside puts two blocks of lines next to each other.
func beside(left, right []string) []string {
	widest := 0
	for _, line := range left {
		widest = max(widest, width(line))
	}
	var lines []string
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		lines = append(lines, strings.TrimRight(padded(l, widest+2)+r, " "))
	}
	return lines
}

func padded(s string, to int) string { return s + strings.Repeat(" ", max(0, to-width(s))) }

func width(s string) int { return utf8.RuneCountInString(s) }
