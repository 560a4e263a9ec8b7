package sim

// Reads is a yield point before the task reads what goes by the name object: a variable, a file, a key. It declares
// that until its next such place the task reads that and changes nothing that is shared, save by calls of this package.
func (s *Sim) Reads(object string) { s.access(SiteRead, object) }

// Writes is as Reads, for a task that reads and changes the object.
func (s *Sim) Writes(object string) { s.access(SiteWrite, object) }

func (s *Sim) access(kind, object string) {
	if t := s.acting(); t != nil {
		s.points.hit(t, object)
		s.pause(t, kind, object)
	}
}
