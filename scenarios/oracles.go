package scenarios

// allOracles returns every oracle, fresh, over one ledger. A new oracle is a file
// of its own and a line here.
func allOracles(l *ledger) []Oracle {
	return []Oracle{
		newInvention(l),
		newGhost(l),
		newDurability(l),
		newOrder(l),
		newCheckpointHonesty(l),
		newRegionBinding(l),
		newLease(),
		newFailClosed(l),
		newFrontier(),
		newWakeup(l),
		newPromptness(),
		punctuality{},
		newAtLeastOnce(l),
		newRetention(l),
	}
}
