package core

import (
	"context"
	"fmt"
)

// Commit saves the cursor's position under its checkpoint id, durably: a cursor
// of that id resumes after the event it stands on. Call it when everything up to
// there has been dealt with. After the store is closed it fails with ErrClosed: the
// id is the next store's. When it fails otherwise, either position may be found
// later; the next Commit decides.
//
// When ctx ends while the disk takes its time, the error is ErrCheckpointIndeterminate
// and the save goes on: the next Commit waits for it, and so does Shutdown, and
// a cursor that is closed meanwhile keeps its id until then.
func (c *Cursor) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.closed || c.store.hasEnded() {
		return ErrClosed
	}
	if !c.durable() {
		return ErrNoCheckpoint
	}
	if err := c.awaitSave(ctx); err != nil {
		return err
	}
	if err := c.store.beginChange(); err != nil {
		return err
	}
	c.generation++
	cp := c.checkpoint()
	left, err := apart(ctx, c.store.rt, "save", func() error {
		defer c.store.endChange()
		return c.store.checkpoints.save(cp)
	})
	if left != nil {
		c.saving = left
		return fmt.Errorf("%w: %w", ErrCheckpointIndeterminate, err)
	}
	return err
}

// awaitSave waits until the save that was given up, if there is one, has ended.
func (c *Cursor) awaitSave(ctx context.Context) error {
	if c.saving == nil {
		return nil
	}
	if err := c.saving.task.Join(ctx); err != nil {
		return err
	}
	c.saving = nil
	return nil
}

func (c *Cursor) checkpoint() Checkpoint {
	return Checkpoint{
		ID: c.id, Region: c.region.Identity(), Lineage: c.store.lineage, Generation: c.generation,
		Started: c.place.started, Position: c.place.position, Event: c.place.event,
	}
}

// resume puts the cursor where its checkpoint says, if there is one and if the
// log can vouch for it.
func (c *Cursor) resume(ctx context.Context) error {
	cp, found, err := c.store.checkpoint(ctx, c.id)
	if err != nil || !found {
		return err
	}
	if err := c.vouch(cp); err != nil {
		return err
	}
	c.generation = cp.Generation
	c.place = place{started: cp.Started, position: cp.Position, event: cp.Event}
	if cp.Upstream && cp.Started {
		e, _ := c.store.index.Load().at(cp.Position)
		c.place.event = e.Hash
	}
	return nil
}

// vouch checks that cp was saved for this region and this log, and that the log
// holds the event it stands on.
func (c *Cursor) vouch(cp Checkpoint) error {
	refuse := func(err error, stored, expected string) error {
		return &MismatchError{Path: c.store.checkpoints.path(c.id), Stored: stored, Expected: expected, Err: err}
	}
	if region := c.identityFor(cp); cp.Region != region || region == "" {
		return refuse(ErrRegionMismatch, cp.Region, region)
	}
	if !cp.Upstream && cp.Lineage != c.store.lineage {
		return refuse(ErrLineageMismatch, cp.Lineage.String(), c.store.lineage.String())
	}
	if !cp.Started {
		return nil
	}
	e, visible := c.store.visible(cp.Position)
	switch {
	case !visible:
		return refuse(ErrCheckpointUnproven, fmt.Sprintf("sequence %d", cp.Position),
			fmt.Sprintf("a visible event below %d", c.store.Frontier().Visible))
	case cp.Upstream && !c.region.Matches(e.Coordinate, e.Kind, e.Lane, e.Clock):
		return refuse(ErrCheckpointUnproven, fmt.Sprintf("sequence %d", cp.Position), "an event of the region")
	case !cp.Upstream && cp.Event != e.Hash:
		return refuse(ErrCheckpointUnproven, fmt.Sprintf("event %v at sequence %d", cp.Event, cp.Position), e.Hash.String())
	}
	return nil
}

// identityFor is the identity of the cursor's region in the format that cp was
// saved in, or empty where that format cannot tell it from other regions.
func (c *Cursor) identityFor(cp Checkpoint) string {
	if !cp.Upstream {
		return c.region.Identity()
	}
	if c.region.upstreamAmbiguous() {
		return ""
	}
	return c.region.upstreamIdentity()
}
