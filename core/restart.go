package core

import "time"

// RestartPolicy says how often a worker goes on after its handler panicked. The
// zero value is RestartOnce.
type RestartPolicy struct {
	bounded bool
	max     int
	within  time.Duration
}

// RestartOnce allows one restart in the worker's life.
func RestartOnce() RestartPolicy { return RestartPolicy{} }

// RestartBounded allows max restarts in a window. The window begins with the
// worker; a panic that comes later than within after its beginning begins a new
// one. A max of zero or less allows none.
func RestartBounded(max int, within time.Duration) RestartPolicy {
	return RestartPolicy{bounded: true, max: max, within: within}
}

// restarts counts the restarts that a policy has allowed.
type restarts struct {
	policy RestartPolicy
	window time.Duration // when the window began, in monotonic time
	count  int
}

// allow reports whether the worker may go on after a panic now.
func (r *restarts) allow(now time.Duration) bool {
	limit := 1
	if r.policy.bounded {
		limit = r.policy.max
		if now-r.window > r.policy.within {
			r.window, r.count = now, 0
		}
	}
	if r.count >= limit {
		return false
	}
	r.count++
	return true
}
