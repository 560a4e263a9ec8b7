package simfs

import "github.com/spf13/afero"

// Load returns a filesystem that durably holds what src holds at root, and below, at
// the same path; see Copy for what is copied and how it fails. Nothing is pending in
// it, and no operation is counted. It is New in all else: while it loads, no function
// and no rule of cfg is called.
func Load(cfg Config, src afero.Fs, root string) (*FS, error) {
	cfg, armed, err := cfg.normal()
	if err != nil {
		return nil, err
	}
	f, err := New(Config{Profile: cfg.Profile, Unit: cfg.Unit})
	if err != nil {
		return nil, err
	}
	if err := Copy(f, src, root); err != nil {
		return nil, err
	}
	f.syncAll()
	f.adopt(cfg, armed)
	return f, nil
}

// syncAll makes all that is pending durable.
func (f *FS) syncAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, no := range f.touched() {
		f.sync(no)
	}
}

// adopt makes f behave as cfg says from its first operation on.
func (f *FS) adopt(cfg Config, armed []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cfg, f.faults, f.ops = cfg, armed, 0
}
