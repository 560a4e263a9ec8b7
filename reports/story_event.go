package reports

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/batpak/batpak-sim/scenarios"
	"github.com/batpak/batpak-sim/sim"
)

// historyKind and diskKind are what the kinds of events begin with that scenarios emit.
const (
	historyKind = "history/"
	diskKind    = "fs/"
)

// class is what an event is, roughly: it has a colour and a filter.
type class int

const (
	classSchedule class = iota
	classFile
	classSync
	classAppend
	classDelivery
	classCheckpoint
	classFrontier
	classFault
	classCrash
)

var classNames = [...]string{"schedule", "file", "sync", "append", "delivery", "checkpoint", "frontier", "fault", "crash"}

// kindClasses has the kinds that are not in the class of their kin.
var kindClasses = map[string]class{
	"fs/sync": classSync, "fs/syncdir": classSync,
	sim.KindKill: classCrash, sim.KindPanic: classCrash, sim.KindFail: classFault, sim.KindClock: classFault,

	historyKind + string(scenarios.EventBegan):      classCrash,
	historyKind + string(scenarios.EventOpened):     classCrash,
	historyKind + string(scenarios.EventOpenFailed): classCrash,
	historyKind + string(scenarios.EventStruck):     classFault,
	historyKind + string(scenarios.EventLied):       classFault,
	historyKind + string(scenarios.EventPlanted):    classFault,
	historyKind + string(scenarios.EventFrontier):   classFrontier,
	historyKind + string(scenarios.EventDelivered):  classDelivery,
	historyKind + string(scenarios.EventAccepted):   classDelivery,
	historyKind + string(scenarios.EventDeclined):   classDelivery,
	historyKind + string(scenarios.EventIdle):       classDelivery,
	historyKind + string(scenarios.EventUnread):     classDelivery,
	historyKind + string(scenarios.EventDrained):    classDelivery,
	historyKind + string(scenarios.EventResumed):    classCheckpoint,
	historyKind + string(scenarios.EventRefused):    classCheckpoint,
	historyKind + string(scenarios.EventSaved):      classCheckpoint,
	historyKind + string(scenarios.EventForgetting): classCheckpoint,
	historyKind + string(scenarios.EventForgotten):  classCheckpoint,
	historyKind + string(scenarios.EventTrespassed): classCheckpoint,
	historyKind + string(scenarios.EventDropping):   classCheckpoint,
	historyKind + string(scenarios.EventDropped):    classCheckpoint,
}

func classOf(e sim.Event) class {
	if c, ok := kindClasses[e.Kind]; ok {
		return c
	}
	switch {
	case strings.HasPrefix(e.Kind, diskKind):
		return classFile
	case strings.HasPrefix(e.Kind, historyKind):
		return classAppend
	}
	return classSchedule
}

// lane is who an event belongs to: the producer or consumer that it is about, or else its
// task, by one name in all incarnations.
func lane(e sim.Event) string {
	if strings.HasPrefix(e.Kind, historyKind) && e.Object != "" {
		return e.Object
	}
	if e.Task == "" {
		return "scheduler"
	}
	return e.Task[strings.LastIndex(e.Task, "/")+1:]
}

// shortKind is the kind without what is plain from the class.
func shortKind(kind string) string {
	return strings.TrimPrefix(strings.TrimPrefix(kind, historyKind), diskKind)
}

// hashes are the long names of files that no reader tells apart.
var hashes = regexp.MustCompile(`[0-9a-f]{24,}`)

// describe is what an event says besides its lane and kind.
func describe(e sim.Event) string { return shortened(described(e)) }

// shortened writes the hashes in a text in short.
func shortened(text string) string {
	return hashes.ReplaceAllStringFunc(text, func(hash string) string { return hash[:8] + "…" })
}

func described(e sim.Event) string {
	detail := strings.Trim(e.Detail, ": ")
	switch a := e.Args; e.Kind {
	case diskKind + "read", diskKind + "write":
		text := fmt.Sprintf("%s [%d,+%d)", e.Object, a[0], a[1])
		if a[2] != a[1] {
			text += fmt.Sprintf(", %d done", a[2])
		}
		return spaced(text, detail)
	case historyKind + string(scenarios.EventFrontier):
		return fmt.Sprintf("allocated %d, written %d, durable %d, visible %d", a[0], a[1], a[2], a[3])
	case historyKind + string(scenarios.EventDelivered), historyKind + string(scenarios.EventOpened), historyKind + string(scenarios.EventDrained):
		if a[0] == 0 {
			return spaced("nothing", detail)
		}
		if a[0] == 1 {
			return fmt.Sprintf("1 event, sequence %d: %s", a[1], detail)
		}
		return fmt.Sprintf("%d events, sequences %d to %d, the first is %s", a[0], a[1], a[2], detail)
	case historyKind + string(scenarios.EventAttempt):
		return fmt.Sprintf("%s, %s", detail, plural(a[3], "event"))
	case historyKind + string(scenarios.EventAcked):
		return fmt.Sprintf("%s from sequence %d%s", detail, a[0], when(a[2] > 0, ", durable"))
	case historyKind + string(scenarios.EventSynced):
		return fmt.Sprintf("all below sequence %d is durable", a[0])
	case historyKind + string(scenarios.EventResumed):
		if a[2] == 0 {
			return "from the beginning: no checkpoint"
		}
		return fmt.Sprintf("from its checkpoint at sequence %d", a[1])
	case sim.KindSwitch, sim.KindTimer:
		return spaced(detail, e.Object)
	}
	if strings.HasPrefix(e.Kind, historyKind) {
		return detail
	}
	if e.Object != "" {
		if at := strings.Index(detail, e.Object); at >= 0 { // an error says the operation, too, which is the kind
			return detail[at:]
		}
	}
	return spaced(e.Object, detail)
}

func spaced(a, b string) string { return strings.TrimSpace(a + " " + b) }

func when(is bool, text string) string {
	if is {
		return text
	}
	return ""
}
