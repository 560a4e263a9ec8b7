package simfs

// partition is a set of numbers, parted.
type partition []int

func newPartition(n int) partition {
	p := make(partition, n)
	for i := range p {
		p[i] = i
	}
	return p
}

func (p partition) find(i int) int {
	for p[i] != i {
		p[i] = p[p[i]]
		i = p[i]
	}
	return i
}

// join makes two parts one; the smallest member stands for it.
func (p partition) join(i, j int) {
	i, j = p.find(i), p.find(j)
	p[max(i, j)] = min(i, j)
}

// groups lists the parts by their smallest member, each ascending.
func (p partition) groups() [][]int {
	var out [][]int
	at := map[int]int{}
	for i := range p {
		root := p.find(i)
		if _, ok := at[root]; !ok {
			at[root] = len(out)
			out = append(out, nil)
		}
		out[at[root]] = append(out[at[root]], i)
	}
	return out
}
