package core_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/spf13/afero"

	"github.com/batpak/batpak-sim/core"
)

// holdLog, in the environment, has the test binary be another process that opens the
// log in that directory, says so, and keeps it open.
const holdLog = "BATPAK_TEST_HOLD_LOG"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdLog); dir != "" {
		if _, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{}); err != nil {
			panic(err)
		}
		fmt.Println("open")
		select {}
	}
	os.Exit(m.Run())
}

// Another process has the log open until it dies, by whatever death, and is named
// to those who come meanwhile.
func TestOpenInTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), holdLog+"="+dir)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "open\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}

	_, err = core.Open(ctx, afero.NewOsFs(), dir, core.Config{})
	locked := new(core.LockedError)
	if !errors.Is(err, core.ErrLocked) || !errors.As(err, &locked) {
		t.Fatalf("Open beside another process = %v, want a *LockedError", err)
	}
	if got, want := locked.Holder.PID, other.Process.Pid; got != want {
		t.Errorf("holder has process id %d, want %d", got, want)
	}

	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // killed
	s, err := core.Open(ctx, afero.NewOsFs(), dir, core.Config{})
	if err != nil {
		t.Fatalf("Open after the other process died: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
