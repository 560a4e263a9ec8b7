package simfs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/batpak/batpak-sim/simfs"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// canonical are rules with the text that they print as.
var canonical = []struct {
	text string
	rule simfs.Rule
}{
	{"any: fail", simfs.Rule{Effect: simfs.Fail}},
	{"write|sync path=*.log nth=3: fail err=ENOSPC", simfs.Rule{
		Ops: simfs.Ops(simfs.OpWrite, simfs.OpSync), Path: "*.log", Nth: 3, Effect: simfs.Fail, Err: syscall.ENOSPC,
	}},
	{"rename after: fail err=errno(77)", simfs.Rule{Ops: simfs.Ops(simfs.OpRename), Effect: simfs.FailAfter, Err: 77}},
	{"write path=*.log nth=3 during: torn k=512", simfs.Rule{
		Ops: simfs.Ops(simfs.OpWrite), Path: "*.log", Nth: 3, Effect: simfs.Torn, K: 512,
	}},
	{"any during: torn k=0", simfs.Rule{Effect: simfs.Torn}},
	{"sync|syncdir: lie", simfs.Rule{Ops: simfs.Ops(simfs.OpSync, simfs.OpSyncDir), Effect: simfs.DropSync}},
	{"sync: defer", simfs.Rule{Ops: simfs.Ops(simfs.OpSync), Effect: simfs.DeferSync}},
	{"any: crash", simfs.Rule{Effect: simfs.CrashBefore}},
	{"any nth=12 during: crash", simfs.Rule{Nth: 12, Effect: simfs.CrashDuring}},
	{"syncdir every=2 after: crash", simfs.Rule{Ops: simfs.Ops(simfs.OpSyncDir), Every: 2, Effect: simfs.CrashAfter}},
	{"write: short k=4 err=ENOSPC", simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Effect: simfs.ShortWrite, K: 4, Err: syscall.ENOSPC}},
	{"read: short k=7 eof", simfs.Rule{Ops: simfs.Ops(simfs.OpRead), Effect: simfs.ShortRead, K: 7, EOF: true}},
	{"any: short-read k=7", simfs.Rule{Effect: simfs.ShortRead, K: 7}},
	{"read|write: short-write k=7", simfs.Rule{Ops: simfs.Ops(simfs.OpRead, simfs.OpWrite), Effect: simfs.ShortWrite, K: 7}},
	{"write: full capacity=65536", simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Effect: simfs.Full, Capacity: 65536}},
	{"any: full capacity=0 err=EDQUOT", simfs.Rule{Effect: simfs.Full, Err: syscall.EDQUOT}},
	{"sync from=2: fail-sync cache=revert metadata=rollback report=next units=some err=EIO", simfs.Rule{
		Ops: simfs.Ops(simfs.OpSync), From: 2, Effect: simfs.FailSync, Err: syscall.EIO, Cache: simfs.CacheRevert,
		Metadata: simfs.MetadataRollback, Report: simfs.ReportNext, Units: simfs.UnitsSome,
	}},
	{`any path="a b": delay d=5ms`, simfs.Rule{Path: "a b", Effect: simfs.Delay, Delay: 5 * time.Millisecond}},
	{`any path="a:\";\n\xff": fail`, simfs.Rule{Path: "a:\";\n\xff", Effect: simfs.Fail}},
	{`any path="\xff": fail`, simfs.Rule{Path: "\xff", Effect: simfs.Fail}},
	{`any path=/ä/[a-z]\*=?: fail`, simfs.Rule{Path: `/ä/[a-z]\*=?`, Effect: simfs.Fail}},
	{"read nth=1: rot off=17 bit=3", simfs.Rule{Ops: simfs.Ops(simfs.OpRead), Nth: 1, Effect: simfs.Rot, Off: simfs.At(17), Mask: 1 << 3}},
	{"read nth=1: rot off=0 mask=129", simfs.Rule{Ops: simfs.Ops(simfs.OpRead), Nth: 1, Effect: simfs.Rot, Off: simfs.At(0), Mask: 129}},
	{"any: rot", simfs.Rule{Effect: simfs.Rot}},
	{"write nth=2: misdirect by=-4096", simfs.Rule{Ops: simfs.Ops(simfs.OpWrite), Nth: 2, Effect: simfs.Misdirect, By: -4096}},
}

