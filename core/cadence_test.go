package core

import (
	"strings"
	"testing"
	"time"
)

// When a save is due, bound by bound, just before each and on it.
func TestCadenceDue(t *testing.T) {
	accepted := func(events int, bytes int64) unsaved { return unsaved{events: events, bytes: bytes, since: 10} }
	for _, tt := range []struct {
		name    string
		cadence Cadence
		unsaved unsaved
		now     time.Duration
		due     bool
		left    time.Duration
	}{
		{"nothing to save", Cadence{}, unsaved{}, 100, false, forever},
		{"nothing to save in time", Cadence{Interval: 5}, unsaved{since: 10}, 100, false, forever},
		{"after every batch", Cadence{}, accepted(1, 0), 10, true, forever},
		{"one event", Cadence{Events: 1}, accepted(1, 0), 10, true, forever},
		{"too few events", Cadence{Events: 3}, accepted(2, 99), 99, false, forever},
		{"as many events", Cadence{Events: 3}, accepted(3, 0), 10, true, forever},
		{"more events", Cadence{Events: 3}, accepted(4, 0), 10, true, forever},
		{"one byte", Cadence{Bytes: 1}, accepted(1, 1), 10, true, forever},
		{"too few bytes", Cadence{Bytes: 3}, accepted(99, 2), 99, false, forever},
		{"as many bytes", Cadence{Bytes: 3}, accepted(1, 3), 10, true, forever},
		{"at once", Cadence{Interval: 5}, accepted(1, 0), 10, false, 5},
		{"too early", Cadence{Interval: 5}, accepted(99, 99), 14, false, 1},
		{"in time", Cadence{Interval: 5}, accepted(1, 0), 15, true, 0},
		{"late", Cadence{Interval: 5}, accepted(1, 0), 16, true, -1},
		{"the first of several bounds", Cadence{Events: 9, Bytes: 9, Interval: 5}, accepted(1, 9), 11, true, 4},
	} {
		if due, left := tt.cadence.due(tt.unsaved, tt.now), tt.cadence.left(tt.unsaved, tt.now); due != tt.due || left != tt.left {
			t.Errorf("%s: due %v, left %v, want %v, %v", tt.name, due, left, tt.due, tt.left)
		}
	}
}

// The interval begins with the first event that was accepted since the save.
func TestUnsavedAdds(t *testing.T) {
	var u unsaved
	u.add([]Entry{{Payload: []byte("abc")}, {Payload: []byte("defg")}}, 7)
	if want := (unsaved{events: 2, bytes: 7, since: 7}); u != want {
		t.Errorf("first batch: %+v, want %+v", u, want)
	}
	u.add([]Entry{{Payload: []byte("hijkl")}}, 9)
	if want := (unsaved{events: 3, bytes: 12, since: 7}); u != want {
		t.Errorf("second batch: %+v, want %+v", u, want)
	}
}

func TestCadenceRefusesNegativeBounds(t *testing.T) {
	for _, c := range []Cadence{{Events: -1}, {Bytes: -1}, {Interval: -1}} {
		if err := c.validate(); err == nil || !strings.Contains(err.Error(), "must not be negative") {
			t.Errorf("%+v: %v, want a refusal", c, err)
		}
	}
	for _, c := range []Cadence{{}, {Events: 1}, {Bytes: 1}, {Interval: 1}} {
		must(t, c.validate())
	}
}
