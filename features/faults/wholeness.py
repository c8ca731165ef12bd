"""Published folders to what is not whole about them: files, hashes, rows in every format, the pointer, the ledger."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from features.faults.clients import TOPIC

MANIFEST = "manifest.json"
RAW = "rejected_raw.jsonl"  # of no table


class Exports:
    """The exports of a workspace. A folder that was whole is looked at again only by size and time, unless `anew`."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._seen: dict[Path, tuple[Any, ...]] = {}

    def broken(self, *, anew: bool) -> list[str]:
        """One sentence for each thing that is not whole."""
        home = self._data / "exports" / TOPIC
        folders = [path for path in sorted(home.glob("*")) if not path.name.startswith(".")]
        said = [complaint for folder in folders for complaint in self._of(folder, anew)]
        return [*said, *self._pointer()]

    @property
    def count(self) -> int:
        """How many folders were found whole so far."""
        return len(self._seen)

    def _of(self, folder: Path, anew: bool) -> list[str]:
        state = tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.iterdir()))
        if self._seen.get(folder) == state and not anew:
            return []
        changed = folder in self._seen and self._seen[folder] != state
        said = [f"{folder.name} was changed after it was published"] * changed
        said += [f"{folder.name}: {complaint}" for complaint in _complaints(folder, self._data)]
        if not said:
            self._seen[folder] = state
        return said

    def _pointer(self) -> Iterator[str]:
        """latest.json is absent before the first export, and then always names a folder that is there."""
        path = self._data / "exports" / "latest.json"
        if not path.exists():
            return
        try:
            named = self._data / json.loads(path.read_text("utf-8"))[TOPIC]["path"]
        except (ValueError, KeyError) as error:
            yield f"latest.json can't be read: {error!r}"
            return
        if not (named / MANIFEST).is_file():
            yield f"latest.json names {named.name}, which is not there"


def _complaints(folder: Path, data: Path) -> Iterator[str]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        yield f"no manifest ({type(error).__name__})"
        return
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    yield from (f"{name} is not in the manifest" for name in sorted(present - manifest["files"].keys()))
    yield from (f"{name} is missing" for name in sorted(manifest["files"].keys() - present))
    if present != manifest["files"].keys():
        return
    for name, said in manifest["files"].items():
        content = (folder / name).read_bytes()
        if (len(content), hashlib.sha256(content).hexdigest()) != (said["bytes"], said["sha256"]):
            yield f"{name} is not the file that the manifest describes"
            return
    yield from _rows(folder, manifest)
    yield from _ledger(manifest, data)


def _rows(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every format of a table has as many rows as the manifest says."""
    for table, said in manifest["tables"].items():
        for name in said["files"]:
            found = COUNTERS[Path(name).suffix](folder / name, table)
            if found != said["rows"]:
                yield f"{name} has {found} rows of {table}, the manifest says {said['rows']}"


def _ledger(manifest: Mapping[str, Any], data: Path) -> Iterator[str]:
    """What was published is the ledger at the version that the manifest names."""
    import polars as pl

    ledger = pl.scan_delta(data / "tables" / TOPIC / "ledger", version=manifest["ledger_version"])
    counted = ledger.select("outcome").collect()["outcome"].value_counts()
    found = {row["outcome"]: row["count"] for row in counted.to_dicts()}
    if found != manifest["outcomes"]:
        yield f"outcomes are {manifest['outcomes']}, the ledger had {found}"
    if found.get("accepted", 0) != manifest["tables"]["tickets"]["rows"]:
        yield f"{manifest['tables']['tickets']['rows']} tickets, the ledger had {found.get('accepted', 0)} accepted"


def _lines(file: Path, _: str) -> int:
    return sum(1 for line in file.read_text("utf-8").split("\n") if line)


def _records(file: Path, _: str) -> int:
    import csv

    csv.field_size_limit(1 << 30)
    with file.open(encoding="utf-8", newline="") as text:
        return sum(1 for _ in csv.reader(text)) - 1


def _parquet(file: Path, _: str) -> int:
    import pyarrow.parquet as pq

    return int(pq.ParquetFile(file).metadata.num_rows)


def _duckdb(file: Path, table: str) -> int:
    import duckdb

    with duckdb.connect(str(file), read_only=True) as db:
        return int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


COUNTERS: Mapping[str, Callable[[Path, str], int]] = {
    ".jsonl": _lines,
    ".csv": _records,
    ".parquet": _parquet,
    ".duckdb": _duckdb,
}
