package main

import (
	"io"
	"os"
)

// writeFile makes a file of what write writes.
func writeFile(path string, write func(io.Writer) error) error {
	return openedFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, write)
}

// appendFile adds what write writes to a file, which need not be there.
func appendFile(path string, write func(io.Writer) error) error {
	return openedFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, write)
}

func openedFile(path string, how int, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, how, 0o666)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
