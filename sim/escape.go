package sim

import (
	"context"
	"reflect"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
)

// fenceLabel is the profiling label by which goroutines are found that code under test has started behind the
// scheduler's back: they inherit it.
const fenceLabel = "sim.sweep"

// fenced runs f behind a new fence, and returns the stacks of the goroutines that are left of it, empty if there is none.
// It sees no goroutine that has ended by then.
func fenced(id uint64, f func()) (escaped string) {
	value := strconv.FormatUint(id, 10)
	before := runtime.NumGoroutine()
	pprof.Do(context.Background(), pprof.Labels(fenceLabel, value), func(context.Context) { f() })
	for range 1000 { // goroutines that unwound a task may be on their way out
		if runtime.NumGoroutine() <= before {
			return ""
		}
		runtime.Gosched()
	}
	return labelled(value)
}

// ours are in the stack of a goroutine that this package has started: a task, what unwinds one, or what carries one under
// the race detector, on its way out.
func ours(record string) bool {
	pkg := reflect.TypeFor[Task]().PkgPath()
	return strings.Contains(record, pkg+".(*Task).") || strings.Contains(record, pkg+".(*handover).")
}

// labelled returns those records of the goroutine profile that have the label and are not ours.
func labelled(value string) string {
	var profile, out strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return ""
	}
	for record := range strings.SplitSeq(profile.String(), "\n\n") {
		label := strconv.Quote(fenceLabel) + ":" + strconv.Quote(value)
		if strings.Contains(record, label) && !ours(record) {
			out.WriteString(record + "\n\n")
		}
	}
	return out.String()
}
