"""`tickets doctor`: this machine to a table of what is there, what is missing, and what to do."""

import json
import textwrap
from dataclasses import asdict
from pathlib import Path

import click

from cli import options
from runtime.machine import Row, inspect

WIDTH = 80
MARKS = {True: "ok", False: "MISSING", None: "note"}
NAME_WIDTH, MARK_WIDTH = 18, 9

EXAMPLES = """\b
Examples:
  tickets doctor
  tickets doctor --data /mnt/big/data --json
"""


@click.command(epilog=EXAMPLES)
@options.data
@options.as_json
@click.pass_context
def command(ctx: click.Context, data: Path, as_json: bool) -> None:
    """Say what this machine has, what is missing, and what to do.

    Changes nothing and needs no network. Exits with 1 if something required is missing; a note is no obstacle
    to `tickets demo`.
    """
    rows = inspect(data)
    healthy = all(row.ok is not False for row in rows)
    if as_json:
        click.echo(json.dumps({"ok": healthy, "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        click.echo("\n".join(line for row in rows for line in lines(row)))
        click.echo("\nReady: `tickets demo` runs the whole way once." if healthy else "\nNot ready: see MISSING above.")
    ctx.exit(0 if healthy else 1)


def lines(row: Row) -> list[str]:
    """A row as lines of at most 80 columns: name, mark, what was found, and the remedy under it."""
    indent = " " * (NAME_WIDTH + MARK_WIDTH)
    head = f"{row.name:<{NAME_WIDTH}}{MARKS[row.ok]:<{MARK_WIDTH}}"
    found = textwrap.wrap(row.found, WIDTH, initial_indent=head, subsequent_indent=indent)
    remedy = textwrap.wrap(row.remedy or "", WIDTH, initial_indent=indent + "-> ", subsequent_indent=indent + "   ")
    return found + remedy
