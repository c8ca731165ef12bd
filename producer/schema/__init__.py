"""Contract to JSON Schema, and the verdict by it."""
