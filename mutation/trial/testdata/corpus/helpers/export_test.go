package helpers

// Double is for the tests.
var Double = double
