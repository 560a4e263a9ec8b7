package simfs

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
)

// CrashFailure is a crash that a program did not survive, shrunk: the image departs in
// as little as can be from one in which all, or nothing, of what was unsynced survives.
type CrashFailure struct {
	Images []StateID // of the crash, and of those in the checks after it; for CrashTest.Only
	Err    error     // the objection
	Acked  []string  // what was promised
	Text   string    // the story
}

func (f *CrashFailure) String() string { return f.Text }

// crashStep is one crash on the way to a failure.
type crashStep struct {
	point *crashPoint
	state State
}

// fail shrinks the last crash of the trail and writes the story down.
func (s *crashSearch) fail(trail []*crashStep, objection error) {
	last := trail[len(trail)-1]
	acked, crashes := last.point.acked, len(trail)
	last.state = last.state.shrink(func(state State) bool {
		_, err := s.recover(state.FS(), acked, crashes)
		if err != nil {
			objection = err
		}
		return err != nil
	})
	_, objection = s.recover(last.state.FS(), acked, crashes)
	f := &CrashFailure{Err: objection, Acked: acked}
	for _, step := range trail {
		f.Images = append(f.Images, step.state.ID())
	}
	f.Text = s.tell(f, trail)
	s.report.Complete = false
	s.report.Failure = f
}

// tell writes the story of a failure for a stranger.
func (s *crashSearch) tell(f *CrashFailure, trail []*crashStep) string {
	var b strings.Builder
	b.WriteString("simfs: a crash leaves what the check does not accept\n")
	fmt.Fprintf(&b, "  objection   %s\n", indent(f.Err.Error(), 14))
	if len(f.Acked) > 0 {
		fmt.Fprintf(&b, "  promised    %q\n", f.Acked)
	}
	for i, step := range trail {
		step.tell(&b, s.test.Config, i)
	}
	ids := make([]string, len(f.Images))
	for i, id := range f.Images {
		ids[i] = fmt.Sprintf("%q", id)
	}
	fmt.Fprintf(&b, "  again       CrashTest{..., Only: []simfs.StateID{%s}}", strings.Join(ids, ", "))
	if depth := len(trail) - 1; depth > 0 {
		fmt.Fprintf(&b, " with Depth: %d", depth)
	}
	return b.String()
}

// opsShown and filesShown bound what a story lists.
const (
	opsShown   = 40
	filesShown = 40
	bytesShown = 48
)

func (step *crashStep) tell(b *strings.Builder, cfg Config, nth int) {
	when := "at the end"
	if step.point.before.Kind != 0 {
		when = "before " + step.point.before.String()
	}
	in := ""
	if nth > 0 {
		in = " of the check"
	}
	fmt.Fprintf(b, "  crash       %s%s, under %s: image %s of %s\n", when, in, cfg.Profile, step.state.ID(), step.state.space.Count())
	b.WriteString("  operations\n")
	done := step.point.done
	if hidden := len(done) - opsShown; hidden > 0 {
		fmt.Fprintf(b, "    ... %d before\n", hidden)
		done = done[hidden:]
	}
	for _, r := range done {
		fmt.Fprintf(b, "    %s%s\n", r.Op, came(r))
	}
	lost := State{space: step.state.space, digits: step.state.space.digits(func(c *choice) uint32 { return c.lost })}
	b.WriteString("  durable for sure\n")
	lost.FS().list(b)
	b.WriteString("  unsynced, and what became of it\n")
	for _, f := range step.state.Fates() {
		fmt.Fprintf(b, "    %s  (%s)\n", f, f.Why)
	}
	b.WriteString("  the disk after the crash\n")
	step.state.FS().list(b)
}

// came says what came of an operation, if that is not all that was asked for.
func came(r Record) string {
	switch {
	case r.Fault != 0 && r.Err != nil:
		return fmt.Sprintf(": %v (%s)", r.Err, r.Fault)
	case r.Fault != 0:
		return fmt.Sprintf(" (%s)", r.Fault)
	case r.Err != nil:
		return fmt.Sprintf(": %v", r.Err)
	}
	return ""
}

// list shows the tree that programs see, but for the temporary directory.
func (f *FS) list(b *strings.Builder) {
	shown := 0
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listDir(b, "/", rootInode, &shown)
	if shown > filesShown {
		fmt.Fprintf(b, "    ... %d more\n", shown-filesShown)
	}
	if shown == 0 {
		b.WriteString("    nothing\n")
	}
}

func (f *FS) listDir(b *strings.Builder, at string, no uint64, shown *int) {
	for name, child := range f.inode(no).live.names.all() {
		if child < firstInode {
			continue
		}
		n, full := f.inode(child), path.Join(at, name)
		if *shown++; *shown <= filesShown {
			fmt.Fprintf(b, "    %s%s\n", full, n.summary())
		}
		if n.isDir() {
			f.listDir(b, full, child, shown)
		}
	}
}

// summary is a file in a few words.
func (n *inode) summary() string {
	if n.isDir() {
		return "/"
	}
	if n.live.mode&fs.ModeType != 0 {
		return " -> " + n.live.target
	}
	head := make([]byte, min(n.live.size, bytesShown))
	n.live.data.read(head, 0)
	more := ""
	if n.live.size > int64(len(head)) {
		more = "..."
	}
	return fmt.Sprintf("  %d bytes  %s%s", n.live.size, readable(head), more)
}

// readable quotes text and shows anything else in hexadecimal.
func readable(b []byte) string {
	for _, r := range string(b) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) || r == unicode.ReplacementChar {
			return fmt.Sprintf("% x", b)
		}
	}
	return fmt.Sprintf("%q", b)
}

func indent(text string, by int) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", by))
}
