//go:build !unix

package trial

import (
	"context"
	"os/exec"
)

// bounded is a command that is ended with the context.
func bounded(ctx context.Context, _ int, program string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, program, args...)
}
