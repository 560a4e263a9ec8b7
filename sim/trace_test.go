package sim_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/batpak/batpak-sim/sim"
)

func TestTraceOfARun(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})
	s := sim.New(sim.Config{Trace: trace, Strategy: stay{}})
	victim := s.Process("store")
	n := s.NewNotifier("n")
	s.Go("main", func() {
		s.Sleep(1500 * time.Microsecond)
		s.Trace().Emit("append", "lane 1", "", 7, 0, 9)
		victim.Kill()
	})
	victim.Go("reader", func() {
		defer s.Trace().Emit("closed", "handle", "dead")
		n.Wait(0, time.Second)
	})
	s.Run()
	want := `0 0.000000000 - start main -
0 0.000000000 - start store/reader -
1 0.000000000 main switch - start
2 0.000000000 store/reader switch - start
2 0.001500000 main timer - sleep
3 0.001500000 main switch - sleep
3 0.001500000 main append "lane 1" - 7 0 9
3 0.001500000 main kill store -
3 0.001500000 store/reader closed handle dead
3 0.001500000 store/reader end - killed
3 0.001500000 main end - returned
3 0.001500000 - over - done 3 3
`
	var got strings.Builder
	written, err := trace.WriteTo(&got)
	if err != nil || written != int64(len(want)) {
		t.Errorf("WriteTo() = %d, %v, want %d, nil", written, err, len(want))
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
}

func TestEventString(t *testing.T) {
	tests := []struct {
		name  string
		event sim.Event
		want  string
	}{
		{"empty", sim.Event{}, "0 0.000000000 - - - -"},
		{"plain", sim.Event{12, 3*time.Second + 7, "a", "b", "c/d#2", "é", [4]uint64{1}}, "12 3.000000007 a b c/d#2 é 1"},
		{"space", sim.Event{Object: "a b"}, `0 0.000000000 - - "a b" -`},
		{"dash", sim.Event{Object: "-"}, `0 0.000000000 - - "-" -`},
		{"quote", sim.Event{Object: `a"b`}, `0 0.000000000 - - "a\"b" -`},
		{"line end", sim.Event{Detail: "a\nb"}, `0 0.000000000 - - - "a\nb"`},
		{"not UTF-8", sim.Event{Detail: "\xff"}, `0 0.000000000 - - - "\xff"`},
		{"last arg", sim.Event{Args: [4]uint64{0, 0, 0, 5}}, "0 0.000000000 - - - - 0 0 0 5"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.event.String(); got != test.want {
				t.Errorf("String() = %s, want %s", got, test.want)
			}
		})
	}
}

func TestTraceKeepsTheLatest(t *testing.T) {
	tests := []struct {
		name string
		keep int
		emit int
		want []uint64
	}{
		{"none", 0, 3, nil},
		{"all", sim.KeepAll, 3, []uint64{0, 1, 2}},
		{"not yet full", 4, 3, []uint64{0, 1, 2}},
		{"just full", 4, 4, []uint64{0, 1, 2, 3}},
		{"wrapped", 4, 6, []uint64{2, 3, 4, 5}},
		{"wrapped twice", 3, 9, []uint64{6, 7, 8}},
		{"one", 1, 5, []uint64{4}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trace := sim.NewTrace(sim.TraceConfig{Keep: test.keep})
			for i := range uint64(test.emit) {
				trace.Emit("event", "", "", i)
			}
			var got []uint64
			for _, e := range trace.Events() {
				got = append(got, e.Args[0])
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("kept after %d events (-want +got):\n%s", test.emit, diff)
			}
			if got, want := trace.Count(), uint64(test.emit); got != want {
				t.Errorf("Count() = %d, want %d", got, want)
			}
		})
	}
}

func digestOf(e sim.Event) uint64 {
	trace := sim.NewTrace(sim.TraceConfig{})
	trace.Emit(e.Kind, e.Object, e.Detail, e.Args[:]...)
	return trace.Digest()
}

