package core

import (
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// String shows the inspection to people: the verdict, then a line for each segment
// and each checkpoint.
func (in Inspection) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "log %s, lineage %v: %d events, %d of them hidden, next sequence %d\n", in.Dir, in.Lineage, in.Events, in.Hidden, in.Next)
	if in.Damage == nil {
		fmt.Fprintln(&b, "sound")
	} else {
		fmt.Fprintln(&b, in.Damage)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "segment\tstate\tlog offset\tbytes\tframes\tevents\tfirst\tnext\topen fences\tsnapshot")
	for _, s := range in.Segments {
		fmt.Fprintf(w, "%s\t%v\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", filepath.Base(s.Path), s.State, s.Base, s.Bytes, s.Frames, s.Events, s.First, s.Next, fenceList(s.OpenFences), s.snapshot())
	}
	if len(in.Checkpoints) > 0 {
		fmt.Fprintln(w, "checkpoint\tvouched for\tposition\tregion")
	}
	for _, c := range in.Checkpoints {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", filepath.Base(c.Path), c.verdict(), c.Checkpoint.place(), c.Checkpoint.Region)
	}
	_ = w.Flush() // a strings.Builder takes all
	return b.String()
}

// snapshot is what the snapshot of s is worth.
func (s SegmentInspection) snapshot() string {
	switch {
	case !s.Snapshot:
		return "none"
	case s.SnapshotRefusal != "":
		return "refused: " + s.SnapshotRefusal
	}
	return "yes"
}

func fenceList(tokens []uint64) string {
	if len(tokens) == 0 {
		return "none"
	}
	return strings.Trim(fmt.Sprint(tokens), "[]")
}

func (c CheckpointInspection) verdict() string {
	if c.Refusal == "" {
		return "yes"
	}
	return "no: " + c.Refusal
}

func (c Checkpoint) place() string {
	if !c.Started {
		return "start"
	}
	return fmt.Sprint(c.Position)
}
