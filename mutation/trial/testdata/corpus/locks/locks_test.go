package locks

import (
	"sync"
	"testing"
)

func TestSetBesideOthers(t *testing.T) {
	var s Shared
	var all sync.WaitGroup
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			s.Set(7)
		}()
	}
	all.Wait()
	if got := s.Get(); got != 7 {
		t.Errorf("Get() = %d, want 7", got)
	}
}

// TestRacesAnyway fails under the race detector whatever is locked: it kills nothing there.
func TestRacesAnyway(t *testing.T) {
	var s Shared
	sum := 0
	var all sync.WaitGroup
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			sum += s.Get()
		}()
	}
	all.Wait()
	if sum != 0 {
		t.Errorf("sum = %d, want 0", sum)
	}
}
