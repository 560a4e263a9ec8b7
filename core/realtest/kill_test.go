package realtest

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

var (
	kills = flag.Int("kills", 20, "how many children are killed")
	seed  = flag.Uint64("seed", 1, "of the loads, and of when children are killed")
)

// livesMax is how many lives one log has before the next one begins: what a log holds
// is checked whole after each.
const livesMax = 25

// A log whose processes are killed loses nothing that was acknowledged, shows nothing
// that was cancelled, and has everything handled at least once.
func TestKill(t *testing.T) {
	draw := rand.New(rand.NewPCG(*seed, 0))
	var sum counts
	for left := *kills; left > 0; left -= livesMax {
		l := newLedger(t)
		for life := range min(left, livesMax) {
			l.kill(life, draw)
			l.check()
			if t.Failed() {
				t.Fatalf("after life %d of a log, %v", life, l.counts)
			}
		}
		l.last(livesMax)
		l.check()
		l.checkHandled()
		sum.add(l.counts)
	}
	t.Logf("%v", sum)
	if sum.opened == 0 || sum.appended == 0 || sum.handled == 0 {
		t.Errorf("nothing was tried: %v", sum)
	}
}

// kill gives a child that long to live: from its start, so that it may be recovering,
// or from when its log was open.
func (l *ledger) kill(life int, draw *rand.Rand) {
	l.t.Helper()
	child, out := l.start(life, draw.Uint64(), false)
	fromStart := draw.IntN(2) == 0
	delay := time.Duration(draw.Int64N(int64(80 * time.Millisecond)))
	lines := bufio.NewReader(out)
	if !fromStart {
		l.take(lines, true)
	}
	dead := make(chan struct{})
	go func() {
		defer close(dead)
		time.Sleep(delay)
		_ = child.Process.Kill()
	}()
	l.take(lines, false)
	<-dead
	err := child.Wait()
	if status, ok := err.(*exec.ExitError); !ok || status.Exited() {
		l.t.Fatalf("life %d ended by itself: %v\n%s", life, err, child.Stderr)
	}
	l.counts.kills++
}

// last runs a child until it ends by itself, with everything handled.
func (l *ledger) last(life int) {
	l.t.Helper()
	child, out := l.start(life, 0, true)
	l.take(bufio.NewReader(out), false)
	if err := child.Wait(); err != nil {
		l.t.Fatalf("the last life: %v\n%s", err, child.Stderr)
	}
}

func (l *ledger) start(life int, seed uint64, last bool) (*exec.Cmd, io.Reader) {
	l.t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), fmt.Sprintf("%s=%q %d %d %t", asChild, l.dir, life, seed, last))
	child.Stderr = new(bytes.Buffer)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return child, out
}

// take takes in what the child reports: one line, or all there is.
func (l *ledger) take(lines *bufio.Reader, one bool) {
	l.t.Helper()
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // the end of the child
			return
		}
		l.note(strings.Fields(line))
		if one {
			return
		}
	}
}
