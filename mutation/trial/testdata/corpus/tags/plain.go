//go:build !extra

package tags

var factor = one() + one()

func one() int { return 1 }
