// Package reports shows what simulated runs came to: to people in a terminal, to
// programs as JSON, and event by event in a file.
//
// # Model
//
// A report is a rendering of a [scenarios.Result] or a [scenarios.Summary]. There
// are three for people: [WriteRuns], the few runs of one seed, read in ten
// seconds; [WriteSweep], the sum of very many; and the findings, which both of them
// include: what a run that did not pass expected and saw, its last events, and
// the line that reproduces it. A [Story] is a single run in plain data, made for reading,
// and [WriteStory] makes one page of it: the promise and what became of it, the timeline, the
// decisions that make the run, the disk at every power cut, and the nearest run that
// passes. A [Campaign] is a sweep in plain data, and [WriteCampaign] makes one page of that: what
// was found how often, what was met, and how much there is still to learn. A [DefectTable]
// is a hunt for defects that were made on purpose, and [WriteDefects] makes a page of it. A [Trend] is sweeps one behind the
// other, from the lines that [WriteHistoryEntry] keeps of them. Pages need no other
// file and no network. [WriteJSON], [WriteSweepJSON], [WriteCertificateJSON], [WriteReplayJSON],
// [WriteTrace], [WriteTraceEvents], [WriteJUnit], [WriteGitHub] and [WriteMarkdown] are for programs.
//
// # Contract
//
// Nothing here runs a simulation, reads a clock or draws a number. A report is
// wholly a function of its arguments; wall-clock time is one of them, and only
// WriteRuns, WriteSweep, and what is made of a sweep as a whole have it. The bytes of WriteJSON and WriteTrace are
// therefore the same for every run of one seed by one build.
//
// Reports are plain text in UTF-8 without colour or other control sequences, on a
// terminal and in a file alike, but for [WriteStoryText], which is told what it writes to:
// the program asks for colours on a terminal only, and never with NO_COLOR. What a
// run says about itself is shown with its own line breaks and with everything
// unprintable quoted.
//
// JSON carries the number of its format in "version", and the folder schema has a JSON Schema for
// each format of the program, to which the tests hold what is really written. Fields, and verdicts, may
// be added under the same number; removing or redefining one raises it. A digest is a
// string of 16 hexadecimal digits; a seed is a number of up to 64 bits, which
// JavaScript rounds.
//
// Functions return the error of the writer and nothing else.
//
// The examples show the line that reproduces a run, and a trace.
//
// # Limits
//
// The layout of the reports for people may change at any time. They show one
// result in full for each finding, not every run.
package reports
