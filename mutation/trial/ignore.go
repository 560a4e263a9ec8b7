package trial

import (
	"fmt"
	"strings"
)

const ignoreMark = "//mutation:ignore"

// ignore marks the mutants on lines that say so, or below a line that says nothing
// else. The source must give a reason.
func ignore(m *module, verdicts []Verdict) error {
	reasons := make(map[string]map[int]string)
	for _, p := range m.packages {
		for _, f := range p.Files {
			reasons[f.Name] = make(map[int]string)
			for _, group := range f.Tree.Comments {
				for _, c := range group.List {
					rest, ok := strings.CutPrefix(c.Text, ignoreMark)
					if !ok {
						continue
					}
					at := p.Fset.PositionFor(c.Pos(), false)
					reason := strings.TrimSpace(rest)
					if reason == "" || rest[0] != ' ' {
						return fmt.Errorf("%s: %s without a reason, legal is %s REASON", at, ignoreMark, ignoreMark)
					}
					line := at.Line
					if strings.TrimSpace(string(f.Text[at.Offset-at.Column+1:at.Offset])) == "" {
						line++
					}
					reasons[f.Name][line] = reason
				}
			}
		}
	}
	for i := range verdicts {
		if reason, ok := reasons[verdicts[i].File][verdicts[i].Line]; ok {
			verdicts[i].Status, verdicts[i].Reason = Ignored, reason
		}
	}
	return nil
}