// Every byte of every field moves the digest, at every length and place, and so does where one field ends.
func TestDigestTellsEventsApart(t *testing.T) {
	seen := make(map[uint64]sim.Event)
	add := func(e sim.Event) {
		t.Helper()
		d := digestOf(e)
		if other, taken := seen[d]; taken {
			t.Errorf("%v and %v have the same digest", other, e)
		}
		seen[d] = e
	}
	add(sim.Event{Kind: "k"})
	const text = "abcdefghijklmnopqrstuvwxyzabcdefghijklm"
	for n := 1; n <= len(text); n++ {
		add(sim.Event{Kind: "k", Object: text[:n]})
		add(sim.Event{Kind: "k", Detail: text[:n]})
		add(sim.Event{Kind: "kk" + text[:n]})
		add(sim.Event{Kind: "k", Object: strings.Repeat("\x00", n)})
		for i := range n {
			other := []byte(text[:n])
			other[i] ^= 1
			add(sim.Event{Kind: "k", Object: string(other)})
			if i > 0 {
				add(sim.Event{Kind: "k", Object: text[:i], Detail: text[i:n]})
			}
		}
	}
	for i := range 4 {
		for bit := range 64 {
			e := sim.Event{Kind: "k"}
			e.Args[i] = 1 << bit
			add(e)
		}
	}
}

// Digests of events that count up are as far apart as random numbers: neither half of the bits has more collisions than
// chance, of which 128 are to be expected.
func TestDigestSpreads(t *testing.T) {
	const events = 1 << 20
	for name, half := range map[string]func(uint64) uint32{
		"low": func(d uint64) uint32 { return uint32(d) }, "high": func(d uint64) uint32 { return uint32(d >> 32) },
	} {
		seen, collisions := make(map[uint32]bool, events), 0
		for i := range uint64(events) {
			h := half(digestOf(sim.Event{Kind: "step", Object: "object", Args: [4]uint64{i & 1023, i >> 10}}))
			if seen[h] {
				collisions++
			}
			seen[h] = true
		}
		if collisions > 200 {
			t.Errorf("%s half: %d collisions among %d digests, want about 128", name, collisions, events)
		}
	}
}

func TestObserveSeesEveryEvent(t *testing.T) {
	var observed []sim.Event
	trace := sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll, Observe: func(e sim.Event) { observed = append(observed, e) }})
	mixtureOn(sim.NewSeed(5), trace).Run()
	if diff := cmp.Diff(trace.Events(), observed); diff != "" {
		t.Errorf("observed (-kept +observed):\n%s", diff)
	}
	if len(observed) < 20 {
		t.Errorf("%d events, want at least 20", len(observed))
	}
}

func TestObserveMayEmit(t *testing.T) {
	var trace *sim.Trace
	trace = sim.NewTrace(sim.TraceConfig{Keep: 2, Observe: func(e sim.Event) {
		if e.Kind == "cause" {
			trace.Emit("effect", "", "")
		}
	}})
	trace.Emit("cause", "", "")
	want := []sim.Event{{Kind: "cause"}, {Kind: "effect"}}
	if diff := cmp.Diff(want, trace.Events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestEmitTakesFourArgs(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: 1})
	trace.Emit("event", "", "", 1, 2, 3, 4)
	if got, want := trace.Events()[0].Args, [4]uint64{1, 2, 3, 4}; got != want {
		t.Errorf("Args = %v, want %v", got, want)
	}
	got := panicOf(func() { trace.Emit("event", "", "", 1, 2, 3, 4, 5) })
	if want := "sim: Emit takes at most 4 args"; got != want {
		t.Errorf("panic value = %v, want %q", got, want)
	}
}

func TestEmitDoesNotAllocate(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: 4})
	emit := func() { trace.Emit("write", "journal", "ok", 1, 2, 3) }
	for range 4 {
		emit()
	}
	if got := testing.AllocsPerRun(100, emit); got != 0 {
		t.Errorf("Emit allocates %v times, want 0", got)
	}
}

// failing is a writer that takes a number of writes and then fails.
type failing struct{ left int }

var errFull = errors.New("full")

func (w *failing) Write(p []byte) (int, error) {
	if w.left == 0 {
		return 0, errFull
	}
	w.left--
	return len(p), nil
}

func TestWriteToReportsErrors(t *testing.T) {
	trace := sim.NewTrace(sim.TraceConfig{Keep: sim.KeepAll})
	trace.Emit("a", "", "")
	trace.Emit("b", "", "")
	n, err := trace.WriteTo(&failing{left: 1})
	if want := int64(len("0 0.000000000 - a - -\n")); n != want || !errors.Is(err, errFull) {
		t.Errorf("WriteTo() = %d, %v, want %d, %v", n, err, want, errFull)
	}
}
