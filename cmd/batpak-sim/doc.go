// The batpak-sim command simulates the batpak engine through crashes, torn writes
// and racing publishes, one seed after the other, and tells whether what the
// engine promises held.
//
//	batpak-sim --seed 1                               every scenario under one seed
//	batpak-sim --seeds 1..20000                       a sweep, spread over all processors
//	batpak-sim --seeds 1.. --for 1h --resume f        an hour of it, and an hour more the next time
//	batpak-sim --scenario crash --seed 17 --trace t   one run, event by event into the file t
//	batpak-sim --scenario crash --seed 17 --html f    one run as a page: what was promised, what happened
//	batpak-sim --seeds 1..2000 --html f               a sweep as a page: what was found, and what was met
//	batpak-sim --seeds 1..2000 --junit f              a sweep for what reads the XML of JUnit
//	batpak-sim --seeds 1..2000 --history f            a line about the sweep added to the file f
//	batpak-sim trend f                                the sweeps of that file one behind the other
//	batpak-sim explore --scenario crash               every schedule to a bound, every crash image
//	batpak-sim replay FILE                            a recorded run again
//	batpak-sim replay FILE --story                    and what led to its result, event by event
//	batpak-sim shrink FILE                            the least of it that still fails
//	batpak-sim export FILE                            a Go test of it
//	batpak-sim corpus verify                          the runs that every build must repeat
//	batpak-sim list                                   scenarios, oracles, fault levels
//	batpak-sim defects                                defects put into the engine, and the seeds that find them
//	batpak-sim mutate ./...                           small faults of any module's packages, and the tests that miss them
//
// # Model
//
// A run is one scenario under one seed; the seed, the fault level, the number of
// steps and the build fix it wholly. The runs of an invocation are those of every
// seed through every scenario, and they are reported in that order, whatever the
// number of processors.
//
// # Contract
//
// Standard output has the report and nothing else: for people, or with --json one
// object a line for every run, with nothing in it that differs between two
// invocations but what mutate measures. With --github annotations follow the report. Standard error has what is wrong with the arguments, in one line,
// and the progress of what takes longer than two seconds: a bar on a terminal, a line
// every ten seconds elsewhere, and there nothing with --json. Colours are in the bar and in
// the story of a replay only, and there on a terminal without NO_COLOR.
//
// The exit code is
//
//	0  if every run passed,
//	1  if an oracle found a violation,
//	2  if the arguments are wrong, the output cannot be written, or the harness is at fault,
//	3  if a run hit a bound, or the sweep was interrupted, with no violation so far,
//	4  if --check-determinism saw two runs of one seed that differ,
//	5  if a sweep of a thousand runs or more has not tried what it is there to try.
//
// Of several that apply it is the last in the order 0, 3, 5, 1, 2, 4: a run that differs
// makes every other result doubtful.
//
// An interrupt lets the runs that have begun end and reports on what was done. A
// second one ends the program at once.
//
// # Limits
//
// A run that never reaches a yield point hangs, and so does its sweep. The trace
// of a run is held in memory until it is written.
package main
