"""`tickets watch`: a running job on one page: its rates, its lag, what it refuses, the last export and audit."""

from cli.watch.command import command

__all__ = ["command"]
