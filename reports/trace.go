package reports

import (
	"bufio"
	"io"

	"github.com/batpak/batpak-sim/sim"
)

// WriteTrace writes a trace, one event a line, in the format of [sim.Event.String].
func WriteTrace(w io.Writer, trace []sim.Event) error {
	b := bufio.NewWriter(w)
	for _, e := range trace {
		b.WriteString(e.String())
		b.WriteByte('\n')
	}
	return b.Flush() // the first error of all the writes
}
