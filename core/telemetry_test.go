package core

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// logLines is a slog.Handler that keeps level, message and time of each record.
type logLines struct {
	lines []string
	times []time.Time
}

func (*logLines) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (l *logLines) WithAttrs([]slog.Attr) slog.Handler             { return l }
func (l *logLines) WithGroup(string) slog.Handler                  { return l }

func (l *logLines) Handle(_ context.Context, r slog.Record) error {
	line := fmt.Sprint(r.Level, " ", r.Message)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "stack" {
			line += " " + a.String()
		}
		return true
	})
	l.lines, l.times = append(l.lines, line), append(l.times, r.Time)
	return nil
}

// warnings returns the lines of that level.
func (l *logLines) warnings() []string {
	return slices.DeleteFunc(slices.Clone(l.lines), func(line string) bool { return !strings.HasPrefix(line, "WARN ") })
}

// What happens is logged once, at the level that Config.Log says, with the runtime's
// time; and every append, sync, delivery and save is counted.
func TestTelemetry(t *testing.T) {
	disk, rt, log := newPowerDisk(), newSolo(), &logLines{}
	var counted []string
	config := Config{Runtime: rt, Log: slog.New(log), Observe: func(o Observation) {
		counted = append(counted, fmt.Sprint(o.Kind, " ", o.Events, " ", o.Took, " ", o.Err))
	}}
	s := openOn(t, disk, config)
	appendTexts(t, s, "a")
	answers := []func() Action{func() Action { rt.now += time.Second; return Continue }, func() Action { panic("broke") }}
	w := soloWorker(t, s, WorkerConfig{Checkpoint: checkpointID(t, "mailer"), Restart: RestartBounded(0, 0)}, func(context.Context, Delivery) Action {
		answer := answers[0]
		answers = answers[1:]
		return answer()
	})
	rt.once(PointPullEmpty, func() { appendTexts(t, s, "b") })
	if err := w.Join(ctx); err == nil {
		t.Error("Join of a worker whose handler panicked = nil")
	}
	disk.fail(opWriteAt, diskFault{nth: 1, err: errDisk})
	_, _ = s.Append(ctx, textEvent("c"))
	disk.fail(opSync, diskFault{nth: 1, err: errDisk})
	_, _ = s.Append(ctx, textEvent("d"))
	_, _ = s.Append(ctx, textEvent("e"))
	_ = s.Close()

	if d := cmp.Diff([]string{
		"INFO log opened dir=/log created=true events=0 hidden=0 snapshots=0",
		"WARN handler panicked error=batpak: handler panicked: broke checkpoint=mailer",
		"ERROR worker ended error=batpak: worker restarts exhausted: batpak: handler panicked: broke checkpoint=mailer",
		"WARN append failed and was taken back sequence=2 error=disk failure",
		"ERROR journal poisoned: open the log again error=batpak: journal poisoned by an earlier failure: disk failure",
		"ERROR log closed with an error dir=/log error=batpak: journal poisoned by an earlier failure: disk failure",
	}, log.lines); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
	if !log.times[0].Equal((&solo{}).Now()) {
		t.Errorf("first record at %v, want the runtime's %v", log.times[0], (&solo{}).Now())
	}
	if d := cmp.Diff([]string{
		"append 1 0s <nil>", "sync 0 0s <nil>",
		"delivery 1 1s <nil>", "save 0 0s <nil>",
		"append 1 0s <nil>", "sync 0 0s <nil>",
		"delivery 1 0s batpak: handler panicked: broke",
		"append 1 0s disk failure",
		"append 1 0s <nil>", "sync 0 0s batpak: journal poisoned by an earlier failure: disk failure",
	}, counted); d != "" {
		t.Errorf("observations (-want +got):\n%s", d)
	}
}

// Nothing is allocated for an observation, wanted or not.
func TestTelemetryAllocatesNothing(t *testing.T) {
	n := 0
	for _, observe := range []func(Observation){nil, func(Observation) { n++ }} {
		telemetry := &telemetry{clock: newSolo(), observe: observe}
		got := testing.AllocsPerRun(100, func() {
			telemetry.count(Observation{Kind: ObservedAppend, Events: 1, Bytes: 64}, telemetry.now())
		})
		if got != 0 {
			t.Errorf("%v allocations, want none", got)
		}
	}
	if n == 0 {
		t.Error("nothing was counted")
	}
}

// What was dropped is told once, and nothing where nothing went.
func TestDropBeforeIsLogged(t *testing.T) {
	s, _, _ := manySegments(t)
	log := &logLines{}
	s.telemetry.logger = slog.New(log)
	dropsBefore(t, s, 0)
	dropped := dropsBefore(t, s, 5)
	want := []string{"INFO segments dropped dir=/log segments=2 bytes=" + slog.Int64Value(dropped.Bytes).String() + " first=4"}
	if d := cmp.Diff(want, log.lines); d != "" {
		t.Errorf("log (-want +got):\n%s", d)
	}
}
