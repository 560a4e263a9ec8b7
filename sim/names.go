package sim

import "strconv"

// names makes names unique, so that a name in a report means one thing.
type names map[string]int

func (n *names) unique(name string) string {
	if *n == nil {
		*n = make(names)
	}
	(*n)[name]++
	if count := (*n)[name]; count > 1 {
		return name + "#" + strconv.Itoa(count)
	}
	return name
}
