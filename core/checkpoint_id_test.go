package core_test

import (
	"strings"
	"testing"

	"github.com/batpak/batpak-sim/core"
)

// K-1.
func TestNewCheckpointID(t *testing.T) {
	for _, tt := range []struct {
		name string
		id   string
		want error
	}{
		{"shortest", "c", nil},
		{"longest", strings.Repeat("x", 1024), nil}, // M-20
		{"space", "my consumer", nil},               // M-21
		{"case and normal form stay", "Ωé", nil},
		{"empty", "", refusal("checkpoint id", core.ErrEmptyName, 0)},
		{"too long", strings.Repeat("x", 1025), refusal("checkpoint id", core.ErrTooLong, 1025)},
		{"too long beats nul", strings.Repeat("\x00", 1025), refusal("checkpoint id", core.ErrTooLong, 1025)},
		{"nul", "\x00", refusal("checkpoint id", core.ErrNulByte, 1)},
		{"control", "a\x1f", refusal("checkpoint id", core.ErrControlChar, 2)},
		{"slash", "a/b", refusal("checkpoint id", core.ErrPathTraversal, 3)},
		{"dots", "..", refusal("checkpoint id", core.ErrPathTraversal, 2)},
		{"separator", "a=b", refusal("checkpoint id", core.ErrForbiddenSeparator, 3)},
		{"not utf-8", "\xff", refusal("checkpoint id", core.ErrNotUTF8, 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id, err := core.NewCheckpointID(tt.id)
			if d := diffError(err, tt.want); d != "" {
				t.Fatalf("NewCheckpointID(%.20q) error (-want +got):\n%s", tt.id, d)
			}
			want := tt.id
			if tt.want != nil {
				want = ""
			}
			if id.String() != want {
				t.Errorf("NewCheckpointID(%.20q) = %.20q, want %.20q", tt.id, id, want)
			}
		})
	}
}
