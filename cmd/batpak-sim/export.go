package main

import (
	"fmt"
	"go/token"

	"github.com/spf13/cobra"
)

// export prints a recording as a Go test.
func (p *program) export() *cobra.Command {
	pkg := option[string]{value: "scenarios_test", kind: "NAME", initial: "scenarios_test", parse: parsePackage}
	c := &cobra.Command{
		Use:   "export FILE [flags]",
		Short: "Print a recorded run as a Go test that needs no seed",
		Long: `Print a recorded run as a Go test that needs no seed.

The test carries the run out and fails as long as it does not pass.`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			recording, err := readRecording(args[0])
			if err != nil {
				return err
			}
			source, err := recording.GoTest(pkg.value)
			if err != nil {
				return err
			}
			_, err = p.stdout.Write(source)
			return err
		},
	}
	c.Flags().Var(&pkg, "package", "package of the test")
	return c
}

func parsePackage(text string) (string, error) {
	if !token.IsIdentifier(text) {
		return "", fmt.Errorf("legal is the name of a Go package")
	}
	return text, nil
}
