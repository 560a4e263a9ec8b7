//go:build !unix

package simfs

// The open flags that the os package leaves to the system, which has none of them.
const (
	openNoFollow  = 0
	openDirectory = 0
)
