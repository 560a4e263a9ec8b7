package sim

// A Runner carries out one run that draws all its decisions from src, and tells how it ended. It must be possible to call
// it again and again: it builds everything anew. If src is a [Strategy] too, it decides the schedule (see [Config]).
//
// What repeats runs takes a Runner: [Explore], [Shrink]. A harness with verdicts of its own puts them into
// [Outcome.Violation].
type Runner func(src Source) Outcome

// Program returns the Runner that makes a new Sim with cfg and runs body as its first task, "main". The Source and the
// Strategy of cfg are not used, and its Trace must be nil.
func Program(cfg Config, body func(*Sim)) Runner {
	return func(src Source) Outcome {
		c := cfg
		c.Source, c.Strategy = src, nil
		return c.run(body)
	}
}

func (c Config) run(body func(*Sim)) Outcome {
	s := New(c)
	s.Go("main", func() { body(s) })
	return s.Run()
}
