package core

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/afero"
)

// Of the open segments the last idleSegments that were given back are kept, and none
// below the first of the log.
func TestPayloadReaderKeepsTheYoungest(t *testing.T) {
	disk := afero.NewMemMapFs()
	open := func(number uint64) openSegment {
		f, err := disk.Create(segmentAt("/log", number).path)
		must(t, err)
		return openSegment{number: number, file: f}
	}
	p := &payloadReader{first: 5}
	for _, number := range []uint64{4, 5} {
		if closes := p.keep(open(number)) != nil; closes != (number < p.first) {
			t.Errorf("segment %d is to be closed: %v, the first of the log is %d", number, closes, p.first)
		}
	}
	var closed []string
	for number := range uint64(idleSegments + 2) {
		if f := p.keep(open(6 + number)); f != nil {
			closed = append(closed, f.Name())
		}
	}
	want := []string{segmentAt("/log", 5).path, segmentAt("/log", 6).path, segmentAt("/log", 7).path}
	if d := cmp.Diff(want, closed); d != "" {
		t.Errorf("to be closed (-want +got):\n%s", d)
	}
	if len(p.idle) != idleSegments {
		t.Errorf("%d are kept, want %d", len(p.idle), idleSegments)
	}
	p.closed = true
	if f := p.keep(open(99)); f == nil || f.Name() != segmentAt("/log", 99).path {
		t.Errorf("a closed reader keeps what it is given")
	}
}

func TestItemsLeaveTheWindow(t *testing.T) {
	items := []keyed{{sequence: 0}, {sequence: 1}, {sequence: 2}, {sequence: 3}}
	for _, tt := range []struct {
		name         string
		window, next uint64
		want         int // items that stay
	}{
		{"all are in it", 4, 4, 4},
		{"one has left it", 3, 4, 4},
		{"half have left it", 2, 4, 4},
		{"the larger part has", 1, 4, 1},
		{"all have", 1, 9, 0},
		{"it is longer than the log", 9, 4, 4},
	} {
		got := inWindow(items, tt.window, tt.next)
		if d := cmp.Diff(items[len(items)-tt.want:], got, cmp.AllowUnexported(keyed{})); d != "" && tt.want+len(got) > 0 {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}
