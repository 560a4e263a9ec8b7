package simfs

// token is an identity. Every node of a shared structure carries the token of
// whoever made it, and only the holder of the same token may change the node in
// place; anyone else copies it first. Giving up a token therefore freezes, at no
// cost, everything that was made under it.
type token struct{ _ byte }

// mix is the finaliser of splitmix64: a bijection that scatters close numbers.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
