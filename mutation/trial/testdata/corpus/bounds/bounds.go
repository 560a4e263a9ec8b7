// Package bounds has one boundary that its tests know and one that they do not.
package bounds

// Adult is tested on its boundary.
func Adult(age int) bool {
	return age >= 18
}

// Senior is tested far from its boundary.
func Senior(age int) bool {
	if age > 65 {
		return true
	}
	return false
}

// Late is accepted as it is.
func Late(hour int) bool {
	return hour > 22 //mutation:ignore nobody is up at that hour
}
