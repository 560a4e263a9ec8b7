//go:build unix

package trial

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
)

// bounded is a command whose memory is bounded and that is ended with its children.
func bounded(ctx context.Context, program string, args ...string) *exec.Cmd {
	shell := fmt.Sprintf(`ulimit -v %d; exec "$0" "$@"`, memoryMax)
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", shell, program}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}
