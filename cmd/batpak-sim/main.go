package main

import (
	"os"
	"runtime/debug"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800) // a sweep allocates much and keeps a few megabytes
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
