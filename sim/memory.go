package sim

// taskBytes is what a task counts for: roughly its coroutine.
const taskBytes = 8192

// eventBytes is what an event counts for that the trace keeps: its fields, and strings that are mostly shared.
const eventBytes = 128

func (s *Sim) overMemory() bool {
	limit := s.cfg.MemoryMax
	return limit > 0 && s.held > 0 && uint64(s.held) > limit
}

// Hold tells that the code under test holds so many more bytes, or fewer if bytes is negative. Where the sum passes
// Config.MemoryMax the run ends as inconclusive, and in a task Hold does not return. The memory of the machine has no
// part in it: the same run ends in the same place everywhere.
func (s *Sim) Hold(bytes int64) {
	s.held += bytes
	if s.overMemory() && s.reason == undecided && s.phase != over {
		s.halt(MemoryBound)
	}
}
