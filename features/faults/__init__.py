"""Faults put to the running product, and what must hold whatever they hit: `make faults`, docs/promises.md."""
