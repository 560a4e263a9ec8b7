package core

import (
	"strings"
	"unicode/utf8"
)

// MaxNameLen is the longest entity, scope or checkpoint id, in bytes.
const MaxNameLen = 1024

// Coordinate says where an event belongs: to an entity, within a scope.
//
// Each of the two names is 1 to MaxNameLen bytes of UTF-8 without control
// characters, '/', "..", '|' and '='. Names are compared byte by byte: nothing is
// normalised and case matters. Coordinates are comparable; the zero value is not
// a legal one.
type Coordinate struct {
	entity string
	scope  string
}

// NewCoordinate returns the coordinate of entity and scope, or a
// *CoordinateError that says which rule was broken first: emptiness of either
// name comes before length of either, and that before the entity's bytes and
// then the scope's.
func NewCoordinate(entity, scope string) (Coordinate, error) {
	c := Coordinate{entity: entity, scope: scope}
	if err := c.Validate(); err != nil {
		return Coordinate{}, err
	}
	return c, nil
}

// Entity returns the entity's name.
func (c Coordinate) Entity() string { return c.entity }

// Scope returns the scope's name.
func (c Coordinate) Scope() string { return c.scope }

// String returns "entity@scope". It is for people: a name may itself hold '@'.
func (c Coordinate) String() string { return c.entity + "@" + c.scope }

// Validate returns what NewCoordinate would. It fails for the zero value only,
// all others having passed NewCoordinate.
func (c Coordinate) Validate() error {
	for _, check := range nameChecks {
		if err := check("entity", c.entity); err != nil {
			return err
		}
		if err := check("scope", c.scope); err != nil {
			return err
		}
	}
	return nil
}

// nameChecks are the rules of one name, in the order in which they are tried.
var nameChecks = [...]func(field, name string) error{checkNotEmpty, checkLength, checkBytes}

// checkName applies all the rules to one name that stands alone.
func checkName(field, name string) error {
	for _, check := range nameChecks {
		if err := check(field, name); err != nil {
			return err
		}
	}
	return nil
}

func checkNotEmpty(field, name string) error {
	if name == "" {
		return nameError(field, name, ErrEmptyName)
	}
	return nil
}

func checkLength(field, name string) error {
	if len(name) > MaxNameLen {
		return nameError(field, name, ErrTooLong)
	}
	return nil
}

// checkBytes lets the first offending control byte decide, from left to right,
// before it looks at the name as a whole.
func checkBytes(field, name string) error {
	for i := range len(name) {
		switch b := name[i]; {
		case b == 0:
			return nameError(field, name, ErrNulByte)
		case b < 0x20 || b == 0x7F:
			return nameError(field, name, ErrControlChar)
		}
	}
	switch {
	case strings.Contains(name, "/") || strings.Contains(name, ".."):
		return nameError(field, name, ErrPathTraversal)
	case strings.ContainsAny(name, "|="):
		return nameError(field, name, ErrForbiddenSeparator)
	case !utf8.ValidString(name):
		return nameError(field, name, ErrNotUTF8)
	}
	return nil
}

func nameError(field, name string, reason error) error {
	return &CoordinateError{Field: field, Reason: reason, Len: len(name), Max: MaxNameLen}
}

// inNamespace reports whether name is prefix or lies below it: the byte that
// follows the prefix is ':'. So "a" holds "a" and "a:b" but neither "ab" nor
// "a-b"; "a:" holds "a::b" but not "a:b"; and "" holds what begins with ':'.
func inNamespace(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	return ok && (rest == "" || rest[0] == ':')
}
