"""The command `tickets`: the one place that wires the rooms; one file per subcommand."""
