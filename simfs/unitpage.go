package simfs

// pageOfUnits is units that share a page of the file, with the pages that they came to
// in images so far: most images of a file are made of the same few pages.
type pageOfUnits struct {
	page     uint64
	from, to int // places in sizing.units
	made     map[uint64]page
}

// pagesKept bounds the pages that are kept of each page of a file.
const pagesKept = 1 << 10

// paginate sorts the units into pages; units that are no part of one stand alone and
// keep nothing, and so do all if the size depends on them.
func (s *sizing) paginate() []*pageOfUnits {
	var out []*pageOfUnits
	keeps := s.unit != WholeCall && len(s.grows) == 0
	for i := range s.units {
		at := uint64(s.units[i].start) / pageSize
		last := len(out) - 1
		if keeps && last >= 0 && out[last].page == at {
			out[last].to++
			continue
		}
		p := &pageOfUnits{page: at, from: i, to: i + 1}
		if keeps {
			p.made = map[uint64]page{}
		}
		out = append(out, p)
	}
	return out
}

// fillPage puts the units of a page into the file as they came out.
func (s *sizing) fillPage(st *state, p *pageOfUnits, fates []fate) {
	key, weight := uint64(0), uint64(1)
	for i, f := range fates {
		u := &s.units[p.from+i]
		if f.version > 0 {
			last := &s.ops[u.writes()[f.version-1]]
			st.touch(last.seq, last.when)
		}
		digit, radix := f.code(s, u)
		key += digit * weight
		weight *= radix
		if weight > 1<<48 {
			weight = 0 // too many ways to tell apart
		}
	}
	if g, ok := p.made[key]; ok && weight != 0 {
		st.data.put(p.page, g)
		return
	}
	for i, f := range fates {
		s.fill(st, &s.units[p.from+i], f)
	}
	if weight != 0 && p.made != nil && len(p.made) < pagesKept {
		p.made[key] = st.data.get(p.page)
	}
}

// code numbers what may become of a unit.
func (f fate) code(s *sizing, u *unit) (digit, radix uint64) {
	digit, radix = uint64(f.version-u.low), uint64(u.high-u.low)+1
	if s.stale {
		digit *= 2
		if f.filler {
			digit++
		}
		radix *= 2
	}
	if s.torn || s.collateral {
		digit, radix = digit*uint64(damages)+uint64(f.damage), radix*uint64(damages)
	}
	return digit, radix
}
