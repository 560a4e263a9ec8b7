package core

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// W-10, M-10: what each policy answers to panics at these times, in milliseconds.
func TestRestartsAllow(t *testing.T) {
	bounded := func(max int) RestartPolicy { return RestartBounded(max, 50*time.Millisecond) }
	for _, tt := range []struct {
		name   string
		policy RestartPolicy
		at     []int
		want   []bool
	}{
		{"zero value is once", RestartPolicy{}, []int{0, 0, 1000}, []bool{true, false, false}},
		{"once, whenever", RestartOnce(), []int{5000, 90000}, []bool{true, false}},
		{"never", bounded(0), []int{0, 51, 200}, []bool{false, false, false}},
		{"less than never", bounded(-1), []int{0, 51}, []bool{false, false}},
		{"two in a window", bounded(2), []int{0, 10, 20}, []bool{true, true, false}},
		{"window's end belongs to it", bounded(1), []int{0, 50, 51}, []bool{true, false, true}},
		{"a new window begins at its panic", bounded(1), []int{51, 101, 102}, []bool{true, false, true}},
		{"a refused panic does not renew", bounded(1), []int{0, 40, 50, 60}, []bool{true, false, false, true}},
		{"windows come and go", bounded(1), []int{0, 75, 150, 160}, []bool{true, true, true, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const began = 7 * time.Second
			r := restarts{policy: tt.policy, window: began}
			var got []bool
			for _, ms := range tt.at {
				got = append(got, r.allow(began+time.Duration(ms)*time.Millisecond))
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("allow at %v ms (-want +got):\n%s", tt.at, d)
			}
		})
	}
}
