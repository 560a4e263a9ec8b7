package simfs

import "github.com/spf13/afero"

// Load returns a filesystem that durably holds what src holds at root, and below, at
// the same path; see Copy for what is copied and how it fails. Nothing is pending in
// it, and no operation is counted. It is New in all else: while it loads, no function
// and no rule of cfg is called.
func Load(cfg Config, src afero.Fs, root string) (*FS, error) {
	if _, _, err := cfg.normal(); err != nil {
		return nil, err
	}
	f, err := New(Config{})
	if err != nil {
		return nil, err
	}
	if err := Copy(f, src, root); err != nil {
		return nil, err
	}
	f.SyncAll()
	f.ops = 0
	return f, f.Reconfigure(cfg)
}
