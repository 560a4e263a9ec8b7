package scenarios

import "github.com/batpak/batpak-sim/core"

// frontier holds that visible <= durable <= written <= allocated, and that none
// moves backward within an incarnation of the process.
type frontier struct{ last core.Frontier }

func newFrontier() *frontier { return &frontier{} }

func (*frontier) Name() string { return "frontier" }

func (o *frontier) Observe(e *Event) *Violation {
	switch e.Kind {
	case EventBegan:
		o.last = core.Frontier{}
	case EventFrontier:
		f, last := e.Frontier, o.last
		if f.Visible > f.Durable || f.Durable > f.Written || f.Written > f.Allocated {
			return violation("out of order", "visible <= durable <= written <= allocated", "%+v", f)
		}
		if f.Visible < last.Visible || f.Durable < last.Durable || f.Written < last.Written || f.Allocated < last.Allocated {
			return violation("moved backward", "no watermark moves backward", "%+v, before %+v", f, last)
		}
		o.last = f
	}
	return nil
}
