"""The decisions as a list, for whoever shows them: the dossier, and `tickets adr list`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli.adr import folder
from cli.options import ADR


@dataclass(frozen=True, slots=True)
class Listed:
    """One decision: its number in four digits, and its file as a path in the repository."""

    number: str
    title: str
    status: str
    file: str


def records(where: Path = ADR) -> Iterator[Listed]:
    """Every decision of a folder, in the order of their numbers; AdrError where there is no folder."""
    read = folder.load(where)
    for one in read.records:
        yield Listed(f"{one.number or 0:04d}", one.title, str(one.front.get("status", "")), read.file(one.path))
