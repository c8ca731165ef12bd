"""`tickets adr new`: a decision begins as a proposal, with its number, today's date and the sections."""

import json
import re
import unicodedata
from datetime import date
from pathlib import Path

import click

from cli import options
from cli.adr import folder
from cli.adr.problems import AdrError

TEMPLATE = """\
---
status: proposed
date: {day}
decision-makers: {{who decides}}
---
# {title}

## Context and Problem Statement
{{What forces a decision, in two or three sentences, one a line}}.
{{The question that it answers}}?

## Decision Drivers
* {{a force, with its figure}}

## Considered Options
* {{option one}}
* {{option two}}

## Decision Outcome
Chosen option: "{{option one}}", because {{which force it resolves, and at what price}}.

### Consequences
* Good, because {{what gets better}}.
* Bad, because {{what gets worse}}.

### Confirmation
| kind | what | holds when |
|---|---|---|

| figure | as decided | tolerance |
|---|---|---|

## Pros and Cons of the Options
### {{option one}}
* Good, because {{an argument}}.
* Bad, because {{an argument}}.

### {{option two}}
* Good, because {{an argument}}.
* Bad, because {{an argument}}.

## More Information
{{What would make us decide anew}}.
"""
EPILOG = """\b
Examples:
  tickets adr new "One broker for each site"
  tickets adr new "Keep the interconnect" --supersedes 9
"""


@click.command(epilog=EPILOG)
@click.argument("title")
@click.option("--supersedes", type=click.IntRange(min=1), help="Number of the decision that it is to replace.")
@options.decisions
@options.as_json
def command(title: str, supersedes: int | None, where: Path, as_json: bool) -> None:
    """Write the next record, titled TITLE, with status `proposed`; and the index.

    TITLE says what is decided. One that exists is refused. With --supersedes, the older record keeps its status until
    the new one is accepted.

    Exit codes: 0 done; 1 refused; 2 wrong use.
    """
    read = folder.load(where)
    title = " ".join(title.split())
    _refuse(read, title, supersedes)
    number = max((one.number or 0 for one in read.records), default=0) + 1
    path = where / f"{number:04d}-{slug(title)}.md"
    text = TEMPLATE.format(day=date.today().isoformat(), title=title)
    if supersedes is not None:
        text = text.replace("\n---\n#", f"\nsupersedes: ADR-{supersedes:04d}\n---\n#", 1)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    (where / folder.INDEX).write_text(folder.index(folder.load(where)), "utf-8")
    if as_json:
        click.echo(json.dumps({"number": number, "file": str(path), "supersedes": supersedes}))
        return
    click.echo(f"{path}\nWrite it, then set its status; `tickets adr check` says what is missing.")


def _refuse(read: folder.Folder, title: str, supersedes: int | None) -> None:
    if not slug(title):
        raise click.UsageError(f"'{title}' is no title; say in a few words what is decided.")
    for one in read.records:
        if one.title.casefold() == title.casefold():
            raise AdrError(f"{read.file(one.path)} has this title already", "Change that one, or title this otherwise.")
    if supersedes is not None and supersedes not in {one.number for one in read.records}:
        raise AdrError(f"there is no record {supersedes:04d} to supersede", "See `tickets adr list`.")


def slug(title: str) -> str:
    """A title as a file's name has it: small letters without accents, digits, hyphens; at most 60 characters."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
