"""`tickets adr list`: every decision, where it stands, and whether its figures have moved."""

import json
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.adr import cited, folder
from cli.adr.evidence import evidence
from cli.adr.measures import Measures

_TITLE = 50  # so that a line has 80 columns


@click.command(epilog="\b\nExamples:\n  tickets adr list\n  tickets adr list --json | jq '.[] | select(.stale)'\n")
@options.decisions
@options.as_json
def command(where: Path, as_json: bool) -> None:
    """List number, status and title; `stale` is a decision whose figures have moved since.

    Exit codes: 0 done; 1 the folder can't be read; 2 wrong use.
    """
    read = folder.load(where)
    rows = _rows(read, evidence(read.root, ran=False).measures)
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        by = f" by {row['superseded_by']}" if row["superseded_by"] else ""
        title = row["title"] if len(row["title"]) <= _TITLE else row["title"][: _TITLE - 3].rstrip() + "..."
        status = f"{row['status']}{by}{', stale' if row['stale'] else ''}"
        click.echo(f"{row['number']}  {title:<{_TITLE}}  {status}")


def _rows(read: folder.Folder, measures: Measures) -> list[dict[str, Any]]:
    return [
        {
            "number": f"{one.number or 0:04d}",
            "title": one.title,
            "status": one.status,
            "date": one.front.get("date"),
            "superseded_by": None if one.superseded_by is None else f"{one.superseded_by:04d}",
            "stale": cited.stale(one, measures),
            "file": read.file(one.path),
        }
        for one in read.records
    ]
