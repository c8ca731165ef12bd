"""A staging folder to a published export: readers see all of it or nothing, in a folder as in a bucket."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from exports.folder_shelf import LOCK, Place
from exports.manifest import FILE, Origin
from exports.shelf import Shelf

__all__ = ["LOCK", "Place", "already_published", "find", "publish", "staging"]


def staging(shelf: Shelf) -> AbstractContextManager[Path]:
    """A new folder nobody reads, removed at the end unless it was published (renamed) by then."""
    return shelf.staging()


def publish(shelf: Shelf, folder: Path, manifest: Mapping[str, Any], origin: Origin) -> tuple[str, bool]:
    """(name of the published export, whether it is new). Another export of the same may have come first: then its."""
    (folder / FILE).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
    _sync(folder / FILE)
    with shelf.held():
        there = find(shelf, origin, manifest["formats"])
        name = _free(origin.ledger_version, shelf.names()) if there is None else there
        if there is None:
            shelf.adopt(folder, name)
        _point(shelf, origin.contract, name)
        return name, there is None


def already_published(shelf: Shelf, origin: Origin, formats: Iterable[str]) -> str | None:
    """The name of an export made from the same with at least these formats; latest.json then points to it."""
    wanted = tuple(formats)
    if find(shelf, origin, wanted) is None:
        return None
    with shelf.held():
        there = find(shelf, origin, wanted)
        if there is not None:
            _point(shelf, origin.contract, there)
    return there


def find(shelf: Shelf, origin: Origin, formats: Iterable[str]) -> str | None:
    """The newest whole export made from the same with at least these formats, or None."""
    wanted = set(formats)
    for name in reversed(list(_taken(origin.ledger_version, shelf.names()))):
        manifest = shelf.manifest(name)
        if origin.matches(manifest) and wanted <= set(manifest["formats"]) and _whole(manifest, shelf.sizes(name)):
            return name
    return None


def _whole(manifest: Mapping[str, Any], sizes: Mapping[str, int]) -> bool:
    """Whether every file is there in its full size."""
    return all(sizes.get(name) == entry["bytes"] for name, entry in manifest["files"].items())


def _taken(version: int, names: Iterable[str]) -> Iterator[str]:
    """The names that exports of a ledger version have, oldest first."""
    numbers = (_number(version, name) for name in names)
    return (_name(version, number) for number in sorted(number for number in numbers if number is not None))


def _number(version: int, name: str) -> int | None:
    """0 for 7, 2 for 7.2, where the version is 7; None for any other name."""
    stem, _, number = name.partition(".")
    if stem != str(version) or not (number.isdecimal() or name == stem):
        return None
    return int(number or 0)


def _name(version: int, number: int) -> str:
    return f"{version}.{number}" if number else str(version)


def _free(version: int, names: Iterable[str]) -> str:
    """The name after the newest."""
    numbers = [number for name in names if (number := _number(version, name)) is not None]
    return _name(version, max(numbers, default=-1) + 1)


def _point(shelf: Shelf, contract: str, name: str) -> None:
    """Make latest.json name this export for its contract."""
    path = shelf.path(name)
    if shelf.latest().get(contract, {}).get("path") == path:
        return
    at = datetime.now(UTC).isoformat()
    shelf.point(contract, {"version": name, "path": path, "manifest": f"{path}/{FILE}", "published_at": at})


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
