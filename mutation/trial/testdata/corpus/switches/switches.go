// Package switches has switches, selects and locks.
package switches

import "sync"

// Box holds a number.
type Box struct {
	mu sync.Mutex
	n  int
}

// Add adds.
func (b *Box) Add(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n += n
	return b.n
}

// Name names what it is given.
func Name(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return "int"
	}
	return "?"
}

// Next takes a number, from the first channel if it can.
func Next(a, b chan int) int {
	select {
	case n := <-a:
		return n
	default:
	}
	return <-b
}
