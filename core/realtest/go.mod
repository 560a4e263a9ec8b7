module github.com/batpak/batpak-sim/core/realtest

go 1.26.0

require (
	github.com/batpak/batpak-sim v0.0.0
	github.com/spf13/afero v1.15.0
)

require (
	github.com/klauspost/cpuid/v2 v2.0.12 // indirect
	github.com/philhofer/fwd v1.2.0 // indirect
	github.com/tinylib/msgp v1.6.5 // indirect
	github.com/zeebo/blake3 v0.2.4 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.28.0 // indirect
)

replace github.com/batpak/batpak-sim => ../..
