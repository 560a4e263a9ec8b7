package archtest_test

import (
	"fmt"
	"testing/fstest"

	"github.com/batpak/batpak-sim/internal/archtest"
)

func ExampleHouse_Check() {
	tree := fstest.MapFS{"engine/clock.go": {Data: []byte(`package engine

import "time"

func now() time.Time { return time.Now() }
`)}}
	rules := archtest.House{
		Module: "example.org/log",
		Rooms:  []archtest.Room{{Folder: "engine"}},
		Bans:   []archtest.Ban{{Name: "clock", Folders: []string{"engine"}, Breach: archtest.Names("time", "Now")}},
	}
	source, err := archtest.Load(tree)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range rules.Check(source) {
		fmt.Println(f)
	}
	// Output:
	// engine/clock.go:5: clock: time.Now
}
