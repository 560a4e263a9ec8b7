package core

import "fmt"

// Kind says what an event means: a category of 4 bits and a type id of 12 bits
// within it. Any value is a Kind; NewKind makes those that a caller may append.
type Kind uint16

// The kinds that have a fixed meaning.
const (
	KindData Kind = 0x1000 // an application's event without a closer meaning

	KindSystemInit           Kind = 0x0001
	KindSystemShutdown       Kind = 0x0002
	KindSystemHeartbeat      Kind = 0x0003
	KindSystemConfigChange   Kind = 0x0004
	KindSystemCheckpoint     Kind = 0x0005
	KindSystemBatchBegin     Kind = 0x0006
	KindSystemBatchCommit    Kind = 0x0007
	KindSystemOpenCompleted  Kind = 0x0008
	KindSystemCloseCompleted Kind = 0x0009
	KindSystemDenial         Kind = 0x000F
	KindTombstone            Kind = 0x0FFE

	KindEffectError        Kind = 0xD001
	KindEffectRetry        Kind = 0xD002
	KindEffectAck          Kind = 0xD004
	KindEffectBackpressure Kind = 0xD005
	KindEffectCancel       Kind = 0xD006
	KindEffectConflict     Kind = 0xD007

	KindHeartbeatRequest Kind = 0xFA01
	KindHeartbeatAck     Kind = 0xFA02
)

const (
	categorySystem = 0x0
	categoryEffect = 0xD
	categoryMax    = 0xF
	typeBits       = 12
	typeMax        = 1<<typeBits - 1
)

// NewKind returns the kind of a category and a type id. Its *KindError names the
// first rule broken: the category is at most 15, it is neither 0 nor 13, which
// are the engine's, and the type id is at most 0xFFF.
func NewKind(category uint8, typ uint16) (Kind, error) {
	refuse := func(reason error) (Kind, error) {
		return 0, &KindError{Category: category, Type: typ, Reason: reason}
	}
	switch {
	case category > categoryMax:
		return refuse(ErrCategoryRange)
	case category == categorySystem || category == categoryEffect:
		return refuse(ErrReservedKind)
	case typ > typeMax:
		return refuse(ErrTypeRange)
	}
	return Kind(category)<<typeBits | Kind(typ), nil
}

// Category returns the upper 4 bits.
func (k Kind) Category() uint8 { return uint8(k >> typeBits) }

// Type returns the lower 12 bits.
func (k Kind) Type() uint16 { return uint16(k) & typeMax }

// Reserved reports whether only the engine may append this kind: its category is
// 0 (system) or 13 (effect).
func (k Kind) Reserved() bool {
	return k.Category() == categorySystem || k.Category() == categoryEffect
}

// String returns the kind as in "0x1000".
func (k Kind) String() string { return fmt.Sprintf("0x%04X", uint16(k)) }

// KindFilter passes some kinds. The zero value passes any; filters are
// comparable.
type KindFilter struct {
	by    filterBy
	value uint16 // the kind, or the category
}

type filterBy uint8

const (
	filterAny filterBy = iota
	filterExact
	filterCategory
)

// AnyKind passes every kind.
func AnyKind() KindFilter { return KindFilter{} }

// ExactKind passes one kind.
func ExactKind(k Kind) KindFilter { return KindFilter{by: filterExact, value: uint16(k)} }

// KindCategory passes the kinds of one category. A category above 15 passes
// nothing and makes the region invalid.
func KindCategory(category uint8) KindFilter {
	return KindFilter{by: filterCategory, value: uint16(category)}
}

// Exact returns the one kind that the filter passes, if it is an ExactKind.
func (f KindFilter) Exact() (k Kind, ok bool) {
	if f.by != filterExact {
		return 0, false
	}
	return Kind(f.value), true
}

// Category returns the category that the filter passes, if it is a KindCategory.
func (f KindFilter) Category() (category uint8, ok bool) {
	if f.by != filterCategory {
		return 0, false
	}
	return uint8(f.value), true
}

// Matches reports whether the filter passes the kind.
func (f KindFilter) Matches(k Kind) bool {
	switch f.by {
	case filterExact:
		return k == Kind(f.value)
	case filterCategory:
		return uint16(k.Category()) == f.value
	default:
		return true
	}
}

// String returns "any", "category:c" or "exact:f:abc", in hexadecimal.
func (f KindFilter) String() string {
	switch f.by {
	case filterExact:
		return fmt.Sprintf("exact:%x:%x", Kind(f.value).Category(), Kind(f.value).Type())
	case filterCategory:
		return fmt.Sprintf("category:%x", f.value)
	default:
		return "any"
	}
}
