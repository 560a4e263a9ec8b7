package sim

// A Decision is one draw as it was made: Value, out of [0, N), under Label. In a decision of the schedule, Value 0 stays
// with the task that ran last or, where that cannot go on, takes the first; the others follow by id.
type Decision struct {
	Label    string
	Key      Key // which draw under the label it was; zero if that is not known
	N, Value uint64
	Choice   string // in a decision of the schedule the name of the task that goes on, otherwise empty
}

// A Key names a decision by what the code was doing, not by a count over the whole run, so that a recorded decision is
// found again after changes elsewhere: it is the Ordinal-th decision, from 1, under its label in that task at that site.
//
// In a decision of the schedule, Task is the one that ran last and Site where it stands now, of kind [SiteEnd] if it has
// ended. In any other, Task is the one that draws and Site where it was chosen last. Task is empty before the run.
type Key struct {
	Task    string
	Site    Site
	Ordinal uint64
}

// SiteEnd is the kind of site, in a [Key], of a task that has ended.
const SiteEnd = "end"

// keys finds out the keys of decisions. It learns from the choices of the schedule who is running.
type keys struct {
	last   *Task // chosen last
	counts map[counted]uint64
}

type counted struct {
	label, task string
	site        Site
}

// step is the key of the decision which task goes next; it must be asked for at every step.
func (k *keys) step() Key {
	if k.last == nil {
		return k.next(LabelSchedule, "", Site{})
	}
	if k.last.fate != "" {
		return k.next(LabelSchedule, k.last.name, Site{Kind: SiteEnd})
	}
	return k.next(LabelSchedule, k.last.name, k.last.site)
}

// draw is the key of a draw by the task that runs.
func (k *keys) draw(label string) Key {
	if k.last == nil {
		return k.next(label, "", Site{})
	}
	return k.next(label, k.last.name, k.last.site)
}

func (k *keys) next(label, task string, site Site) Key {
	if k.counts == nil {
		k.counts = make(map[counted]uint64)
	}
	c := counted{label, task, site}
	k.counts[c]++
	return Key{Task: task, Site: site, Ordinal: k.counts[c]}
}
