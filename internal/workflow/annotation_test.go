package workflow_test

import (
	"testing"

	"github.com/batpak/batpak-sim/internal/workflow"
)

func TestAnnotation(t *testing.T) {
	tests := []struct {
		name string
		a    workflow.Annotation
		want string
	}{
		{"of a run", workflow.Annotation{Level: workflow.Warning, Title: "vacuous", Message: "nothing"}, "::warning title=vacuous::nothing"},
		{"of lines", workflow.Annotation{Level: workflow.Error, Title: "t", Message: "m", File: "a/b.go", Line: 3, LineEnd: 4, Column: 5},
			"::error file=a/b.go,line=3,endLine=4,col=5,title=t::m"},
		{"what ends a property or a line", workflow.Annotation{Level: workflow.Error, Title: "a: b, c", Message: "50%, so:\r\n::error::no"},
			"::error title=a%3A b%2C c::50%25, so:%0D%0A::error::no"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.a.String(); got != tt.want {
				t.Errorf("%+v = %q, want %q", tt.a, got, tt.want)
			}
		})
	}
}
