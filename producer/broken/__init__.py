"""Contract to broken values: one clause at a time in a payload, or over many rows in a batch."""
