package mutation

// checkpointDefects are about where consumers resume: the files of checkpoints, and what is believed of them.
func checkpointDefects() []Defect {
	return []Defect{
		{
			Name:    "no-checkpoint-crc",
			Summary: "a checkpoint is believed whatever its checksum",
			Clause:  "X-11",
			File:    "core/checkpoint.go",
			Old:     "envelopeCRC(b); got != want {",
			New:     "envelopeCRC(b); got != want && len(b) == 0 {",
		},
		{
			Name:    "no-lineage-check",
			Summary: "a checkpoint of another log is taken for one of this",
			Clause:  "X-12",
			File:    "core/resume.go",
			Old:     "if !cp.Upstream && cp.Lineage != c.store.lineage {",
			New:     "if cp.Upstream && cp.Lineage != c.store.lineage && cp.Region == \"\\x00\" {",
		},
		{
			Name:    "identity-forgets-the-clock",
			Summary: "regions that differ in their clocks share an identity",
			Clause:  "X-12",
			File:    "core/region.go",
			Old:     "\t\tclock = r.clock.String()\n\t}\n\tif r.has(axisLane) {\n\t\tlane = strconv.",
			New:     "\t\tclock = \"*\"\n\t}\n\tif r.has(axisLane) {\n\t\tlane = strconv.",
		},
		{
			Name:    "cursors-folder-without-sync",
			Summary: "the name of the folder of checkpoints is not made durable",
			Clause:  "X-13",
			File:    "core/checkpoint_files.go",
			Old:     "\tif err := syncDir(f.fs, f.dir); err != nil {\n\t\treturn fmt.Errorf(\"sync data directory: %w\", err)\n\t}\n",
			New:     "",
		},
		{
			Name:    "no-lease",
			Summary: "two consumers may use one checkpoint",
			Clause:  "X-13",
			File:    "core/lease.go",
			Old:     "\tcase s.leases[id]:\n",
			New:     "\tcase s.leases[id] && s.closed:\n",
		},
		{
			Name:    "resume-reads-the-host",
			Summary: "a checkpoint is saved in the filesystem of the log and looked for in the host's",
			Clause:  "P-1",
			File:    "core/checkpoint_files.go",
			Old:     "readWhole(f.fs, path, maxCheckpointBytes)",
			New:     "readWhole(afero.NewOsFs(), path, maxCheckpointBytes)",
		},
		{
			Name:    "resume-one-too-far",
			Summary: "a cursor resumes one event behind the one after its checkpoint",
			Clause:  "P-11",
			File:    "core/resume.go",
			Old:     "position: cp.Position, event: cp.Event}\n",
			New:     "position: cp.Position + 1, event: cp.Event}\n",
		},
		{
			Name:    "checkpoint-in-place",
			Summary: "a file is written where it belongs, over the old one",
			File:    "core/durable.go",
			Old:     "\terr := writeTemp(fsys, temp, write)\n\tif err == nil {\n",
			New:     "\terr := writeTemp(fsys, path, write)\n\tif err == nil && temp == path {\n",
		},
		{
			Name:    "one-temp-for-all",
			Summary: "all checkpoints are written under one temporary name",
			File:    "core/checkpoint_files.go",
			Old:     "hashedName(id)+tempSuffix",
			New:     "\"save\"+tempSuffix",
		},
		{
			Name:    "failed-folder-sync-ignored",
			Summary: "a save is reported although its rename may not be durable",
			File:    "core/checkpoint_files.go",
			Old:     "\tif err == nil {\n\t\terr = f.syncChange()\n\t}\n",
			New:     "\tif err == nil {\n\t\t_ = f.syncChange()\n\t}\n",
		},
		{
			Name:    "rewind-keeps-the-hint",
			Summary: "a cursor that goes back does not look again at what it has passed",
			File:    "core/cursor.go",
			Old:     "\tc.scanned = 0\n",
			New:     "",
		},
		{
			Name:    "lease-kept-after-a-refusal",
			Summary: "a checkpoint that was refused stays in use",
			File:    "core/cursor.go",
			Old:     "\tif err := c.resume(ctx); err != nil {\n\t\tc.store.release(c.id)\n",
			New:     "\tif err := c.resume(ctx); err != nil {\n",
		},
	}
}
