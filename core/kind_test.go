package core_test

import (
	"errors"
	"testing"

	"github.com/batpak/batpak-sim/core"
)

// the first rule broken is named, in this order.
func TestNewKind(t *testing.T) {
	refuse := func(category uint8, typ uint16, why error) error {
		return &core.KindError{Category: category, Type: typ, Reason: why}
	}
	for _, tt := range []struct {
		name     string
		category uint8
		typ      uint16
		want     core.Kind
		err      error
	}{
		{"lowest", 1, 0, 0x1000, nil},
		{"highest", 15, 0xFFF, 0xFFFF, nil},
		{"below effect", 0xC, 0x123, 0xC123, nil},
		{"above effect", 0xE, 0x123, 0xE123, nil},
		{"category", 16, 0, 0, refuse(16, 0, core.ErrCategoryRange)},
		{"category beats type", 255, 0x1000, 0, refuse(255, 0x1000, core.ErrCategoryRange)},
		{"system", 0, 1, 0, refuse(0, 1, core.ErrReservedKind)},
		{"system beats type", 0, 0x1000, 0, refuse(0, 0x1000, core.ErrReservedKind)},
		{"effect", 13, 1, 0, refuse(13, 1, core.ErrReservedKind)},
		{"type", 1, 0x1000, 0, refuse(1, 0x1000, core.ErrTypeRange)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := core.NewKind(tt.category, tt.typ)
			if d := diffError(err, tt.err); d != "" {
				t.Fatalf("NewKind(%d, %#x) error (-want +got):\n%s", tt.category, tt.typ, d)
			}
			if got != tt.want {
				t.Fatalf("NewKind(%d, %#x) = %v, want %v", tt.category, tt.typ, got, tt.want)
			}
			if tt.err == nil && (got.Category() != tt.category || got.Type() != tt.typ) {
				t.Errorf("%v has category %d and type %#x", got, got.Category(), got.Type())
			}
		})
	}
}

// the text form, the numbers, and which of them are reserved.
func TestKindConstants(t *testing.T) {
	for _, tt := range []struct {
		kind     core.Kind
		text     string
		reserved bool
	}{
		{core.KindData, "0x1000", false},
		{core.KindSystemInit, "0x0001", true},
		{core.KindSystemShutdown, "0x0002", true},
		{core.KindSystemHeartbeat, "0x0003", true},
		{core.KindSystemConfigChange, "0x0004", true},
		{core.KindSystemCheckpoint, "0x0005", true},
		{core.KindSystemBatchBegin, "0x0006", true},
		{core.KindSystemBatchCommit, "0x0007", true},
		{core.KindSystemOpenCompleted, "0x0008", true},
		{core.KindSystemCloseCompleted, "0x0009", true},
		{core.KindSystemDenial, "0x000F", true},
		{core.KindTombstone, "0x0FFE", true},
		{core.KindEffectError, "0xD001", true},
		{core.KindEffectRetry, "0xD002", true},
		{core.KindEffectAck, "0xD004", true},
		{core.KindEffectBackpressure, "0xD005", true},
		{core.KindEffectCancel, "0xD006", true},
		{core.KindEffectConflict, "0xD007", true},
		{core.KindHeartbeatRequest, "0xFA01", false},
		{core.KindHeartbeatAck, "0xFA02", false},
	} {
		if got := tt.kind.String(); got != tt.text {
			t.Errorf("String() = %q, want %q", got, tt.text)
		}
		if got := tt.kind.Reserved(); got != tt.reserved {
			t.Errorf("%s.Reserved() = %v, want %v", tt.text, got, tt.reserved)
		}
	}
}

// A kind is reserved exactly when NewKind refuses its category: over all kinds.
func TestReservedIsWhatNewKindRefuses(t *testing.T) {
	for raw := range 1 << 16 {
		k := core.Kind(raw)
		made, err := core.NewKind(k.Category(), k.Type())
		if reserved := errors.Is(err, core.ErrReservedKind); reserved != k.Reserved() {
			t.Fatalf("NewKind of %v = %v, Reserved() = %v", k, err, k.Reserved())
		}
		if err == nil && made != k {
			t.Fatalf("NewKind(%d, %#x) = %v, want %v", k.Category(), k.Type(), made, k)
		}
	}
}

// M-40: the text names the numbers.
func TestKindErrorText(t *testing.T) {
	_, err := core.NewKind(16, 0x1234)
	if got, want := err.Error(), "batpak: category 0x10, type 0x1234: category is above 15"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestKindFilterAccessors(t *testing.T) {
	for _, tt := range []struct {
		filter   core.KindFilter
		kind     core.Kind
		exact    bool
		category uint8
		byClass  bool
	}{
		{core.AnyKind(), 0, false, 0, false},
		{core.ExactKind(0xFABC), 0xFABC, true, 0, false},
		{core.ExactKind(0), 0, true, 0, false},
		{core.KindCategory(0xC), 0, false, 0xC, true},
		{core.KindCategory(0), 0, false, 0, true},
	} {
		if kind, ok := tt.filter.Exact(); kind != tt.kind || ok != tt.exact {
			t.Errorf("%v Exact() = %v, %v, want %v, %v", tt.filter, kind, ok, tt.kind, tt.exact)
		}
		if category, ok := tt.filter.Category(); category != tt.category || ok != tt.byClass {
			t.Errorf("%v Category() = %d, %v, want %d, %v", tt.filter, category, ok, tt.category, tt.byClass)
		}
	}
}
