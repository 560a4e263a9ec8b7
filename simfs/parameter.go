package simfs

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"time"
)

// Place is a number that a rule gives, or leaves to be drawn. Its zero value is
// drawn through Config.Choose.
type Place struct {
	At    int64
	Given bool
}

// At gives the number n.
func At(n int64) Place { return Place{At: n, Given: true} }

// CacheAfter is what programs see of a file after a failed sync.
type CacheAfter uint8

// The zero value leaves it to the profile.
const (
	CacheKeepNew   CacheAfter = iota + 1 // the new bytes, clean
	CacheRevert                          // what is durable
	CacheKeepDirty                       // the new bytes, still pending
)

// MetadataAfter is what a failed sync does with the size and the attributes.
type MetadataAfter uint8

// The zero value leaves it to the profile.
const (
	MetadataPersist  MetadataAfter = iota + 1 // they are durable
	MetadataRollback                          // they are not
)

// ReportAt is the call that hears of a failed sync.
type ReportAt uint8

// The zero value leaves it to the profile.
const (
	ReportNow  ReportAt = iota + 1 // the one that failed, and once every other handle open then
	ReportNext                     // the sync after it
)

// UnitsFailed is how many of the dirty units a failed sync does not write.
type UnitsFailed uint8

const (
	UnitsAll  UnitsFailed = iota // none is durable
	UnitsSome                    // each by itself may be
)

// parameter is a key behind the effect in the text of a rule.
type parameter struct {
	key    string
	group  string // of the keys that exclude each other; empty = key alone
	legal  string // what may stand behind it, for errors
	flag   bool   // it stands alone, without a value
	needed bool   // an effect that takes it cannot do without

	said func(*Rule) bool   // the rule has it, at another value than zero
	text func(*Rule) string // its value
	set  func(*Rule, string) bool
}

// parameters is in the order in which a rule prints them.
var parameters = []parameter{
	size("capacity", func(r *Rule) *int64 { return &r.Capacity }),
	size("k", func(r *Rule) *int { return &r.K }),
	{
		key: "eof", legal: "nothing", flag: true,
		said: func(r *Rule) bool { return r.EOF },
		text: func(*Rule) string { return "" },
		set:  func(r *Rule, value string) bool { r.EOF = true; return value == "" },
	},
	{
		key: "off", legal: "the offset of a byte, 0 or more",
		said: func(r *Rule) bool { return r.Off != Place{} },
		text: func(r *Rule) string {
			if !r.Off.Given {
				return fmt.Sprintf("%d, not given,", r.Off.At)
			}
			return strconv.FormatInt(r.Off.At, 10)
		},
		set: func(r *Rule, value string) bool {
			n, err := strconv.ParseInt(value, 10, 64)
			r.Off = At(n)
			return err == nil && n >= 0
		},
	},
	{
		key: "bit", group: "bit or mask", legal: "the number of a bit, 0 to 7",
		said: func(r *Rule) bool { return bits.OnesCount8(r.Mask) == 1 },
		text: func(r *Rule) string { return strconv.Itoa(bits.TrailingZeros8(r.Mask)) },
		set: func(r *Rule, value string) bool {
			n, err := strconv.ParseUint(value, 10, 8)
			r.Mask = 1 << n
			return err == nil && n < 8
		},
	},
	{
		key: "mask", group: "bit or mask", legal: "the bits to flip, 1 to 255",
		said: func(r *Rule) bool { return bits.OnesCount8(r.Mask) > 1 },
		text: func(r *Rule) string { return strconv.Itoa(int(r.Mask)) },
		set: func(r *Rule, value string) bool {
			n, err := strconv.ParseUint(value, 10, 8)
			r.Mask = uint8(n)
			return err == nil && n > 0
		},
	},
	{
		key: "by", legal: "a distance in bytes, not 0", needed: true,
		said: func(r *Rule) bool { return r.By != 0 },
		text: func(r *Rule) string { return strconv.FormatInt(r.By, 10) },
		set: func(r *Rule, value string) bool {
			n, err := strconv.ParseInt(value, 10, 64)
			r.By = n
			return err == nil && n != 0
		},
	},
	{
		key: "d", legal: "a duration such as 5ms, above 0", needed: true,
		said: func(r *Rule) bool { return r.Delay != 0 },
		text: func(r *Rule) string { return r.Delay.String() },
		set: func(r *Rule, value string) bool {
			d, err := time.ParseDuration(value)
			r.Delay = d
			return err == nil && d > 0
		},
	},
	wordOf("cache", func(r *Rule) *CacheAfter { return &r.Cache }, "", "keep-new", "revert", "keep-dirty"),
	wordOf("metadata", func(r *Rule) *MetadataAfter { return &r.Metadata }, "", "persist", "rollback"),
	wordOf("report", func(r *Rule) *ReportAt { return &r.Report }, "", "now", "next"),
	wordOf("units", func(r *Rule) *UnitsFailed { return &r.Units }, "all", "some"),
	{
		key: "err", legal: "the name of an error such as EIO, or errno(5)",
		said: func(r *Rule) bool { return r.Err != 0 },
		text: func(r *Rule) string { return errnoName(r.Err) },
		set: func(r *Rule, value string) bool {
			e, ok := errnoNamed(value)
			r.Err = e
			return ok
		},
	},
}

// size is a parameter that counts bytes and cannot be left out.
func size[T int | int64](key string, field func(*Rule) *T) parameter {
	return parameter{
		key: key, legal: "a number of bytes, 0 or more", needed: true,
		said: func(r *Rule) bool { return *field(r) != 0 },
		text: func(r *Rule) string { return strconv.FormatInt(int64(*field(r)), 10) },
		set: func(r *Rule, value string) bool {
			n, err := strconv.ParseInt(value, 10, 64)
			*field(r) = T(n)
			return err == nil && int64(T(n)) == n && n >= 0
		},
	}
}

// wordOf is a parameter that is one of some words; values are places in that list,
// and an empty word cannot be said.
func wordOf[T ~uint8](key string, field func(*Rule) *T, words ...string) parameter {
	legal := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	return parameter{
		key: key, legal: "one of " + commas(legal),
		said: func(r *Rule) bool { return *field(r) != 0 },
		text: func(r *Rule) string {
			if v := int(*field(r)); v < len(words) {
				return words[v]
			}
			return strconv.Itoa(int(*field(r)))
		},
		set: func(r *Rule, value string) bool {
			i := slices.Index(words, value)
			*field(r) = T(max(i, 0))
			return i >= 0 && value != ""
		},
	}
}

// print is the parameter in the text of a rule.
func (p *parameter) print(r *Rule) string {
	if p.flag {
		return p.key
	}
	return p.key + "=" + p.text(r)
}

// problem says what is wrong with the parameter in the rule, or "".
func (p *parameter) problem(r *Rule) string {
	takes := slices.Contains(r.Effect.form().takes, p.key)
	switch {
	case !p.said(r) && !(takes && p.needed):
		return ""
	case !takes:
		return r.Effect.refuses(p.key)
	}
	if parsed := (Rule{}); !p.set(&parsed, p.text(r)) {
		return fmt.Sprintf("%s is not %s", p.print(r), p.legal)
	}
	return ""
}

// refuses says that the effect does not take the key, and what it takes.
func (e Effect) refuses(key string) string {
	takes := e.form().takes
	if len(takes) == 0 {
		return fmt.Sprintf("%s takes no %s, nor anything else", e, key)
	}
	return fmt.Sprintf("%s takes no %s, only %s", e, key, commas(takes))
}
