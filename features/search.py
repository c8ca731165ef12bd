"""A folder to what of some texts is in it, in any form a file may hold them: rows, logs, archives, encodings."""

import base64
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq


def forms(text: bytes) -> tuple[bytes, ...]:
    """The bytes by which a text shows: itself, in hexadecimal, in UTF-16, and in base64 wherever it may begin there."""
    encoded = []
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + text)
        # Without the characters that the neighbours of the text have a part in.
        encoded.append(whole[(shift * 8 + 5) // 6 : (shift + len(text)) * 8 // 6])
    utf16 = b"".join(bytes((byte, 0)) for byte in text)
    return text, text.hex().encode(), text.hex().upper().encode(), utf16, *encoded


def found(folder: Path, texts: dict[str, bytes], skip: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """By file (relative), the names of the texts that it holds; folders named in `skip` are not looked into."""
    wanted = {name: forms(text) for name, text in texts.items()}
    hits: dict[str, set[str]] = {}
    for path in sorted(files(folder)):
        place = path.relative_to(folder)
        if place.parts[0] not in skip:
            content = b"\n".join(contents(path))
            names = {name for name, shapes in wanted.items() if any(shape in content for shape in shapes)}
            if names:
                hits[place.as_posix()] = names
    return hits


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder; what a process that is ending removes meanwhile is none."""

    def failed(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    for root, _, names in os.walk(folder, onerror=failed):
        yield from (path for name in names if (path := Path(root, name)).is_file())


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and all that it holds once it is read as what it is."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return  # removed since it was listed
    yield raw
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    if raw[:4] == b"PAR1":
        yield from _values(pq.read_table(io.BytesIO(raw), partitioning=None).to_pylist())
    if raw[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as db:
            for place in db.sql("SELECT table_schema, table_name FROM information_schema.tables").fetchall():
                yield from _values(db.table(".".join(f'"{name}"' for name in place)).fetchall())
    if raw[:1] == b"\x78":
        try:
            yield zlib.decompress(raw)
        except zlib.error:
            return


def _values(value: Any) -> Iterator[bytes]:
    """Every value at any depth, as bytes."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield str(name).encode()
            yield from _values(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _values(below)
    else:
        yield value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
