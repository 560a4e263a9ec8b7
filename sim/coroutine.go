//go:build !race

package sim

import "iter"

// coroutine returns what runs body, up to where it yields or ends, and what ends it where it stands. Only one of body
// and its caller runs at a time. When body ends by [runtime.Goexit], so does the goroutine of the call that ran it.
func coroutine(body func(yield func(struct{}) bool)) (next func() (struct{}, bool), stop func()) {
	return iter.Pull(body)
}
