"""Contract to valid values: what each field may hold, drawn or counted, with the boundaries met on purpose."""
