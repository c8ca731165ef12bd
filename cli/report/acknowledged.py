"""What producers say they sent: files of receipts, and a summary that the workspace keeps.

A receipt names the place of a record, so each can be looked up in the ledger; a summary is a number alone. Neither
knows of other producers on the same topic.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.report.opened import Missing, Opened, Subject
from runtime.files import write_atomically
from runtime.workspace import Workspace

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


def keep(workspace: Workspace, contract: str, summary: dict[str, Any]) -> None:
    """Keep the summary of a producer's run in the workspace, in place of an earlier one."""
    write_atomically(_kept(workspace, contract), json.dumps(summary, default=str) + "\n")


def _kept(workspace: Workspace, contract: str) -> Path:
    return workspace.root / "produced" / f"{contract}.json"


def acknowledged(subject: Subject, opened: Opened | Missing, named: Sequence[Path]) -> Acknowledged | Missing:
    """From the receipts that are named, else those in the workspace, else a kept summary."""
    files = tuple(named) or tuple(_receipts(subject))
    if files and isinstance(opened, Opened):
        opened.db.execute(f"CREATE OR REPLACE TEMP TABLE receipts AS {_RECEIPTS}", {"files": [str(f) for f in files]})
        (records,) = opened.row("SELECT count(*) FROM receipts")
        (absent,) = opened.row(
            'SELECT count(*) FROM receipts AS r ANTI JOIN ledger AS l ON l."partition" = r."partition" '
            'AND l."offset" = r."offset"'
        )
        return Acknowledged("receipts", tuple(_shown(f, subject) for f in files), records, absent)
    kept = _kept(subject.workspace, subject.source.name)
    try:
        records = int(json.loads(kept.read_text("utf-8"))["acknowledged"])
    except (OSError, ValueError, KeyError, TypeError):
        command = (
            f"tickets produce {subject.source.name} --receipts {os.path.relpath(subject.workspace.root)}/receipts.jsonl"
        )
        return Missing("no producer has left receipts or a summary in this workspace", command)
    return Acknowledged("summary", (_shown(kept, subject),), records, None)


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
