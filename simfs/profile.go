package simfs

import "fmt"

// Profile says which post-crash states are legal and what a nil from Sync
// guarantees.
type Profile uint8

// PosixStrict promises only what POSIX and the disk promise together: any
// dependency-closed subset of the unsynced operations may survive.
const PosixStrict Profile = 0

func (p Profile) String() string {
	if p == PosixStrict {
		return "posix-strict"
	}
	return fmt.Sprintf("Profile(%d)", uint8(p))
}
