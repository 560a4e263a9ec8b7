// Package flaky has a test that fails now and then.
package flaky

// Answer is the answer.
func Answer() int {
	return 42
}
