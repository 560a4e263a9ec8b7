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
			"n": {"type": "integer"}, "b": {"$ref": "b-1.json"}, "any": {"type": "object", "additionalProperties": {"type": "integer"}}}, "required": ["n"]}`)},
		"b-1.json":     {Data: []byte(`{"$id": "b-1.json", "type": "object", "properties": {"s": {"type": "string"}}}`)},
		"wrong-1.json": {Data: []byte(`{"$id": "wrong-1.json", "type": "nonsense"}`)},
	}
	tests := []struct{ name, schema, document, want string }{
		{"right", "a-1.json", `{"n": 1, "b": {"s": "x"}, "any": {"x": 1}}`, ""},
		{"wrong type", "a-1.json", `{"n": "1"}`, "got string, want integer"},
		{"missing", "a-1.json", `{}`, "missing property 'n'"},
		{"not named", "a-1.json", `{"n": 1, "m": 2}`, "additional properties 'm' not allowed"},
		{"not named in another schema", "a-1.json", `{"n": 1, "b": {"t": ""}}`, "additional properties 't' not allowed"},
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
