package core

import (
	"errors"
	"fmt"
	"strings"
)

// Why an entity, a scope, a region's string or a checkpoint id was refused. A
// *CoordinateError carries one of them.
var (
	ErrEmptyName          = errors.New("batpak: name is empty")
	ErrTooLong            = errors.New("batpak: name is too long")
	ErrNulByte            = errors.New("batpak: name holds a NUL byte")
	ErrControlChar        = errors.New("batpak: name holds a control character")
	ErrPathTraversal      = errors.New(`batpak: name holds "/" or ".."`)
	ErrForbiddenSeparator = errors.New(`batpak: name holds "|" or "="`)
	ErrNotUTF8            = errors.New("batpak: name is not UTF-8")
)

// Why a kind or a region was refused.
var (
	// ErrCategoryRange is met where a category is not in 0..15.
	ErrCategoryRange = errors.New("batpak: category is above 15")
	// ErrTypeRange is met where a type id does not fit in 12 bits.
	ErrTypeRange = errors.New("batpak: type id is above 0xFFF")
	// ErrReservedKind is met where a caller names a kind that only the engine
	// may append: see Kind.Reserved.
	ErrReservedKind = errors.New("batpak: kind is reserved for the engine")
	// ErrInvertedClock is met where a clock range starts after its end.
	ErrInvertedClock = errors.New("batpak: clock range starts after its end")
)

// CoordinateError says which name broke which rule.
type CoordinateError struct {
	Field  string // "entity", "scope", "region entity", "region scope" or "checkpoint id"
	Reason error  // one of the sentinels of names, such as ErrTooLong
	Len    int    // the name's length in bytes
	Max    int    // the most that is allowed, in bytes
}

func (e *CoordinateError) Error() string {
	if errors.Is(e.Reason, ErrTooLong) {
		return fmt.Sprintf("batpak: %s: %s: %d bytes, at most %d", e.Field, bare(e.Reason), e.Len, e.Max)
	}
	return fmt.Sprintf("batpak: %s: %s", e.Field, bare(e.Reason))
}

// Unwrap returns the reason.
func (e *CoordinateError) Unwrap() error { return e.Reason }

// KindError says why a category and a type id make no kind, or no kind filter.
type KindError struct {
	Category uint8
	Type     uint16 // zero when only a category was given
	Reason   error  // ErrCategoryRange, ErrReservedKind or ErrTypeRange
}

func (e *KindError) Error() string {
	return fmt.Sprintf("batpak: category 0x%X, type 0x%X: %s", e.Category, e.Type, bare(e.Reason))
}

// Unwrap returns the reason.
func (e *KindError) Unwrap() error { return e.Reason }

// ClockRangeError says that a clock range is inverted: it unwraps to
// ErrInvertedClock.
type ClockRangeError struct {
	Range ClockRange
}

func (e *ClockRangeError) Error() string {
	return fmt.Sprintf("batpak: clock range %d to %d: %s", e.Range.Start, e.Range.End, bare(ErrInvertedClock))
}

// Unwrap returns ErrInvertedClock.
func (e *ClockRangeError) Unwrap() error { return ErrInvertedClock }

// bare is the text of a sentinel without the package's prefix, to stand inside
// an error that has it already.
func bare(err error) string { return strings.TrimPrefix(err.Error(), "batpak: ") }
