package workdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSave(t *testing.T) {
	temp := filepath.Join(os.TempDir(), "workdir-mark")
	for _, name := range []string{"saved", temp} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s is there already: %v", name, err)
		}
	}
	if err := errors.Join(Save(2), os.WriteFile(temp, nil, 0o600), os.Chmod("workdir.go", 0o400)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // so that others could see it
	if b, err := os.ReadFile("saved"); err != nil || len(b) != 3 {
		t.Errorf("saved %d bytes, %v", len(b), err)
	}
}
