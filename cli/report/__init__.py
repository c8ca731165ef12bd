"""`tickets report`: facts of a run, gathered section by section, and one HTML page drawn from them."""

from cli.report.command import command as command
