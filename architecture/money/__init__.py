"""An architecture to what it costs a month, and to leave: ranges, draws, and which input moves them most."""
