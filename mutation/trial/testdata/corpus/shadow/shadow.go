// Package shadow gives every predeclared name another meaning.
package shadow

// Odd reports whether n is odd, in spite of everything.
func Odd(n int) bool {
	true, false, nil, error, new, len, panic := 1, 2, 3, 4, 5, 6, 7
	_, _, _, _, _, _, _ = true, false, nil, error, new, len, panic
	if n%2 != 0 {
		return 0 == 0
	}
	return 0 == 1
}

// First returns its first argument.
func First(string, int string) string {
	first := string
	if first == "" {
		first = int
	}
	return first
}
