// Package schematest holds documents to the JSON Schemas of this module.
//
// # Contract
//
// A schema lets fields be added: those who read the documents must bear more than it names. The
// tests of those who write them must not, or a schema would fall behind: Check objects to
// every field that the schema does not name.
package schematest

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Check reports what is wrong with a document by the schema of that name. All schemas of the
// folder may refer to each other.
func Check(schemas fs.FS, name, document string) error {
	compiler := jsonschema.NewCompiler()
	names, err := fs.Glob(schemas, "*.json")
	if err != nil {
		return err
	}
	for _, other := range names {
		text, err := fs.ReadFile(schemas, other)
		if err != nil {
			return err
		}
		schema, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			return fmt.Errorf("schema %s: %w", other, err)
		}
		shut(schema)
		if err := compiler.AddResource(other, schema); err != nil {
			return fmt.Errorf("schema %s: %w", other, err)
		}
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		return err
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		return err
	}
	return schema.Validate(parsed)
}

// shut lets no object have fields that its schema does not name.
func shut(schema any) {
	switch schema := schema.(type) {
	case map[string]any:
		_, named := schema["properties"]
		if _, said := schema["additionalProperties"]; named && !said && schema["type"] == "object" {
			schema["additionalProperties"] = false
		}
		for _, below := range schema {
			shut(below)
		}
	case []any:
		for _, below := range schema {
			shut(below)
		}
	}
}
