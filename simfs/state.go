package simfs

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// State is one image of a Space, not yet made.
type State struct {
	space  *Space
	digits []uint32
}

// StateID names an image: "OP-N", the index of the latest operation before the crash
// and, in hexadecimal, the choices of the image as the digits of a mixed-radix number,
// the first one lowest. The same operations on a filesystem of the same configuration
// give the same images by the same names, in every process. All that is unsynced is
// lost in N = 0.
type StateID string

// FS returns the image: nothing is pending in it and nothing open; configuration,
// rules with their counters and the count of operations go on from the filesystem that
// the Space is of.
func (s State) FS() *FS {
	d := s.space.newDraft()
	d.make(s.digits)
	return d.image()
}

// ID returns the name of the image.
func (s State) ID() StateID {
	sum, weight, i, fits := uint64(0), uint64(1), 0, true
	var big bigID
	s.space.digits(func(c *choice) uint32 {
		digit := s.digits[i]
		i++
		high, next := bits.Mul64(weight, uint64(c.m))
		if fits && high == 0 {
			sum, weight = sum+weight*uint64(digit), next
			return digit
		}
		if fits {
			big.start(sum, weight)
			fits = false
		}
		big.add(digit, c.m)
		return digit
	})
	n := strconv.FormatUint(sum, 16)
	if !fits {
		n = big.sum.Text(16)
	}
	return StateID(strconv.FormatUint(s.space.heir.ops, 10) + "-" + n)
}

// bigID goes on where 64 bits end.
type bigID struct{ sum, weight, scratch big.Int }

func (b *bigID) start(sum, weight uint64) {
	b.sum.SetUint64(sum)
	b.weight.SetUint64(weight)
}

func (b *bigID) add(digit, radix uint32) {
	b.scratch.SetUint64(uint64(digit))
	b.sum.Add(&b.sum, b.scratch.Mul(&b.scratch, &b.weight))
	b.scratch.SetUint64(uint64(radix))
	b.weight.Mul(&b.weight, &b.scratch)
}

// State returns the image of that name. It is an error if the name is not one of this
// Space: misspelt, or of another moment or another course of operations.
func (sp *Space) State(id StateID) (State, error) {
	op, number, _ := strings.Cut(string(id), "-")
	index, err := strconv.ParseUint(op, 10, 64)
	n, ok := new(big.Int).SetString(number, 16)
	switch {
	case err != nil || !ok || n.Sign() < 0:
		return State{}, fmt.Errorf(`simfs: %q is no image, want the index of an operation, "-" and a hexadecimal number`, id)
	case index != sp.heir.ops:
		return State{}, fmt.Errorf("simfs: image %s is of a crash after operation %d, this one is after %d", id, index, sp.heir.ops)
	}
	var radix, digit big.Int
	s := State{space: sp, digits: sp.digits(func(c *choice) uint32 {
		n.DivMod(n, radix.SetUint64(uint64(c.m)), &digit)
		return uint32(digit.Uint64())
	})}
	if n.Sign() != 0 {
		return State{}, fmt.Errorf("simfs: image %s has more choices than this crash: the operations were others", id)
	}
	return s, nil
}