func TestRuleText(t *testing.T) {
	for _, tt := range canonical {
		t.Run(tt.text, func(t *testing.T) {
			if got := tt.rule.String(); got != tt.text {
				t.Errorf("String() = %s", got)
			}
			got, err := simfs.ParseRule(tt.text)
			if diff := cmp.Diff(tt.rule, got); diff != "" || err != nil {
				t.Errorf("ParseRule() gives %v and, -want +got:\n%s", err, diff)
			}
		})
	}
}

func TestParseRuleTakesOtherForms(t *testing.T) {
	tests := []struct{ text, canonical string }{
		{"\t write   nth=03 \r before : fail ", "write nth=3: fail"},
		{"write: torn k=1", "write during: torn k=1"},
		{"any: crash-during", "any during: crash"},
		{"any after: crash-after", "any after: crash"},
		{"write|read: short-read k=1", "read|write: short-read k=1"},
		{"write: short-write k=1", "write: short k=1"},
		{"sync: drop-sync", "sync: lie"},
		{"any after nth=2 path=x: fail", "any path=x nth=2 after: fail"},
		{`any path="x": fail err="EIO"`, "any path=x: fail err=EIO"},
		{"any: fail err=errno(5)", "any: fail err=EIO"},
		{"sync: fail-sync err=EIO units=all report=now", "sync: fail-sync report=now err=EIO"},
		{"any: rot mask=8", "any: rot bit=3"},
		{"any:delay d=0.5s", "any: delay d=500ms"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			r, err := simfs.ParseRule(tt.text)
			if got := r.String(); got != tt.canonical || err != nil {
				t.Errorf("ParseRule() = %s, %v, want %s", got, err, tt.canonical)
			}
		})
	}
}

func TestParseRules(t *testing.T) {
	text := "\n; write nth=3 during: torn k=512 ;sync: lie\n\n any path=\"a;b\": crash\n"
	got, err := simfs.ParseRules(text)
	want := []simfs.Rule{
		{Ops: simfs.Ops(simfs.OpWrite), Nth: 3, Effect: simfs.Torn, K: 512},
		{Ops: simfs.Ops(simfs.OpSync), Effect: simfs.DropSync},
		{Path: "a;b", Effect: simfs.CrashBefore},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("ParseRules() gives %v and, -want +got:\n%s", err, diff)
	}
	for _, empty := range []string{"", " \n;; "} {
		if got, err := simfs.ParseRules(empty); got != nil || err != nil {
			t.Errorf("ParseRules(%q) = %v, %v, want none", empty, got, err)
		}
	}
}

func kindNames() []string {
	var names []string
	for k := simfs.OpKind(1); k.String() != fmt.Sprintf("OpKind(%d)", k); k++ {
		names = append(names, k.String())
	}
	return names
}

