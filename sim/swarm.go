package sim

import "strings"

// LabelSwarm is the label under which [Swarm] draws.
const LabelSwarm = "swarm"

// Swarm switches each feature fully off with probability 1/2, for the life of the source (Groce, Zhang, Eide, Chen, Regehr:
// Swarm Testing, ISSTA 2012): what hides a failure in one run is thus absent from another. A feature is a label, or a prefix
// of labels that ends before a slash; draws under the labels of one that is off are answered with 0.
func Swarm(src Source, features ...string) Source {
	w := swarm{src: src}
	for _, f := range features {
		if src.Draw(LabelSwarm, 2) == 0 {
			w.off = append(w.off, f)
		}
	}
	return Drive(w, strategyOf(src))
}

type swarm struct {
	src Source
	off []string
}

func (w swarm) Draw(label string, n uint64) uint64 {
	if n == 0 {
		panic("sim: Draw from an empty range")
	}
	for _, feature := range w.off {
		if under(feature, label) {
			return 0
		}
	}
	return w.src.Draw(label, n)
}

// under tells whether label is group or begins with it and a slash.
func under(group, label string) bool {
	rest, ok := strings.CutPrefix(label, group)
	return ok && (rest == "" || rest[0] == '/')
}
