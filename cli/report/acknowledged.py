"""What producers say they sent: files of receipts, and the summary of each run that the workspace keeps.

A receipt names the place of a record, so each can be looked up in the ledger; a summary is a number alone. Neither
knows of other producers on the same topic.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.produce.kept import kept_in, runs
from cli.report.opened import Missing, Opened, Subject

_RECEIPTS = """
SELECT DISTINCT "partition", "offset"
FROM read_json($files, format = 'newline_delimited', ignore_errors = true,
    columns = {'id': 'VARCHAR', 'partition': 'INTEGER', 'offset': 'BIGINT'})
WHERE "partition" IS NOT NULL AND "offset" IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`records` that a broker acknowledged. `by` is receipts or summary, `files` where that stands.

    `absent` are those whose place the ledger does not have; null where places are not known.
    """

    by: str
    files: tuple[str, ...]
    records: int
    absent: int | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What never reached the topic: records in the outbox, and lines of a producer's file that were refused."""

    outbox: int
    refused: int


def acknowledged(subject: Subject, opened: Opened | Missing, named: Sequence[Path]) -> Acknowledged | Missing:
    """From the receipts that are named, else those in the workspace, else the kept summaries."""
    files = tuple(named) or tuple(_receipts(subject))
    if files and isinstance(opened, Opened):
        opened.db.execute(f"CREATE OR REPLACE TEMP TABLE receipts AS {_RECEIPTS}", {"files": [str(f) for f in files]})
        (records,) = opened.row("SELECT count(*) FROM receipts")
        (absent,) = opened.row(
            'SELECT count(*) FROM receipts AS r ANTI JOIN ledger AS l ON l."partition" = r."partition" '
            'AND l."offset" = r."offset"'
        )
        return Acknowledged("receipts", tuple(_shown(f, subject) for f in files), records, absent)
    return _summed(subject, opened)


def _summed(subject: Subject, opened: Opened | Missing) -> Acknowledged | Missing:
    """The runs that the workspace keeps, added up; they say neither where a record is nor when it was read."""
    name, found = subject.source.name, runs(subject.workspace, subject.source.name)
    receipts = f"tickets produce {name} --receipts {os.path.relpath(subject.workspace.root)}/receipts.jsonl"
    brokers = sorted({run.broker for run in found})
    if not found:
        return Missing("no producer has left receipts or a summary in this workspace", receipts)
    if len(brokers) > 1:
        return Missing(f"producers of this workspace sent to {' and '.join(brokers)}, and left no receipts", receipts)
    if isinstance(opened, Opened) and opened.version < opened.newest:
        said = f"version {opened.version} of the ledger is not its newest, and a summary does not say what it had read"
        return Missing(said, f"tickets report {name}")
    kept = kept_in(subject.workspace, name)
    return Acknowledged("summary", (_shown(kept, subject),), sum(run.acknowledged for run in found), None)


def _receipts(subject: Subject) -> Iterator[Path]:
    """Files of receipts in the workspace: they do not name their topic, so only where it has one ledger."""
    from producer.receipts import BEGIN
    from runtime.delta import is_table

    topics = [one for one in subject.folder.newest() if one.rows == "event"]
    if sum(is_table(subject.workspace.tables(one.name) / "ledger") for one in topics) > 1:
        return
    for folder in (subject.workspace.root, subject.workspace.root / "receipts"):
        for file in sorted(folder.glob("*.jsonl")):
            with file.open("rb") as lines:
                if lines.read(len(BEGIN)) == BEGIN:
                    yield file


def waiting(subject: Subject) -> Waiting:
    """Lines in the outbox and of refused files."""
    name, root = subject.source.name, subject.workspace.root
    return Waiting(_lines(root / "outbox", name), _lines(subject.workspace.refused, name))


def _lines(folder: Path, contract: str) -> int:
    return sum(_count(file) for file in folder.glob(f"{contract}-*.jsonl"))


def _count(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(piece.count(b"\n") for piece in iter(lambda: lines.read(1 << 20), b""))


def _shown(file: Path, subject: Subject) -> str:
    root = subject.workspace.root
    return file.resolve().relative_to(root).as_posix() if file.resolve().is_relative_to(root) else file.name
