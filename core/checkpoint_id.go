package core

// CheckpointID names a durable consumer: its checkpoint is found again under
// this name. It obeys the rules of one name of a Coordinate. IDs are comparable;
// the zero value names nobody.
type CheckpointID struct {
	name string
}

// NewCheckpointID returns the id of that name, or a *CoordinateError.
func NewCheckpointID(name string) (CheckpointID, error) {
	if err := checkName("checkpoint id", name); err != nil {
		return CheckpointID{}, err
	}
	return CheckpointID{name: name}, nil
}

// String returns the name; it is empty for the zero value.
func (id CheckpointID) String() string { return id.name }
