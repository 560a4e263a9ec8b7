package core

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The documentation says of every error what to do about it.
func TestEveryErrorIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	must(t, err)
	files, err := filepath.Glob("*.go")
	must(t, err)
	sentinel := regexp.MustCompile(`(?m)^(?:var |\t|type )(Err[A-Za-z]+|[A-Z][A-Za-z]*Error)(?: += errors\.New| struct)`)
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		must(t, err)
		for _, match := range sentinel.FindAllStringSubmatch(string(source), -1) {
			found++
			if !strings.Contains(string(doc), "["+match[1]+"]") {
				t.Errorf("%s of %s is not in the section Errors of doc.go", match[1], file)
			}
		}
	}
	if found < 45 {
		t.Errorf("%d errors found, want all: look at the pattern", found)
	}
}
