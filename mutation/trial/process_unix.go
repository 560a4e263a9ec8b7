//go:build unix

package trial

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
)

// bounded is a command that may take so many KiB of memory, 0 for as many as it likes,
// and that is ended with its children.
func bounded(ctx context.Context, memory int, program string, args ...string) *exec.Cmd {
	shell := `exec "$0" "$@"`
	if memory > 0 {
		shell = fmt.Sprintf("ulimit -v %d; ", memory) + shell
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", shell, program}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}
