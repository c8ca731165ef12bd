"""Outbox files to topic: what stands there is sent again as it is, oldest file first, and leaves its file once taken.

Nothing is made anew: bytes, key, headers and time are those of the first try. A file is written anew when all of it
has been tried, by one rename: a kill before leaves it whole, its records then go twice, and their event ids tell. Lines
that can't be read (a producer was killed while it wrote) are kept aside, and the rest goes on. Other topics' lines
stay.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from producer.causes import Failure
from producer.event import Record
from producer.outbox import MODE, held, record_of
from producer.run import Control, in_time
from producer.send import Sender
from runtime.files import sync_folder, write_atomically

ASIDE = ".unreadable"


class Waiting(NamedTuple):
    """One file with something to send, and its size in bytes."""

    path: Path
    size: int


@dataclass(slots=True)
class Resumed:
    """What became of the files: `left` records are still in them, `busy` files belong to a producer that runs.

    `aside` are files of lines that could not be read, `unreadable` how many.
    """

    files: int = 0
    left: int = 0
    unreadable: int = 0
    aside: list[Path] = field(default_factory=list)
    busy: list[Path] = field(default_factory=list)


class StandsAlready:
    """The outbox of a resume: what is not acknowledged stays where it is."""

    def put(self, record: Record, failure: Failure) -> None:
        """Nothing: its line stays in its file."""

    def flush(self) -> None:
        """Nothing is buffered."""

    def close(self) -> None:
        """Nothing is open."""


def waiting(folder: Path, topic: str, name: str) -> list[Waiting]:
    """The files with records of the topic, oldest first; those of the contract `name` too where no line can be read."""
    found = [_looked_through(path, topic, name) for path in sorted(folder.glob("*.jsonl"), key=_age)]
    return [file for file in found if file is not None]


def _age(path: Path) -> tuple[str, str]:
    """By the moment that a name ends with, whatever contract it begins with."""
    return path.stem.rpartition("-")[2], path.name


def _looked_through(path: Path, topic: str, name: str) -> Waiting | None:
    try:
        with path.open("rb") as file:
            topics = [row and row[0] for _, _, row in _rows(file)]
            size = file.tell()
    except FileNotFoundError:  # another resume has emptied it
        return None
    torn = bool(topics) and not any(topics) and path.stem.rpartition("-")[0] == name
    return Waiting(path, size) if topic in topics or torn else None


def _rows(file: BinaryIO) -> Iterator[tuple[int, bytes, tuple[str, Record] | None]]:
    """Each line with its number, and its topic and record; None where it can't be read."""
    file.seek(0)
    for number, line in enumerate(file):
        try:
            yield number, line, record_of(line)
        except ValueError:
            yield number, line, None


def resume(files: list[Waiting], topic: str, sender: Sender, control: Control) -> Resumed:
    """Send what stands in each file; after a stop, or with a broker that takes nothing, the rest is only counted."""
    done = Resumed()
    for path, _ in files:
        with held(path) as file:
            if file is not None:
                _resume_file(file, path, topic, sender, control, done)
            elif path.exists():
                done.busy.append(path)
    return done


def _resume_file(file: BinaryIO, path: Path, topic: str, sender: Sender, control: Control, done: Resumed) -> None:
    taken: set[int] = set()
    torn: dict[int, bytes] = {}
    ours = 0
    for number, line, row in _rows(file):
        control.advance(len(line))
        if row is None:
            torn[number] = line
        elif row[0] == topic:
            ours += 1
            if in_time(sender, control):
                sender.send(row[1], partial(taken.add, number))
    sender.drain()
    done.files += 1
    done.left += ours - len(taken)
    if torn:
        done.unreadable += len(torn)
        done.aside.append(_kept_aside(path, list(torn.values())))
    if taken or torn:
        _rewritten(file, path, taken | torn.keys())


def _kept_aside(path: Path, lines: list[bytes]) -> Path:
    """Beside the file, for its owner alone; what a killed resume wrote there already is not written twice."""
    aside = path.with_name(path.name + ASIDE)
    before = aside.read_bytes().splitlines(keepends=True) if aside.exists() else []
    new = [line.removesuffix(b"\n") + b"\n" for line in lines]
    write_atomically(aside, b"".join([*before, *(line for line in new if line not in before)]), MODE)
    return aside


def _rewritten(file: BinaryIO, path: Path, gone: set[int]) -> None:
    """The file without these lines, by one rename; removed where none is left."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy:
            file.seek(0)
            copy.writelines(line for number, line in enumerate(file) if number not in gone)
            copy.flush()
            os.fsync(copy.fileno())
            left = copy.tell()
        if left:
            fresh.replace(path)
        else:
            path.unlink()
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)
