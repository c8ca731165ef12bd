"""`tickets adr index`: the table of all decisions, made from the records."""

import json
from pathlib import Path

import click

from cli import options
from cli.adr import folder


@click.command(epilog="\b\nExamples:\n  tickets adr index\n  tickets adr index --check\n")
@click.option(
    "--check",
    "--dry-run",
    "check",
    is_flag=True,
    help="Write nothing; exit with 1 where the index is not what the records say.",
)
@options.decisions
@options.as_json
def command(check: bool, where: Path, as_json: bool) -> None:
    """Write adr/README.md anew, or with --check only say whether it is fresh.

    Exit codes: 0 done; 1 --check found it stale; 2 wrong use.
    """
    read = folder.load(where)
    path, wanted = where / folder.INDEX, folder.index(read)
    fresh = path.is_file() and path.read_text("utf-8") == wanted
    if not fresh and not check:
        path.write_text(wanted, "utf-8")
    if as_json:
        said = {"ok": fresh or not check, "file": str(path), "decisions": len(read.records)}
        click.echo(json.dumps({**said, "written": not fresh and not check}))
    if check and not fresh:
        raise click.ClickException(f"{path} is not what the records say. Run `tickets adr index`.")
    if as_json:
        return
    click.echo(f"{path}: {len(read.records)} decisions{'' if fresh else ', written'}")
