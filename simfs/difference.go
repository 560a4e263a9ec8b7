package simfs

import (
	"fmt"
	"io/fs"
	"strings"
)

// Difference is one path at which two trees differ.
type Difference struct {
	Path string
	A, B *Entry // as each tree has it; nil = not at all

	// Ranges are the first parts of the content that differ, ascending, when both
	// are regular files; More is how many further ones there are.
	Ranges []Range
	More   int
}

// Entry is what Diff looks at besides the content: not the owner and not the times.
type Entry struct {
	Mode   fs.FileMode // of a symbolic link its type alone
	Size   int64       // bytes; zero of everything but regular files
	Target string      // of a symbolic link
}

// Range is a part of a file that differs: whole lines of 16 bytes, each of which
// differs. A and B are how it begins in each file, shorter than Len where the rest is
// not shown or that file ends.
type Range struct {
	Off, Len int64 // bytes
	A, B     []byte
}

// String describes the difference to people, in one line and, where content
// differs, a hex dump with the first tree on the left and the second on the right.
func (d Difference) String() string {
	switch {
	case d.A == nil && d.B == nil:
		return d.Path + ": in neither"
	case d.B == nil:
		return fmt.Sprintf("%s: only in the first: %s", d.Path, d.A)
	case d.A == nil:
		return fmt.Sprintf("%s: only in the second: %s", d.Path, d.B)
	case d.A.Mode.Type() != d.B.Mode.Type():
		return fmt.Sprintf("%s: in the first %s; in the second %s", d.Path, d.A, d.B)
	}
	var b strings.Builder
	b.WriteString(d.Path + ": " + strings.Join(d.aspects(), "; "))
	for _, r := range d.Ranges {
		r.dump(&b)
	}
	if d.More > 0 {
		fmt.Fprintf(&b, "\n  ranges that differ and are not shown: %d", d.More)
	}
	return b.String()
}

// aspects says in what two entries of one type differ.
func (d Difference) aspects() []string {
	var out []string
	if d.A.Mode != d.B.Mode {
		out = append(out, fmt.Sprintf("mode %s in the first, %s in the second", d.A.Mode, d.B.Mode))
	}
	if d.A.Target != d.B.Target {
		out = append(out, fmt.Sprintf("target %q in the first, %q in the second", d.A.Target, d.B.Target))
	}
	if d.A.Size != d.B.Size {
		out = append(out, fmt.Sprintf("size %d in the first, %d in the second", d.A.Size, d.B.Size))
	}
	if len(d.Ranges) > 0 {
		out = append(out, "content, first and second:")
	}
	return out
}

func (e *Entry) String() string {
	switch e.Mode.Type() {
	case 0:
		return fmt.Sprintf("a file, size %d, mode %s", e.Size, e.Mode)
	case fs.ModeDir:
		return fmt.Sprintf("a directory, mode %s", e.Mode)
	case fs.ModeSymlink:
		return fmt.Sprintf("a symbolic link to %q", e.Target)
	}
	return fmt.Sprintf("a special file, mode %s", e.Mode)
}

// lineSize is how many bytes a line of a dump shows of each side.
const lineSize = 16

// dump appends the lines of the range.
func (r Range) dump(b *strings.Builder) {
	shown := int64(max(len(r.A), len(r.B)))
	for at := int64(0); at < shown; at += lineSize {
		left, right := line(r.A, at), line(r.B, at)
		fmt.Fprintf(b, "\n  %08x  %s  %s", r.Off+at, hex(left), strings.TrimRight(hex(right), " "))
	}
	if shown < r.Len {
		fmt.Fprintf(b, "\n  %08x  %d bytes of this range are not shown", r.Off+shown, r.Len-shown)
	}
}

// line is the line of b at an offset, empty past its end.
func line(b []byte, at int64) []byte {
	if at >= int64(len(b)) {
		return nil
	}
	return b[at:min(at+lineSize, int64(len(b)))]
}

// hex prints a line in a fixed width: hexadecimal in groups of four bytes, then what
// is printable in ASCII.
func hex(line []byte) string {
	if len(line) == 0 {
		return fmt.Sprintf("%-*s", hexWidth, "(past the end)")
	}
	var digits, text strings.Builder
	for i, c := range line {
		if i > 0 && i%4 == 0 {
			digits.WriteByte(' ')
		}
		fmt.Fprintf(&digits, "%02x", c)
		if c < ' ' || c > '~' {
			c = '.'
		}
		text.WriteByte(c)
	}
	return fmt.Sprintf("%-*s", hexWidth, fmt.Sprintf("%-*s |%s|", digitsWidth, digits.String(), text.String()))
}

const (
	digitsWidth = 2*lineSize + lineSize/4 - 1
	hexWidth    = digitsWidth + len(" ||") + lineSize
)
