package core_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/batpak/batpak-sim/core"
)

// diffError compares what an error carries, its reason by identity.
func diffError(got, want error) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b reason) bool { return a.error == b.error }),
		cmp.Transformer("coordinate", func(e *core.CoordinateError) any {
			if e == nil {
				return nil
			}
			return []any{e.Field, reason{e.Reason}, e.Len, e.Max}
		}),
		cmp.Transformer("kind", func(e *core.KindError) any {
			if e == nil {
				return nil
			}
			return []any{e.Category, e.Type, reason{e.Reason}}
		}))
}

type reason struct{ error }

func refusal(field string, why error, length int) error {
	return &core.CoordinateError{Field: field, Reason: why, Len: length, Max: 1024}
}

//
func TestNewCoordinate(t *testing.T) {
	long, tooLong := strings.Repeat("x", 1024), strings.Repeat("x", 1025)
	for _, tt := range []struct {
		name          string
		entity, scope string
		want          error
	}{
		{"shortest", "e", "s", nil},
		{"longest", long, long, nil},
		{"length counts bytes", strings.Repeat("ä", 513), "s", refusal("entity", core.ErrTooLong, 1026)},
		{"every legal byte class", ` !*:@\.~`, "äüß→𝄞", nil},
		{"single dot", ".", "a.b", nil},
		{"cyrillic i", "al\u0456ce", "s", nil},

		{"empty entity", "", "s", refusal("entity", core.ErrEmptyName, 0)},
		{"empty scope", "e", "", refusal("scope", core.ErrEmptyName, 0)},
		{"long entity", tooLong, "s", refusal("entity", core.ErrTooLong, 1025)},
		{"long scope", "e", tooLong, refusal("scope", core.ErrTooLong, 1025)},
		{"nul", "a\x00b", "s", refusal("entity", core.ErrNulByte, 3)},
		{"first control byte", "a\x01", "s", refusal("entity", core.ErrControlChar, 2)},
		{"last control byte", "a\x1f", "s", refusal("entity", core.ErrControlChar, 2)},
		{"delete", "e", "\x7f", refusal("scope", core.ErrControlChar, 1)},
		{"slash", "a/b", "s", refusal("entity", core.ErrPathTraversal, 3)},
		{"dots", "e", "a..b", refusal("scope", core.ErrPathTraversal, 4)},
		{"bar", "a|b", "s", refusal("entity", core.ErrForbiddenSeparator, 3)},
		{"equals", "e", "a=b", refusal("scope", core.ErrForbiddenSeparator, 3)},
		{"not utf-8", "a\xffb", "s", refusal("entity", core.ErrNotUTF8, 3)},
		{"surrogate", "e", "\xed\xa0\x80", refusal("scope", core.ErrNotUTF8, 3)},

		{"both empty: entity first", "", "", refusal("entity", core.ErrEmptyName, 0)},
		{"empty scope beats long entity", tooLong, "", refusal("scope", core.ErrEmptyName, 0)},
		{"long entity beats long scope", tooLong, tooLong, refusal("entity", core.ErrTooLong, 1025)},
		{"long scope beats nul in entity", "\x00", tooLong, refusal("scope", core.ErrTooLong, 1025)},
		{"entity's bytes beat scope's", "a=", "\x00", refusal("entity", core.ErrForbiddenSeparator, 2)},
		{"nul first", "\x00\x01", "s", refusal("entity", core.ErrNulByte, 2)},
		{"control first", "\x01\x00", "s", refusal("entity", core.ErrControlChar, 2)},
		{"control beats earlier traversal", "../\x01", "s", refusal("entity", core.ErrControlChar, 4)},
		{"traversal beats earlier separator", "a|/", "s", refusal("entity", core.ErrPathTraversal, 3)},
		{"separator beats earlier bad utf-8", "\xff|", "s", refusal("entity", core.ErrForbiddenSeparator, 2)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := core.NewCoordinate(tt.entity, tt.scope)
			if d := diffError(err, tt.want); d != "" {
				t.Fatalf("NewCoordinate(%.20q, %.20q) error (-want +got):\n%s", tt.entity, tt.scope, d)
			}
			if tt.want != nil {
				if c != (core.Coordinate{}) {
					t.Errorf("NewCoordinate(%.20q, %.20q) = %v beside an error, want zero", tt.entity, tt.scope, c)
				}
				return
			}
			if c.Entity() != tt.entity || c.Scope() != tt.scope {
				t.Errorf("NewCoordinate(%q, %q) = %q, %q", tt.entity, tt.scope, c.Entity(), c.Scope())
			}
			if got, want := c.String(), tt.entity+"@"+tt.scope; got != want {
				t.Errorf("String() = %q, want %q", got, want)
			}
			if err := c.Validate(); err != nil {
				t.Errorf("Validate() = %v, want nil", err)
			}
		})
	}
}

func TestCoordinateErrorMatches(t *testing.T) {
	_, err := core.NewCoordinate("e", strings.Repeat("x", 1025))
	if !errors.Is(err, core.ErrTooLong) || errors.Is(err, core.ErrEmptyName) {
		t.Errorf("errors.Is(%v) does not tell ErrTooLong from ErrEmptyName", err)
	}
	if got, want := err.Error(), "batpak: scope: name is too long: 1025 bytes, at most 1024"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	_, err = core.NewCoordinate("a|b", "s")
	if got, want := err.Error(), `batpak: entity: name holds "|" or "="`; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestZeroCoordinateIsInvalid(t *testing.T) {
	if err := (core.Coordinate{}).Validate(); !errors.Is(err, core.ErrEmptyName) {
		t.Errorf("Coordinate{}.Validate() = %v, want %v", err, core.ErrEmptyName)
	}
}

// Every byte string is judged as the rules say when each is read alone.
func TestNewCoordinateAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"a", ":", ".", "..", "/", "|", "=", "\x00", "\x1f", " ", "\x7f", "é", "\xff", "@"})
		name := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		var want error
		switch {
		case name == "":
			want = core.ErrEmptyName
		case strings.IndexFunc(name, control) >= 0 && name[strings.IndexFunc(name, control)] == 0:
			want = core.ErrNulByte
		case strings.IndexFunc(name, control) >= 0:
			want = core.ErrControlChar
		case strings.Contains(name, "/"), strings.Contains(name, ".."):
			want = core.ErrPathTraversal
		case strings.Contains(name, "|"), strings.Contains(name, "="):
			want = core.ErrForbiddenSeparator
		case strings.ToValidUTF8(name, "") != name:
			want = core.ErrNotUTF8
		}
		if _, err := core.NewCoordinate(name, "s"); !errors.Is(err, want) {
			t.Fatalf("NewCoordinate(%q, s) = %v, want %v", name, err, want)
		}
		if _, err := core.NewCheckpointID(name); !errors.Is(err, want) {
			t.Fatalf("NewCheckpointID(%q) = %v, want %v", name, err, want)
		}
	})
}

func control(r rune) bool { return r < 0x20 || r == 0x7f }