func TestParseErrors(t *testing.T) {
	kinds := "any, or some of " + strings.Join(kindNames(), ", ") + " joined by |"
	where := "path=GLOB, nth=N, from=N, every=N, before, during, after, or a colon and the effect"
	effects := "fail, short, full, fail-sync, lie, defer, rot, misdirect, delay, crash, torn"
	tests := []struct {
		text string
		want simfs.ParseError
	}{
		{"", simfs.ParseError{1, 1, "", "names no kind of operation", kinds}},
		{"writes: lie", simfs.ParseError{1, 1, "writes", "names no kind of operation", kinds}},
		{"write|: lie", simfs.ParseError{1, 1, "write|", "names no kind of operation", kinds}},
		{"write", simfs.ParseError{1, 6, "", "does not belong here", where}},
		{"write 3rd: fail", simfs.ParseError{1, 7, "3rd", "does not belong here", where}},
		{"write nth=0: fail", simfs.ParseError{1, 7, "nth=0", "does not count operations", "nth=N with N from 1"}},
		{"write nth=2 every=3: fail", simfs.ParseError{1, 13, "every=3", "is one too many", "one of nth, from or every"}},
		{"write before after: fail", simfs.ParseError{1, 14, "after", "is one too many", "one of before, during or after"}},
		{"any path=a path=b: fail", simfs.ParseError{1, 12, "path=b", "is one too many", "one of path"}},
		{"any path=[: fail", simfs.ParseError{1, 5, "path=[", "is not a path to match",
			"path=GLOB as for Go's path.Match, in Go's double quotes if need be"}},
		{`any path="a: fail`, simfs.ParseError{1, 5, `path="a: fail`, "is not a path to match",
			"path=GLOB as for Go's path.Match, in Go's double quotes if need be"}},
		{`any path="": fail`, simfs.ParseError{1, 5, `path=""`, "is not a path to match",
			"path=GLOB as for Go's path.Match, in Go's double quotes if need be"}},
		{"any path=\"a\nb\": fail", simfs.ParseError{1, 5, `path="a`, "is not a path to match",
			"path=GLOB as for Go's path.Match, in Go's double quotes if need be"}},
		{"any:", simfs.ParseError{1, 5, "", "is no effect", effects}},
		{"write: tron k=1", simfs.ParseError{1, 8, "tron", "is no effect", effects}},
		{"any: short k=1", simfs.ParseError{1, 6, "short", "could mean either", "short-write, short-read"}},
		{"sync: short k=1", simfs.ParseError{1, 7, "short", "cannot strike sync", "only write"}},
		{"write during: fail", simfs.ParseError{1, 15, "fail", `has no "during"`, "before, after"}},
		{"sync during: lie", simfs.ParseError{1, 14, "lie", `has no "during"`, "neither before, during nor after"}},
		{"sync: lie k=4", simfs.ParseError{1, 11, "k=4", "does not belong here", "drop-sync takes nothing"}},
		{"write: torn err=EIO", simfs.ParseError{1, 13, "err=EIO", "does not belong here", "torn takes k"}},
		{"write: torn", simfs.ParseError{1, 12, "", "stands where torn needs its k", "k= and a number of bytes, 0 or more"}},
		{"write: torn k=1 k=2", simfs.ParseError{1, 17, "k=2", "is one too many", "one of k"}},
		{"write: torn k=-1", simfs.ParseError{1, 13, "k=-1", "has no such value", "k= and a number of bytes, 0 or more"}},
		{"write: torn k", simfs.ParseError{1, 13, "k", "has no such value", "k= and a number of bytes, 0 or more"}},
		{"read: short k=1 eof=yes", simfs.ParseError{1, 17, "eof=yes", "has a value", "eof alone"}},
		{"any: rot bit=3 mask=8", simfs.ParseError{1, 16, "mask=8", "is one too many", "one of bit or mask"}},
		{"any: rot bit=8", simfs.ParseError{1, 10, "bit=8", "has no such value", "bit= and the number of a bit, 0 to 7"}},
		{"any: delay d=5", simfs.ParseError{1, 12, "d=5", "has no such value", "d= and a duration such as 5ms, above 0"}},
		{"write: misdirect by=0", simfs.ParseError{1, 18, "by=0", "has no such value", "by= and a distance in bytes, not 0"}},
		{"any: fail err=EOI", simfs.ParseError{1, 11, "err=EOI", "has no such value", "err= and the name of an error such as EIO, or errno(5)"}},
		{"any: fail err=errno(0)", simfs.ParseError{1, 11, "err=errno(0)", "has no such value", "err= and the name of an error such as EIO, or errno(5)"}},
		{"any: fail err=errno(5", simfs.ParseError{1, 11, "err=errno(5", "has no such value", "err= and the name of an error such as EIO, or errno(5)"}},
		{"sync: fail-sync cache=new", simfs.ParseError{1, 17, "cache=new", "has no such value", "cache= and one of keep-new, revert, keep-dirty"}},
		{"any: crash; any: crash", simfs.ParseError{1, 11, ";", "ends no rule", "one rule; ParseRules reads several"}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			r, err := simfs.ParseRule(tt.text)
			var got *simfs.ParseError
			if !errors.As(err, &got) || r != (simfs.Rule{}) {
				t.Fatalf("ParseRule() = %v, %v, want no rule and a ParseError", r, err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("ParseRule(), -want +got:\n%s", diff)
			}
		})
	}
	_, err := simfs.ParseRules("any: crash\nwrite: torn k=x\n")
	want := `simfs: rule at line 2, column 13: "k=x" has no such value; legal: k= and a number of bytes, 0 or more`
	if err == nil || err.Error() != want {
		t.Errorf("ParseRules() = %v, want %s", err, want)
	}
}

