package core

import (
	"os"
	"reflect"
	"sync"

	"github.com/spf13/afero"
)

// production reports whether rt is the machine's own runtime.
func production(rt Runtime) bool {
	_, ok := rt.(*system)
	return ok
}

// here names this process as the holder.
func (h Holder) here() Holder {
	h.PID = os.Getpid()
	h.Host, _ = os.Hostname()
	return h
}

// openHere are the logs that this process has open on filesystems whose files the
// system cannot lock.
var openHere = heldLogs{holders: make(map[heldLog]Holder)}

type heldLogs struct {
	mu      sync.Mutex
	holders map[heldLog]Holder
}

// heldLog tells logs apart. One filesystem under two wrappers counts as two.
type heldLog struct {
	fs   afero.Fs
	path string
}

// lock holds the log whose lock file would be at path. A filesystem that is not
// comparable cannot be told from another, and nothing is held.
func (l *heldLogs) lock(fsys afero.Fs, path string, me Holder) (lock, error) {
	if !reflect.ValueOf(fsys).Comparable() {
		return lock{}, nil
	}
	log := heldLog{fsys, path}
	l.mu.Lock()
	defer l.mu.Unlock()
	if holder, taken := l.holders[log]; taken {
		return lock{}, &LockedError{Path: path, Holder: holder}
	}
	l.holders[log] = me
	return lock{free: func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.holders, log)
		return nil
	}}, nil
}
