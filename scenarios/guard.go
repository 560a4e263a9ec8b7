package scenarios

import (
	"fmt"
	"reflect"
	"runtime/debug"

	"github.com/batpak/batpak-sim/sim"
)

// guarded carries out a run. A panic outside the simulated tasks is the harness's
// own fault, and the other runs are not to suffer from it.
func guarded(run runFunc, config Config) (result Result) {
	defer func() {
		if v := recover(); v != nil {
			result = brokenRun(config, fmt.Sprintf("panic: %v", v))
			result.Stack = string(debug.Stack())
		}
	}()
	result, err := run(config)
	if err != nil {
		return brokenRun(config, err.Error())
	}
	return result
}

func brokenRun(c Config, reason string) Result {
	return Result{
		Scenario: c.Scenario, Seed: c.Seed, FaultMode: c.Faults, Steps: c.Steps, Strategy: c.Strategy, Without: c.Without,
		Verdict: HarnessError, Reason: reason, Outcome: Unended,
	}
}

// twice carries out a run two times and compares what came of it.
func twice(run runFunc, config Config) Result {
	first, second := guarded(run, config), guarded(run, config)
	first.Checked, second.Checked = true, true
	if d := difference(first, second); d != "" {
		first.Verdict = Nondeterministic
		first.Reason = d + "\n" + divergence(run, config)
	}
	return first
}

// difference names the first field in which two results differ, with both values.
// The stack of a panic is not the same in every run.
func difference(a, b Result) string {
	if a.Digest != b.Digest {
		return fmt.Sprintf("Digest: %v and %v", a.Digest, b.Digest)
	}
	a.Stack, b.Stack = "", ""
	one, two := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range one.NumField() {
		x, y := one.Field(i).Interface(), two.Field(i).Interface()
		if !reflect.DeepEqual(x, y) {
			return fmt.Sprintf("%s: %+v and %+v", one.Type().Field(i).Name, x, y)
		}
	}
	return ""
}

// divergenceTries bounds how often a run that was seen to differ is repeated with
// its whole trace kept: what differs need not differ every time.
const divergenceTries = 8

// divergence repeats a run until two traces differ and shows where.
func divergence(run runFunc, config Config) string {
	config.Keep = sim.KeepAll
	one := guarded(run, config).Trace
	for range divergenceTries {
		if m := sim.Compare(one, guarded(run, config).Trace); m != nil {
			return m.Error()
		}
	}
	return fmt.Sprintf("the traces of %d further runs were all the same", divergenceTries+1)
}
