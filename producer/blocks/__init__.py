"""Contract to events in blocks: what `payloads` makes one at a time, as lines and several times as fast."""
