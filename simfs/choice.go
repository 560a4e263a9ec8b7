package simfs

import "math/big"

// choice is one thing that could go either way in a crash. What else there is to
// choose may depend on how it falls: a file that has lost its name has no bytes to
// lose. The choices of an image, in order, are its digits.
type choice struct {
	label      string
	m          uint32 // options; a choice of one is no choice, and no digit
	lost, kept uint32 // the options of an image without, and with, all that is unsynced
	leaf       bool   // nothing hangs on it
	by         decider
	at         int // which choice of the decider's this is

	kids  [][]*choice // by option, as far as they were asked for
	known []bool
	ways  *big.Int // of making it and all that hangs on it; nil = not counted yet
	most  [2]int32 // by side: departures possible in it, plus one; zero = not counted yet
}

// decider knows what its choices mean.
type decider interface {
	// under returns what there is to choose once a choice has fallen.
	under(at int, option uint32) []*choice

	// settle tells the draft of an image how a choice has fallen. It is called in
	// the order of the choices.
	settle(d *draft, at int, option uint32)
}

// under returns the choices that hang on the option.
func (c *choice) under(option uint32) []*choice {
	if c.leaf {
		return nil
	}
	if c.kids == nil {
		c.kids, c.known = make([][]*choice, c.m), make([]bool, c.m)
	}
	if !c.known[option] {
		c.kids[option], c.known[option] = c.by.under(c.at, option), true
	}
	return c.kids[option]
}

// walk makes every choice, in order, as pick says.
func walk(choices []*choice, pick func(*choice) uint32) {
	for _, c := range choices {
		option := uint32(0)
		if c.m > 1 {
			option = pick(c)
		}
		walk(c.under(option), pick)
	}
}

// count is the number of ways to make the choices.
func count(choices []*choice) *big.Int {
	product := big.NewInt(1)
	for _, c := range choices {
		product.Mul(product, c.count())
	}
	return product
}

func (c *choice) count() *big.Int {
	switch {
	case c.leaf:
		return new(big.Int).SetUint64(uint64(c.m))
	case c.ways == nil:
		c.ways = new(big.Int)
		under := c.under
		if c.m > manyOptions { // too much to keep
			under = func(option uint32) []*choice { return c.by.under(c.at, option) }
		}
		for option := range c.m {
			c.ways.Add(c.ways, count(under(option)))
		}
	}
	return c.ways
}
