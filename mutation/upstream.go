package mutation

// Upstream returns the mutants of this engine that stand for those which the tests
// of the upstream engine name: M-1 to M-43 are named as killed there, U-1 and those
// after it as killed by none, and G-1 and those after it are about gaps, where upstream
// names none at all. Each must be killed here. What has nothing to stand for it is in
// [UpstreamAbsent].
func Upstream() []Defect {
	var all []Defect
	for _, r := range upstream {
		all = append(all, Defect{Name: r.name, Summary: r.property, File: "core/" + r.file, Old: r.old, New: r.new})
	}
	return all
}

// UpstreamAbsent says of the upstream mutants without a counterpart why there is none.
func UpstreamAbsent() map[string]string {
	return map[string]string{
		"M-7":  "a worker has no text of its own: package fmt prints its configuration",
		"M-14": "a pull returns a slice, and len tells whether it is empty",
		"M-18": "there is no call that stops and joins: M-9 and M-17 are its halves",
		"M-29": "a cancelled range is a frame of the journal; there is no file that a guard could leave out",
		"U-6":  "readers take bounds and hidden ranges in one immutable view, so they have no order",
	}
}

// upstream has a row for each mutant: what must be noticed when old becomes new.
var upstream = []struct{ name, file, old, new, property string }{
	{"M-1", "gap.go", "r.Start >= r.End", "r.Start > r.End", "a range that only touches a gap is no part of it"},
	{"M-2", "cursor.go", "if left <= 0 {", "if left > 0 {", "an idle pull waits for its deadline"},
	{"M-3", "gate.go", "next.epoch++", "next.epoch = 0", "the epoch of the view counts publishes, from zero"},
	{"M-4", "gate.go", "next.epoch++", "next.epoch = 1", "the epoch of the view counts publishes, beyond one"},
	{"M-5", "gate.go", "\tg.wake.Wait(ctx, since, timeout)\n", "", "who parks is held until the timeout"},
	{"M-6", "cursor.go", "err != nil || len(batch) > 0 ||", "err != nil || len(batch) >= 0 ||", "nothing is no batch, and is waited for"},
	{"M-8", "worker.go", "w.ended, w.failure = true, failure", "w.ended, w.failure = true, nil", "how a worker failed comes out at its end"},
	{"M-9", "worker.go", "\tw.stopping = true\n", "", "a worker that is stopped ends"},
	{"M-10", "restart.go", "r.count++", "r.count *= 1", "restarts are counted"},
	{"M-11", "worker.go", "\t\tw.cursor.rewind(w.accepted)\n\t\tw.cursor.TakeGaps()", "\t\t_ = w.cursor.resume(context.Background())\n\t\tw.cursor.TakeGaps()", "after a panic a worker goes on from what it accepted, not from a file"},
	{"M-12", "cursor.go", "\t\ts.holds.close(c)\n\t\treturn nil, err\n", "\t\treturn c, nil\n", "a checkpoint that is refused keeps its consumer from starting"},
	{"M-13", "checkpoint_files.go", "case errors.Is(err, fs.ErrNotExist):\n\t\treturn nil, false, nil", "case err != nil:\n\t\treturn nil, false, nil", "a directory in the place of a checkpoint is no missing checkpoint"},
	{"M-15", "errors.go", "ErrClosed = errors.New(\"batpak: closed\")", "ErrClosed = errors.New(\"\")", "a closed store says so"},
	{"M-16", "worker.go", "\tfailure = w.loop()\n", "\tfailure = nil\n\t_ = w.loop()\n", "the end of the loop is the end of the worker"},
	{"M-17", "worker.go", "return w.failure", "return nil", "a join returns the failure"},
	{"M-19", "shutdown.go", "\t\tw.Stop()\n", "", "a store that shuts down stops its workers"},
	{"M-20", "coordinate.go", "len(name) > MaxNameLen", "len(name) >= MaxNameLen", "an id of 1024 bytes is legal"},
	{"M-21", "coordinate.go", "b < 0x20 ||", "b <= 0x20 ||", "an id may hold a space"},
	{"M-22", "gate.go", "upTo > g.limit()", "upTo >= g.limit()", "all that is allocated may be published"},
	{"M-23", "gate.go", "\tg.wake.Notify()\n", "", "a publish wakes who is parked"},
	{"M-24", "gate.go", "next.lanes = slices.Clone(now.lanes)", "next.lanes = nil", "a publish keeps the bounds of the lanes it does not name"},
	{"M-25", "gate.go", "g.publish(allocated, lanes, ", "g.publish(0, nil, ", "what recovery restores is visible"},
	{"M-26", "gap.go", "r.Start <= merged[last].End", "r.Start > merged[last].End", "ranges that touch are merged, and no others"},
	{"M-27", "gap.go", "return merged", "return nil", "ranges survive their merging"},
	{"M-28", "gap.go", "slices.DeleteFunc(slices.Clone(ranges), SeqRange.empty)", "slices.Clone(ranges)", "empty ranges are dropped"},
	{"M-30", "segment.go", "if errors.Is(err, fs.ErrNotExist) {", "if err != nil {", "a folder that cannot be read is not taken for an empty one"},
	{"M-31", "checkpoint.go", "if len(b) < envelopeSize {", "if len(b) <= envelopeSize {", "a file of exactly a header is judged by what it holds"},
	{"M-32", "checkpoint.go", "if len(b) < envelopeSize {", "if len(b) == envelopeSize {", "a file shorter than a header is refused as that"},
	{"M-33", "index.go", "rest[0].Sequence != seq", "rest[0].Sequence == seq", "an event is found by its exact sequence"},
	{"M-34", "index.go", "e.Sequence >= r.End", "e.Sequence > r.End", "the event at a range's end is not of the range"},
	{"M-35", "index.go", "!view.cancelled(e.Sequence) &&", "!view.cancelled(e.Sequence) ||", "hidden events, and those of other lanes, are both left out"},
	{"M-36", "region.go", "c.Start <= clock &&", "c.Start > clock &&", "clocks in the range are kept"},
	{"M-37", "key.go", "\t\t\tdelete(k.known, old.key)\n", "", "a key that leaves the window is forgotten"},
	{"M-38", "key.go", ".sequence+k.window < next", ".sequence*k.window < next", "a key stays known for a whole window"},
	{"M-39", "durable.go", "if errors.Is(err, fs.ErrNotExist) {\n\t\treturn nil", "if !errors.Is(err, fs.ErrNotExist) {\n\t\treturn nil", "a missing file is no failure, any other is"},
	{"M-40", "coordinate_errors.go", "return fmt.Sprintf(\"batpak: clock range %d to %d: %s\", e.Range.Start, e.Range.End, bare(ErrInvertedClock))", "return fmt.Sprint()", "the text of an error names the numbers"},
	{"M-41", "region.go", "lane != r.lane:\n\t\treturn false", "lane != r.lane:\n\t\treturn true", "a region keeps out what it does not name"},
	{"M-42", "gap.go", "max(merged[last].End, r.End)", "r.End", "of two ends the later one counts"},
	{"M-43", "region.go", "r.scope, r.set = scope, r.set|axisScope", "r.scope, r.set = scope, r.set", "each builder sets its own axis"},

	{"U-1", "cursor.go", "\tbatch, err := c.store.payloadsOf(ctx, found)\n", "\tfor _, r := range found {\n\t\tc.place = place{started: true, position: r.Sequence, event: r.Hash}\n\t}\n\tbatch, err := c.store.payloadsOf(ctx, found)\n", "a cursor does not move when a payload cannot be read"},
	{"U-2", "cursor.go", "if !c.place.started {", "if false {", "a cursor that has not started delivers sequence zero"},
	{"U-3", "gate.go", "upTo < now.visible", "upTo <= now.visible", "a publish may repeat the bound"},
	{"U-4", "gate.go", "\tif err := g.install(upTo, lanes, operation); err != nil {\n\t\treturn err\n\t}\n\tg.rt.Yield(PointPublishSnapshot)\n\tg.wake.Notify()\n", "\tg.wake.Notify()\n\tif err := g.install(upTo, lanes, operation); err != nil {\n\t\treturn err\n\t}\n\tg.rt.Yield(PointPublishSnapshot)\n", "who is woken sees what was published"},
	{"U-5", "cursor.go", "\t\tsince := gate.wake.Epoch()\n\t\tbatch, err := c.PollBatch(ctx, max)\n", "\t\tbatch, err := c.PollBatch(ctx, max)\n\t\tsince := gate.wake.Epoch()\n", "a publish between the poll and the wait wakes the reader"},
	{"U-7", "restart.go", "now-r.window > r.policy.within", "now-r.window >= r.policy.within", "a panic at the end of the window is of the window"},
	{"U-8", "restart.go", "r.count >= limit", "r.count > limit", "as many restarts as the policy says, and no more"},
	{"U-9", "worker.go", "\tif w.cursor.durable() {\n\t\tw.unsaved.add(", "\tw.advance(w.cursor.place, nil)\n\tif w.cursor.durable() {\n\t\tw.unsaved.add(", "a worker's position does not pass what it could save"},
	{"U-10", "worker.go", "\treturn err\n\t\t}\n\t}\n\tw.advance(", "\tw.advance(w.cursor.place, nil)\n\t\t\treturn err\n\t\t}\n\t}\n\tw.advance(", "after a save that failed a worker stands where it stood"},
	{"U-11", "durable.go", "\tif err == nil {\n\t\terr = f.Sync()\n\t}\n", "", "a checkpoint is durable before it has its name"},
	{"U-12", "checkpoint_files.go", "\tif err == nil {\n\t\terr = f.syncChange()\n\t}\n", "", "the name of a checkpoint is durable when the save returns"},
	{"U-13", "resume.go", "cp.Region != region || region == \"\"", "cp.Region != \"\" && cp.Region != region || region == \"\"", "a checkpoint without a region is of no region"},

	{"G-1", "gap.go", "g.oldest = (g.oldest + 1) % g.capacity", "g.oldest = g.capacity - 1", "the oldest gap gives way"},
	{"G-2", "gap.go", "case len(g.kept) < g.capacity:", "case len(g.kept) < g.capacity-1:", "as many gaps are kept as were asked for, also one"},
	{"G-3", "gap.go", "\tg.kept, g.oldest = nil, 0\n", "", "gaps that were taken are gone"},
	{"G-4", "gap.go", "\t\tif r.empty() {\n\t\t\tbreak\n\t\t}\n", "", "nothing at or behind what was delivered is in a gap"},
}
