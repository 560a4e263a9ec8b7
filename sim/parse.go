package sim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrStrategy is matched by the error of [ParseStrategy].
var ErrStrategy = errors.New("sim: unknown strategy")

// ParseStrategy returns what makes the strategy of that name from a source:
//
//	random             RandomWalk
//	pos                POS
//	pct:DEPTH:STEPS    PCT, as in pct:3:200
func ParseStrategy(name string) (func(Source) Strategy, error) {
	kind, args, _ := strings.Cut(name, ":")
	switch {
	case name == "random":
		return RandomWalk, nil
	case name == "pos":
		return POS, nil
	case kind == "pct":
		depth, steps, _ := strings.Cut(args, ":")
		d, err1 := strconv.ParseUint(depth, 10, 16)
		k, err2 := strconv.ParseUint(steps, 10, 63)
		if err1 == nil && err2 == nil && d > 0 && k > 0 {
			return func(src Source) Strategy { return PCT(src, d, k) }, nil
		}
	}
	return nil, fmt.Errorf("%w %q, legal are random, pos, pct:DEPTH:STEPS", ErrStrategy, name)
}
