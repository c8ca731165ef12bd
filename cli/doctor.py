"""`tickets doctor`: this machine to a table of what is there, what is missing, and what to do."""

import json
import textwrap
from dataclasses import asdict
from pathlib import Path

import click

from cli import options
from runtime.machine import Row, inspect
from runtime.weaknesses import weaknesses

WIDTH = 80
MARKS = {True: "ok", False: "MISSING", None: "note"}
NAME_WIDTH, MARK_WIDTH = 18, 9
UNREADY = "\nNot ready: see what is MISSING, or weak, above."

EXAMPLES = """\b
Examples:
  tickets doctor
  tickets doctor --data /mnt/big/data --json
  tickets doctor --strict                 exit with 1 over a weak setting, too
"""


@click.command(epilog=EXAMPLES)
@options.data
@click.option("--strict", is_flag=True, help="Exit with 1 over a weak setting, too.")
@options.as_json
@click.pass_context
def command(ctx: click.Context, data: Path, strict: bool, as_json: bool) -> None:
    """Say what this machine has, what is missing, and what to do.

    Changes nothing and needs no network. Exits with 1 if something required is missing; a note is no obstacle
    to `tickets demo`. Rows named `weak` are settings of clients, broker and registry that let others in; what they
    mean is in docs/access.md.
    """
    weak = weaknesses(data)
    rows = [*inspect(data), *weak]
    healthy = all(row.ok is not False for row in rows) and not (strict and any(row.ok is None for row in weak))
    if as_json:
        click.echo(json.dumps({"ok": healthy, "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        click.echo("\n".join(line for row in rows for line in lines(row)))
        click.echo("\nReady: `tickets demo` runs the whole way once." if healthy else UNREADY)
    ctx.exit(0 if healthy else 1)


def lines(row: Row) -> list[str]:
    """A row as lines of at most 80 columns: name, mark, what was found, and the remedy under it."""
    indent = " " * (NAME_WIDTH + MARK_WIDTH)
    head = f"{row.name:<{NAME_WIDTH}}{MARKS[row.ok]:<{MARK_WIDTH}}"
    found = textwrap.wrap(row.found, WIDTH, initial_indent=head, subsequent_indent=indent)
    remedy = textwrap.wrap(row.remedy or "", WIDTH, initial_indent=indent + "-> ", subsequent_indent=indent + "   ")
    return found + remedy
