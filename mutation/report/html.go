package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"path"

	"github.com/batpak/batpak-sim/mutation/trial"
)

// viewer shows a report of the mutation-report schema in a browser; see the folder.
//
//go:embed viewer/mutation-test-elements.js
var viewer string

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mutants of {{.Title}}</title>
<link rel="icon" href="data:,">
<style>:root { color-scheme: light dark; background: light-dark(#fff, #18181b); } body { margin: 0; padding: 0 1rem; }</style>
</head>
<body>
<mutation-test-report-app title-postfix="{{.Title}}"><noscript>The report needs JavaScript; without it there is mutate --json.</noscript></mutation-test-report-app>
<script type="application/json" id="report">{{.Report}}</script>
<script>{{.Viewer}}</script>
<script>
document.querySelector("mutation-test-report-app").report = JSON.parse(document.getElementById("report").textContent);
document.documentElement.dataset.ready = "true";
</script>
</body>
</html>
`))

// HTML writes the report as one page that needs no other file and no network: the published
// viewer of the mutation-report schema, with what Stryker writes.
func HTML(w io.Writer, r trial.Report) error {
	var b bytes.Buffer
	if err := Stryker(&b, r); err != nil {
		return err
	}
	return page.Execute(w, struct {
		Title  string
		Report template.JS // whose < are escaped
		Viewer template.JS
	}{path.Base(r.Module), template.JS(b.String()), template.JS(viewer)})
}
