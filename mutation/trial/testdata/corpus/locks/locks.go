// Package locks counts under a lock. One of its two counters is tested beside a rival.
package locks

import "sync"

// Shared is counted by many.
type Shared struct {
	mu sync.Mutex
	n  int
}

// Set is called beside others.
func (s *Shared) Set(n int) {
	s.mu.Lock()
	s.n = n
	s.mu.Unlock()
}

// Get is called alone.
func (s *Shared) Get() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}
