"""`tickets adr check`: is each decision well written, and does it still hold?"""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from cli import options
from cli.adr import cited, confirm, folder, form
from cli.adr.evidence import evidence
from cli.adr.problems import Problem

EPILOG = """\b
Examples:
  tickets adr check
  tickets adr check --ran        # after `make test`: each test passed in it
  tickets adr check --write      # bring the index up to date first
  tickets adr check --json
"""


@click.command(epilog=EPILOG)
@click.option("--ran", is_flag=True, help="Each confirming test must have passed in the last run (build/outcomes).")
@click.option("--write", is_flag=True, help="Write the index anew before looking.")
@options.decisions
@options.as_json
def command(ran: bool, write: bool, where: Path, as_json: bool) -> None:
    """Judge every decision, and list all problems at once, each with its place and what to do.

    Form: front matter, sections, options, one sentence a line. Folder: numbers, links, who supersedes whom, the index.
    Of proposed and accepted ones: what confirms them is there and holds, and no figure has moved beyond its tolerance.

    Exit codes: 0 all hold; 1 a problem; 2 wrong use.
    """
    read = folder.load(where)
    if write:
        (where / folder.INDEX).write_text(folder.index(read), "utf-8")
    problems = judge(read, evidence(read.root, ran))
    click.echo(_document(read, problems) if as_json else describe(read, problems))
    if problems:
        raise click.exceptions.Exit(1)


def judge(read: folder.Folder, held: confirm.Evidence) -> list[Problem]:
    """Every problem, in the order of files and lines."""
    problems = folder.judge(read)
    for one in read.records:
        file = read.file(one.path)
        problems += form.judge(one, file)
        problems += confirm.judge(one, file, held)
        problems += cited.judge(one, file, held.measures)
    return sorted(problems, key=lambda problem: (problem.file, problem.line, problem.what))


def describe(read: folder.Folder, problems: list[Problem]) -> str:
    """The problems, then one line that sums up."""
    statuses = Counter(one.status for one in read.records)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    alive = [one for one in read.records if one.status in confirm.ALIVE]
    confirmed, figures = sum(len(one.confirmed) for one in alive), sum(len(one.cited) for one in alive)
    total = f"{len(read.records)} decisions ({counts}), {confirmed} confirmations, {figures} figures: "
    lines = [*map(str, problems), total + (f"{len(problems)} problems" if problems else "all hold")]
    return "\n".join(lines)


def _document(read: folder.Folder, problems: list[Problem]) -> str:
    made: dict[str, Any] = {
        "ok": not problems,
        "decisions": len(read.records),
        "problems": [asdict(problem) for problem in problems],
    }
    return json.dumps(made, indent=2, ensure_ascii=False)
