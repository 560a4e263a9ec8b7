package simfs

// damage is what may be wrong with the last write that a unit has seen.
type damage uint8

const (
	damageNone   damage = iota
	damageLeft          // only its first half is new
	damageRight         // only its second half is new
	damageFiller        // filler stands where it wrote
	damageBeside        // and filler stands where it did not
	damages
)

// damages lists what may have happened to a version; nothing, last.
func (s *sizing) damageKinds(u *unit, version int) []damage {
	var out []damage
	if version > u.low {
		op := &s.ops[u.writes()[version-1]]
		from, to := max(op.off, u.start), min(op.end(), u.end)
		if mid := u.middle(); s.torn && from < mid && mid < to {
			out = append(out, damageLeft, damageRight)
		}
		if s.torn && from < to {
			out = append(out, damageFiller)
		}
		if s.collateral && (from > u.start || to < u.end) {
			out = append(out, damageBeside)
		}
	}
	return append(out, damageNone)
}

func (u *unit) middle() int64 { return u.start + (u.limit-u.start)/2 }

func (d damage) String() string {
	switch d {
	case damageLeft:
		return "only the first half"
	case damageRight:
		return "only the second half"
	case damageFiller:
		return "garbage instead"
	case damageBeside:
		return "garbage beside it"
	}
	return "nothing"
}
