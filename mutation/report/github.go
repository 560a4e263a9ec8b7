package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/batpak/batpak-sim/mutation/trial"
)

// GitHub writes an annotation for each survivor, as workflow commands.
func GitHub(w io.Writer, r trial.Report) error {
	for _, v := range r.Verdicts {
		if !v.Alive() {
			continue
		}
		_, err := fmt.Fprintf(w, "::error file=%s,line=%d,endLine=%d,col=%d,title=%s::%s\n",
			property(file(r, v)), v.Line, v.LineEnd, v.Column, property("mutant "+string(v.Status)+": "+v.Operator), message(Diff(v)))
		if err != nil {
			return err
		}
	}
	return nil
}

var message = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message(text))
}
