package simfs

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ParseRule reads a rule as Rule.String prints it:
//
//	KINDS [path=GLOB] [nth=N | from=N | every=N] [before | during | after] : EFFECT [KEY=VALUE ...]
//
// KINDS is "any", or the names of operation kinds joined by '|'. A value with
// spaces, colons, semicolons or quotes stands in Go's double quotes. These are the
// effects, with what they take:
//
//	fail, after: fail         err=EIO
//	short of a write          k=BYTES err=ENOSPC
//	short of a read           k=BYTES eof
//	full                      capacity=BYTES err=ENOSPC
//	fail-sync                 cache=keep-new|revert|keep-dirty metadata=persist|rollback
//	                          report=now|next units=all|some err=EIO
//	lie, defer                nothing
//	rot                       off=BYTE bit=0..7, or mask=1..255 for several bits
//	misdirect                 by=BYTES
//	delay                     d=DURATION
//	crash, during: crash, after: crash
//	during: torn              k=BYTES
//
// The names of Effect.String do as well, and are needed where the kinds do not tell
// which of the two a "short" is: short-write, short-read. Only k, capacity, by and d
// must be given. A text that is wrong gives a *ParseError.
func ParseRule(text string) (Rule, error) {
	p := ruleParser{scanner: scanner{text: text}}
	r, err := p.rule()
	if err == nil && p.next() != "" {
		err = p.wrong("ends no rule", "one rule; ParseRules reads several")
	}
	if err != nil {
		return Rule{}, err
	}
	return r, nil
}

// ParseRules reads rules that newlines or semicolons part.
func ParseRules(text string) ([]Rule, error) {
	p := ruleParser{scanner: scanner{text: text}}
	var rules []Rule
	for {
		for p.peek() == ";" || p.peek() == "\n" {
			p.next()
		}
		if p.peek() == "" {
			return rules, nil
		}
		r, err := p.rule()
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
}

// ruleParser reads rules word by word.
type ruleParser struct {
	scanner
	r    Rule
	said map[string]bool // the keys of the rule so far
}

func (p *ruleParser) rule() (Rule, error) {
	p.r, p.said = Rule{}, map[string]bool{}
	if err := p.kinds(); err != nil {
		return Rule{}, err
	}
	point, err := p.where()
	if err != nil {
		return Rule{}, err
	}
	if err := p.effect(point); err != nil {
		return Rule{}, err
	}
	return p.r, p.parameters()
}

// kinds reads which operations the rule is about.
func (p *ruleParser) kinds() error {
	word := p.next()
	if word == "any" {
		return nil
	}
	for name := range strings.SplitSeq(word, "|") {
		k := slices.Index(opNames[1:], name) + 1
		if k == 0 || name == "" {
			return p.wrong("names no kind of operation", "any, or some of "+commas(opNames[1:])+" joined by |")
		}
		p.r.Ops |= Ops(OpKind(k))
	}
	return nil
}

// where reads up to the colon: which of those operations, and at what point.
func (p *ruleParser) where() (point string, err error) {
	for {
		word := p.next()
		key, value, isPair := strings.Cut(word, "=")
		switch {
		case word == ":":
			return point, nil
		case word == "before" || word == "during" || word == "after":
			point = word
			err = p.once("before, during or after")
		case key == "path" && isPair:
			err = p.glob(value)
		case isPair && p.trigger(key) != nil:
			err = p.count(key, value)
		default:
			err = p.wrong("does not belong here", "path=GLOB, nth=N, from=N, every=N, before, during, after, or a colon and the effect")
		}
		if err != nil {
			return "", err
		}
	}
}

func (p *ruleParser) glob(value string) error {
	if err := p.once("path"); err != nil {
		return err
	}
	glob, ok := unquoted(value)
	if _, err := path.Match(glob, "/"); err != nil || !ok || glob == "" {
		return p.wrong("is not a path to match", "path=GLOB as for Go's path.Match, in Go's double quotes if need be")
	}
	p.r.Path = glob
	return nil
}

func (p *ruleParser) trigger(key string) *uint64 {
	for _, t := range triggers {
		if t.key == key {
			return t.field(&p.r)
		}
	}
	return nil
}

func (p *ruleParser) count(key, value string) error {
	if err := p.once("nth, from or every"); err != nil {
		return err
	}
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil || n == 0 {
		return p.wrong("does not count operations", key+"=N with N from 1")
	}
	*p.trigger(key) = n
	return nil
}

// effect reads the word for it, which a point and the kinds may have to tell apart
// from others.
func (p *ruleParser) effect(point string) error {
	word := p.next()
	found := effectsCalled(word, point, p.r.Ops)
	switch {
	case len(found) == 1:
		p.r.Effect = found[0]
		return nil
	case len(found) > 1:
		return p.wrong("could mean either", commas(effectNames(found)))
	case len(effectsCalled(word, point, 0)) > 0:
		kinds := effectsCalled(word, point, 0)[0].form().kinds
		return p.wrong("cannot strike "+p.r.Ops.String(), "only "+kinds.String())
	case len(effectsCalled(word, "", 0)) > 0 && len(pointsOf(word)) == 0:
		return p.wrong(fmt.Sprintf("has no %q", point), "neither before, during nor after")
	case len(effectsCalled(word, "", 0)) > 0:
		return p.wrong(fmt.Sprintf("has no %q", point), commas(pointsOf(word)))
	}
	return p.wrong("is no effect", commas(effectWords()))
}

// parameters reads what stands behind the effect.
func (p *ruleParser) parameters() error {
	for !p.atEnd() {
		if err := p.parameter(); err != nil {
			return err
		}
	}
	for i := range parameters {
		if x := &parameters[i]; x.needed && !p.said[x.key] && slices.Contains(p.r.Effect.form().takes, x.key) {
			p.next()
			return p.wrong(fmt.Sprintf("stands where %s needs its %s", p.r.Effect, x.key), x.key+"= and "+x.legal)
		}
	}
	return nil
}

func (p *ruleParser) parameter() error {
	key, value, isPair := strings.Cut(p.next(), "=")
	i := slices.IndexFunc(parameters, func(x parameter) bool { return x.key == key })
	if i < 0 || !slices.Contains(p.r.Effect.form().takes, key) {
		return p.wrong("does not belong here", p.r.Effect.String()+" takes "+commas(p.r.Effect.form().takes))
	}
	x := &parameters[i]
	group := x.group
	if group == "" {
		group = x.key
	}
	if err := p.once(group); err != nil {
		return err
	}
	p.said[x.key] = true
	value, ok := unquoted(value)
	if !ok || isPair == x.flag || !x.set(&p.r, value) {
		if x.flag {
			return p.wrong("has a value", key+" alone")
		}
		return p.wrong("has no such value", key+"= and "+x.legal)
	}
	return nil
}

// once refuses a second word of a group.
func (p *ruleParser) once(group string) error {
	if p.said[group] {
		return p.wrong("is one too many", "one of "+group)
	}
	p.said[group] = true
	return nil
}

// unquoted is the inverse of quoted.
func unquoted(s string) (string, bool) {
	if !strings.Contains(s, `"`) {
		return s, true
	}
	if s[0] != '"' {
		return "", false
	}
	s, err := strconv.Unquote(s)
	return s, err == nil
}

func effectNames(effects []Effect) []string {
	var out []string
	for _, e := range effects {
		out = append(out, e.String())
	}
	return out
}

// commas joins words for an error; of none it says so.
func commas(words []string) string {
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}
