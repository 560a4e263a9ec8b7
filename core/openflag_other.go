//go:build !unix

package core

// openNoFollow: there is no such flag here.
const openNoFollow = 0
