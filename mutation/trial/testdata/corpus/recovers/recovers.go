// Package recovers recovers, which works only in the deferred function itself.
package recovers

import "fmt"

// Try reports what f panics with.
func Try(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	f()
	return err
}

// Named recovers in a deferred function that has a name.
func Named(f func()) (ok bool) {
	ok = true
	defer rescue(&ok)
	f()
	return ok
}

func rescue(ok *bool) {
	caught := recover()
	if caught != nil {
		*ok = false
	}
}
