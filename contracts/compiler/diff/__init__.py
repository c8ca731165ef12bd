"""Two versions of a contract to findings: what changed, whom it breaks, and an event that proves it."""