func TestRuleTextInJSON(t *testing.T) {
	for _, tt := range canonical {
		text, err := json.Marshal(tt.rule)
		must(t, err)
		var got simfs.Rule
		must(t, json.Unmarshal(text, &got))
		if got != tt.rule {
			t.Errorf("%s becomes %s", tt.rule, got)
		}
	}
	var bad *simfs.ConfigError
	if _, err := (simfs.Rule{}).MarshalText(); !errors.As(err, &bad) {
		t.Errorf("MarshalText() of no rule = %v, want a ConfigError", err)
	}
	r := simfs.Rule{Effect: simfs.Fail}
	var wrong *simfs.ParseError
	if err := r.UnmarshalText([]byte("write: tron")); !errors.As(err, &wrong) || r != (simfs.Rule{Effect: simfs.Fail}) {
		t.Errorf("UnmarshalText() = %v and %v, want a ParseError and the rule as it was", err, r)
	}
}

func TestBadRule(t *testing.T) {
	tests := []struct {
		name string
		rule simfs.Rule
		want []string
	}{
		{"triggers", simfs.Rule{Effect: simfs.Fail, Nth: 2, Every: 3}, []string{"nth=2 and every=3 exclude each other"}},
		{"parameters of other effects", simfs.Rule{Effect: simfs.DropSync, K: 1, Err: syscall.EIO, Mask: 3}, []string{
			"drop-sync takes no k, nor anything else", "drop-sync takes no mask, nor anything else", "drop-sync takes no err, nor anything else",
		}},
		{"parameters of a failed sync", simfs.Rule{Effect: simfs.Fail, Cache: simfs.CacheRevert, Metadata: simfs.MetadataPersist, Report: simfs.ReportNow, Units: simfs.UnitsSome}, []string{
			"fail takes no cache, only err", "fail takes no metadata, only err", "fail takes no report, only err", "fail takes no units, only err",
		}},
		{"beyond the words", simfs.Rule{Effect: simfs.FailSync, Cache: 9, Units: 2}, []string{
			"cache=9 is not one of keep-new, revert, keep-dirty", "units=2 is not one of all, some",
		}},
		{"error", simfs.Rule{Effect: simfs.Fail, Err: 9999}, []string{"err=errno(9999) is not the name of an error such as EIO, or errno(5)"}},
		{"place", simfs.Rule{Effect: simfs.Rot, Off: simfs.Place{At: 3}}, []string{"off=3, not given, is not the offset of a byte, 0 or more"}},
		{"negative place", simfs.Rule{Effect: simfs.Rot, Off: simfs.At(-3)}, []string{"off=-3 is not the offset of a byte, 0 or more"}},
		{"capacity", simfs.Rule{Effect: simfs.Full, Capacity: -1}, []string{"capacity=-1 is not a number of bytes, 0 or more"}},
		{"no delay", simfs.Rule{Effect: simfs.Delay}, []string{"d=0s is not a duration such as 5ms, above 0"}},
		{"no distance", simfs.Rule{Effect: simfs.Misdirect}, []string{"by=0 is not a distance in bytes, not 0"}},
		{"kinds", simfs.Rule{Ops: simfs.Ops(simfs.OpStat), Effect: simfs.FailSync}, []string{"fail-sync cannot strike stat, only sync|syncdir"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := simfs.New(simfs.Config{Faults: []simfs.Rule{tt.rule}})
			var bad *simfs.ConfigError
			if !errors.As(err, &bad) {
				t.Fatalf("New() = %v, want a ConfigError", err)
			}
			var want []string
			for _, w := range tt.want {
				want = append(want, "fault 0 ("+tt.rule.String()+"): "+w)
			}
			if diff := cmp.Diff(want, bad.Problems); diff != "" {
				t.Errorf("problems, -want +got:\n%s", diff)
			}
		})
	}
}

