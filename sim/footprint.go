package sim

// Conflicts tells whether it may matter in which order two tasks go on from a and b: they touch the same object, and
// not both just look at it. A yield point that declares nothing may touch anything and conflicts with all but a start
// and a sleep, which touch nothing themselves.
func (a Site) Conflicts(b Site) bool { return a.touches().conflicts(b.touches()) }

// A touch is what code does to an object.
type touch struct {
	class class
	name  string
	write bool
}

// class tells apart objects of the same name.
type class uint8

const (
	touchesNothing class = iota
	touchesAll
	aMutex
	aNotifier
	aTask
	aContext
	aThing   // declared by name
	theTasks // the list of them
	theTrace
	theTime // it has moved: all that ran before comes before all that runs after
)

// touches is what is known of the code after a site.
func (a Site) touches() touch {
	switch a.Kind {
	case SiteStart, SiteSleep, SiteEnd:
		return touch{class: touchesNothing}
	case SiteLock:
		return touch{aMutex, a.Object, true}
	case SiteWait:
		return touch{aNotifier, a.Object, false}
	case SiteNotify:
		return touch{aNotifier, a.Object, true}
	case SiteCancel:
		return touch{aContext, a.Object, true}
	case SiteRead:
		return touch{aThing, a.Object, false}
	case SiteWrite:
		return touch{aThing, a.Object, true}
	case SiteJoin:
		if a.Object != "" {
			return touch{aTask, a.Object, false}
		}
	}
	return touch{class: touchesAll, write: true}
}

func (a touch) conflicts(b touch) bool {
	switch {
	case a.class == touchesNothing || b.class == touchesNothing:
		return false
	case max(a.class, b.class) == theTime || a.class == touchesAll || b.class == touchesAll:
		return true
	}
	return a.class == b.class && a.name == b.name && (a.write || b.write)
}

// footprint is what a stretch, the code from one site of a task to the next, has touched.
type footprint []touch

func (f footprint) conflicts(g footprint) bool {
	for _, a := range f {
		for _, b := range g {
			if a.conflicts(b) {
				return true
			}
		}
	}
	return false
}

// touch adds to the footprint of the running stretch.
func (s *Sim) touch(c class, name string, write bool) {
	if s.touched != nil {
		*s.touched = append(*s.touched, touch{c, name, write})
	}
}
