// Package tags has one file for each build.
package tags

// Twice doubles.
func Twice(n int) int { return factor * n }