// anyRule draws a rule of every effect with what it takes.
func anyRule() *rapid.Generator[simfs.Rule] {
	return rapid.Custom(func(t *rapid.T) simfs.Rule {
		r := rapid.SampledFrom(canonical).Draw(t, "like").rule
		if r.Err != 0 {
			r.Err = syscall.Errno(rapid.IntRange(1, 4095).Draw(t, "err"))
		}
		if r.K != 0 {
			r.K = rapid.IntRange(0, 1<<62).Draw(t, "k")
		}
		if r.Capacity != 0 {
			r.Capacity = rapid.Int64Min(0).Draw(t, "capacity")
		}
		if r.Delay != 0 {
			r.Delay = time.Duration(rapid.Int64Min(1).Draw(t, "d"))
		}
		if r.By != 0 {
			r.By = rapid.Int64().Filter(func(n int64) bool { return n != 0 }).Draw(t, "by")
		}
		if r.Effect == simfs.Rot {
			r.Mask = rapid.Uint8().Draw(t, "mask")
			r.Off = rapid.SampledFrom([]simfs.Place{{}, simfs.At(rapid.Int64Min(0).Draw(t, "off"))}).Draw(t, "place")
		}
		if r.Effect == simfs.FailSync {
			r.Cache = simfs.CacheAfter(rapid.IntRange(0, 3).Draw(t, "cache"))
			r.Metadata = simfs.MetadataAfter(rapid.IntRange(0, 2).Draw(t, "metadata"))
			r.Report = simfs.ReportAt(rapid.IntRange(0, 2).Draw(t, "report"))
			r.Units = simfs.UnitsFailed(rapid.IntRange(0, 1).Draw(t, "units"))
		}
		r.Path = rapid.String().Draw(t, "path")
		r.Nth, r.From, r.Every = 0, 0, 0
		if trigger := rapid.SampledFrom([]*uint64{nil, &r.Nth, &r.From, &r.Every}).Draw(t, "trigger"); trigger != nil {
			*trigger = rapid.Uint64Min(1).Draw(t, "n")
		}
		if rapid.Bool().Draw(t, "more kinds") {
			kinds := rapid.SliceOfDistinct(rapid.IntRange(1, len(kindNames())), func(k int) int { return k }).Draw(t, "kinds")
			for _, k := range kinds {
				r.Ops |= simfs.Ops(simfs.OpKind(k))
			}
		}
		return r
	}).Filter(func(r simfs.Rule) bool {
		_, err := r.MarshalText()
		return err == nil
	})
}

func TestRuleRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(anyRule(), 1, 4).Draw(t, "rules")
		text := ""
		for i, r := range rules {
			got, err := simfs.ParseRule(r.String())
			if diff := cmp.Diff(r, got); diff != "" || err != nil {
				t.Fatalf("%s gives %v and, -want +got:\n%s", r, err, diff)
			}
			if got.String() != r.String() {
				t.Fatalf("%s prints as %s", r, got)
			}
			text += r.String() + string("\n;"[i%2])
		}
		got, err := simfs.ParseRules(text)
		if err != nil || !slices.Equal(got, rules) {
			t.Fatalf("ParseRules(%q) = %v, %v, want %v", text, got, err, rules)
		}
	})
}
