"""Files of JSON lines to the same files without the lines of erased persons: what a producer kept aside.

A line is looked through as it is, and in every text in it, which may be the base64 of a record's value or key. One
that is cut off is searched like any bytes.
"""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processing.traces import Traces
from runtime.files import try_lock, write_atomically


def theirs(path: Path, traces: Traces) -> int:
    """How many lines of a file are the sought persons'."""
    return sum(_is_theirs(line, traces) for line in path.read_bytes().splitlines())


def strike(path: Path, traces: Traces) -> int | None:
    """Remove their lines; how many. None, and nothing changed, where a process still writes the file.

    The file is replaced as a whole, with its mode; one of which nothing is left is removed.
    """
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if not try_lock(handle):
            return None
        before = os.fstat(handle)
        found = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in found if not _is_theirs(line, traces)]
        if len(kept) == len(found):
            return 0
        if not _unchanged(path, before):
            return None
        if kept:
            write_atomically(path, b"".join(kept), before.st_mode & 0o777)
        else:
            path.unlink()
        return len(found) - len(kept)
    finally:
        os.close(handle)


def _unchanged(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return os.path.samestat(now, before) and now.st_size == before.st_size


def _is_theirs(line: bytes, traces: Traces) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return traces.in_value(line)
    return any(_holds(text, traces) for text in _texts(row))


def _holds(text: str, traces: Traces) -> bool:
    """A text that may be base64 is both: an id may look like it."""
    try:
        inner = base64.b64decode(text, validate=True)
    except ValueError:  # is no base64, or no ASCII
        return traces.in_value(text.encode("utf-8", "replace"))
    return traces.in_value(inner) or traces.in_text(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below)
