package simfs

import "strings"

// scanner cuts a text into words. A colon, a semicolon and a newline are words by
// themselves, and none of them cuts what stands in double quotes.
type scanner struct {
	text   string
	at     int // of the rest
	latest int // of the word that next returned last
}

// next returns the next word, or "" at the end of the text.
func (s *scanner) next() string {
	s.at += len(s.text[s.at:]) - len(strings.TrimLeft(s.text[s.at:], " \t\r"))
	s.latest = s.at
	s.at += wordLen(s.text[s.at:])
	return s.text[s.latest:s.at]
}

func (s *scanner) peek() string {
	ahead := *s
	return ahead.next()
}

// atEnd reports whether the rule ends here.
func (s *scanner) atEnd() bool {
	word := s.peek()
	return word == "" || word == ";" || word == "\n"
}

// wrong is the error about the latest word.
func (s *scanner) wrong(problem, legal string) error {
	before := s.text[:s.latest]
	return &ParseError{
		Line: strings.Count(before, "\n") + 1, Column: s.latest - strings.LastIndexByte(before, '\n'),
		Word: s.text[s.latest:s.at], Problem: problem, Legal: legal,
	}
}

// wordLen is the length of the word that text begins with.
func wordLen(text string) int {
	inQuotes, escaped := false, false
	for i := range len(text) {
		switch c := text[i]; {
		case escaped:
			escaped = false
		case inQuotes && c == '\\':
			escaped = true
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes && c != '\n':
		case c == ':' || c == ';' || c == '\n':
			return max(i, 1)
		case c == ' ' || c == '\t' || c == '\r':
			return i
		}
	}
	return len(text)
}
