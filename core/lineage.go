package core

import "encoding/hex"

// Lineage identifies one log for ever: it is drawn when the log is created,
// stored in the journal's header and in every checkpoint, and never changes.
// A checkpoint of another lineage is refused.
type Lineage [16]byte

// String returns the lineage as 32 hexadecimal digits.
func (l Lineage) String() string { return hex.EncodeToString(l[:]) }

// EventHash is the BLAKE3-256 over the canonical encoding of one event within its
// lineage, and over the hash of the event before it of its entity on its lane. A
// checkpoint carries the hash of the event it stands on, so that a log that lost
// events and assigned their sequences again is recognised.
type EventHash [32]byte

// String returns the hash as 64 hexadecimal digits.
func (h EventHash) String() string { return hex.EncodeToString(h[:]) }
