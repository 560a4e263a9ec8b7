package simfs

import "fmt"

// Profile names a filesystem on a device: which images of a crash are legal, what a
// nil from Sync guarantees, and what a failed sync leaves. The package comment says
// what each rests on.
type Profile uint8

// The profiles, from the one that promises least to the one that promises most.
// Every image that one of them allows is allowed by PosixStrict too.
const (
	PosixStrict   Profile = iota // what POSIX and the disk promise together: any dependency-closed subset
	Ext4Writeback                // ext4, data=writeback: metadata in order, data whenever, stale blocks in gaps
	Ext4Ordered                  // ext4 as it is mounted by default: metadata in order, data whenever, zeros in gaps
	Btrfs                        // metadata in order, a size only with its data, a sync takes the names along
	ZFSLike                      // everything in the order of the program
	profileEnd
)

var profileNames = [profileEnd]string{
	PosixStrict: "posix-strict", Ext4Writeback: "ext4-writeback", Ext4Ordered: "ext4-ordered", Btrfs: "btrfs", ZFSLike: "zfs-like",
}

// Profiles lists the legal values.
func Profiles() []Profile {
	out := make([]Profile, profileEnd)
	for i := range out {
		out[i] = Profile(i)
	}
	return out
}

func (p Profile) String() string {
	if p >= profileEnd {
		return fmt.Sprintf("Profile(%d)", uint8(p))
	}
	return profileNames[p]
}

// ParseProfile returns the profile of that name.
func ParseProfile(name string) (Profile, error) {
	for i, n := range profileNames {
		if n == name {
			return Profile(i), nil
		}
	}
	return 0, fmt.Errorf("simfs: unknown profile %q, legal are %v", name, Profiles())
}

// WholeCall as Config.Unit makes all bytes of one write survive together.
const WholeCall = -1

// Knobs depart from a profile. The zero value departs in nothing.
type Knobs struct {
	TornUnits        bool // a unit may be torn: half of it new, either half, or filler over all that was written
	CollateralSector bool // a write to a part of a unit may leave filler in the rest of it
	RenameSplit      bool // a rename may leave both names, or none
	NoReplaceFlush   bool // renaming over a file does not submit its data: noauto_da_alloc
	NoDelalloc       bool // a growth goes with the metadata and brings its data along: nodelalloc
	DataJournal      bool // data goes through the journal, in the order of the program: data=journal
}

// scope is what a sync makes durable beside the inode that it is called for.
type scope uint8

const (
	scopeInode    scope = iota // nothing
	scopeNames                 // its names and those of the directories above
	scopeTree                  // every change of a directory entry so far
	scopeMetadata              // every change of metadata so far
	scopeAll                   // everything so far
)

// traits are what a profile and its knobs come to.
type traits struct {
	unit       int64 // bytes, or WholeCall
	ordered    bool  // metadata survives as a prefix of its order
	dataJoins  bool  // and data is a part of that order
	growJoins  bool  // and growth is, with the data that it brought
	sizeFirst  bool  // a growth may survive without its data
	stale      bool  // a gap may hold filler beside zeros
	flush      bool  // renaming over a file makes its growth go with the rename
	sync       scope
	failed     syncFailure // what a failed sync leaves if its rule does not say
	split      bool        // see Knobs.RenameSplit
	torn       bool        // see Knobs.TornUnits
	collateral bool        // see Knobs.CollateralSector
}

var profileTraits = [profileEnd]traits{
	PosixStrict:   {unit: 512, sizeFirst: true, stale: true, sync: scopeInode, failed: cacheKept},
	Ext4Writeback: {unit: 4096, ordered: true, sizeFirst: true, stale: true, sync: scopeMetadata, failed: cacheKept},
	Ext4Ordered:   {unit: 4096, ordered: true, sizeFirst: true, flush: true, sync: scopeMetadata, failed: cacheKept},
	Btrfs: {
		unit: 4096, ordered: true, sync: scopeNames,
		failed: syncFailure{CacheRevert, MetadataRollback, ReportNow, UnitsAll},
	},
	ZFSLike: {
		unit: WholeCall, ordered: true, dataJoins: true, sync: scopeTree,
		failed: syncFailure{CacheKeepDirty, MetadataRollback, ReportNow, UnitsAll},
	},
}

// cacheKept is what ext4 and XFS do.
var cacheKept = syncFailure{CacheKeepNew, MetadataPersist, ReportNow, UnitsAll}

// traits are those of a configuration that is valid.
func (c *Config) traits() traits {
	t := profileTraits[c.Profile]
	k := &c.Knobs
	if k.DataJournal {
		t.ordered, t.dataJoins, t.flush, t.stale, t.sync = true, true, false, false, scopeAll
		t.failed.report = ReportNext
	}
	if k.NoDelalloc {
		t.growJoins = true
	}
	if k.NoReplaceFlush {
		t.flush = false
	}
	if c.Unit != 0 {
		t.unit = int64(c.Unit)
	}
	t.split, t.torn, t.collateral = k.RenameSplit, k.TornUnits, k.CollateralSector
	return t
}

// problems says which knobs mean nothing on the profile.
func (k *Knobs) problems(p Profile) []string {
	var out []string
	t := profileTraits[p]
	if k.NoReplaceFlush && !t.flush {
		out = append(out, fmt.Sprintf("knob NoReplaceFlush: profile %s does not flush on replacing; leave it out", p))
	}
	if k.NoDelalloc && t.sync != scopeMetadata {
		out = append(out, fmt.Sprintf("knob NoDelalloc: only the ext4 profiles delay allocation, not %s; leave it out", p))
	}
	if k.DataJournal && t.sync != scopeMetadata {
		out = append(out, fmt.Sprintf("knob DataJournal: only the ext4 profiles have a data journal, not %s; leave it out", p))
	}
	if k.DataJournal && k.NoDelalloc {
		out = append(out, "knobs DataJournal and NoDelalloc: data in the journal is in order already; leave NoDelalloc out")
	}
	return out
}
