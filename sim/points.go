package sim

import (
	"cmp"
	"slices"
)

// A Point is a yield point and how often it was passed.
type Point struct {
	Name  string
	Count uint64
}

type points struct {
	index map[string]*Point
	all   []*Point // in the order of first use
}

// hit counts that t passes a point.
func (p *points) hit(t *Task, name string) {
	if t.point == nil || t.point.Name != name {
		t.point = p.index[name]
		if t.point == nil {
			t.point = p.add(name)
		}
	}
	t.point.Count++
}

func (p *points) add(name string) *Point {
	if p.index == nil {
		p.index = make(map[string]*Point)
	}
	point := &Point{Name: name}
	p.index[name] = point
	p.all = append(p.all, point)
	return point
}

func (p *points) sorted() []Point {
	out := make([]Point, 0, len(p.all))
	for _, point := range p.all {
		out = append(out, *point)
	}
	slices.SortFunc(out, func(a, b Point) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
