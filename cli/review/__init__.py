"""Contract review: versions of contracts compared by replaying events, and the comparison shown to people."""
