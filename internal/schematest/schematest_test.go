package schematest_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/batpak/batpak-sim/internal/schematest"
)

func TestCheck(t *testing.T) {
	schemas := fstest.MapFS{
		"a-1.json": {Data: []byte(`{"$id": "a-1.json", "type": "object", "properties": {
			"n": {"type": "integer"}, "b": {"$ref": "b-1.json"}, "any": {"type": "object", "additionalProperties": {"type": "integer"}},
			"in": {"type": "object", "properties": {"s": {"type": "string"}}}, "free": {"type": "object"},
			"either": {"anyOf": [{"type": "object", "properties": {"s": {"type": "string"}}}]}}, "required": ["n"]}`)},
		"b-1.json":     {Data: []byte(`{"$id": "b-1.json", "type": "object", "properties": {"s": {"type": "string"}}}`)},
		"wrong-1.json": {Data: []byte(`{"$id": "wrong-1.json", "type": "nonsense"}`)},
	}
	tests := []struct{ name, schema, document, want string }{
		{"right", "a-1.json", `{"n": 1, "b": {"s": "x"}, "any": {"x": 1}}`, ""},
		{"wrong type", "a-1.json", `{"n": "1"}`, "got string, want integer"},
		{"missing", "a-1.json", `{}`, "missing property 'n'"},
		{"not named", "a-1.json", `{"n": 1, "m": 2}`, "additional properties 'm' not allowed"},
		{"not named in another schema", "a-1.json", `{"n": 1, "b": {"t": ""}}`, "additional properties 't' not allowed"},
		{"not named further in", "a-1.json", `{"n": 1, "in": {"t": ""}}`, "additional properties 't' not allowed"},
		{"not named in a list", "a-1.json", `{"n": 1, "either": {"t": ""}}`, "additional properties 't' not allowed"},
		{"none is named", "a-1.json", `{"n": 1, "free": {"t": ""}}`, ""},
		{"wrong value of any name", "a-1.json", `{"n": 1, "any": {"x": ""}}`, "got string, want integer"},
		{"no JSON", "a-1.json", `{`, "EOF"},
		{"no such schema", "c-1.json", `{}`, "c-1.json"},
		{"schema of nonsense", "wrong-1.json", `{}`, "is not valid against metaschema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := schematest.Check(schemas, tt.schema, tt.document)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Check = %v, want %q", err, tt.want)
			}
		})
	}
}
