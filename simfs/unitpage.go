package simfs

// pageOfUnits is units that share a page of the file, with the pages that they came to
// in images so far: most images of a file are made of the same few pages.
type pageOfUnits struct {
	page     uint64
	from, to int // places in sizing.units
	keeps    bool
	made     map[uint64]page // nil = none, and the first page is not kept: it may be the only one
}

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
		out = append(out, &pageOfUnits{page: at, from: i, to: i + 1, keeps: keeps})
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
		digit, radix := s.codeOf(f, u)
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
	switch {
	case !p.keeps || weight == 0:
	case p.made == nil:
		p.made = map[uint64]page{}
	case len(p.made) < waysKept:
		p.made[key] = st.data.get(p.page)
	}
}
