//go:build extra

package tags

var factor = two()

func two() int { return 2 }
