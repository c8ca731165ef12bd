"""Published exports to the one that may stay: after an erasure every older export of a contract goes.

A new export is published first, in the formats of the one that latest.json names, so that consumers always find one.
Where that fails its check, the older ones go all the same, and latest.json names none: nothing published may hold what
was erased.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contracts.compiler.model import Contract
from exports.errors import ExportError
from exports.publish import STAGING, Place, read_manifest
from exports.run import RAW, Order, Progress, export
from runtime.files import locked, write_atomically
from runtime.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Bound:
    """What an export must be made from, and after, to hold nothing that was erased."""

    ledger_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The folders that went, the one that was published for them, and why there is none; paths relative to --data."""

    removed: tuple[str, ...]
    published: str | None
    failure: ExportError | None


def stale(source: Contract, workspace: Workspace, bound: Bound | None) -> tuple[Path, ...]:
    """The published folders of a contract that may hold what was erased: without a bound, all of them."""
    folders = sorted(path for path in workspace.export(source.name).glob("[!.]*") if path.is_dir())
    return tuple(folder for folder in folders if bound is None or not _fresh(folder, bound))


def withdraw(
    source: Contract, outputs: tuple[Contract, ...], workspace: Workspace, bound: Bound | None, progress: Progress
) -> Withdrawn:
    """Publish anew and remove what is stale; an export that another process is making meanwhile is broken off.

    `bound` None says that there is no ledger to export from. Whatever happens, what is stale is gone at the end.
    """
    place = Place(workspace.exports, workspace.export(source.name))
    if not place.home.is_dir():
        return Withdrawn((), None, None)
    with locked(place.lock):
        for made_now in place.home.glob(f"{STAGING}*"):
            shutil.rmtree(made_now)
        old, pointed = stale(source, workspace, bound), _pointed(place, source.name)
        forms = read_manifest(pointed).get("formats", ()) if bound and pointed in old else ()
        # Of tables that are no more, but with a version that the new export may have: it would be taken for that.
        posing = {folder for folder in old if bound and _version(folder) >= bound.ledger_version}
        _remove(place, source.name, posing)
    published, failure = None, None
    try:
        if forms:
            order = Order(source, outputs, workspace, tuple(form for form in forms if form != RAW), RAW in forms)
            published = str(export(order, progress)["path"])
    except ExportError as error:
        failure = error
    finally:
        with locked(place.lock):
            _remove(place, source.name, set(old) - posing)
    return Withdrawn(tuple(folder.relative_to(workspace.root).as_posix() for folder in old), published, failure)


def _fresh(folder: Path, bound: Bound) -> bool:
    manifest = read_manifest(folder)
    try:
        made_at = datetime.fromisoformat(manifest["created_at"])
    except (KeyError, TypeError, ValueError):
        return False
    return _version(folder) >= bound.ledger_version and made_at >= bound.at


def _version(folder: Path) -> int:
    found = read_manifest(folder).get("ledger_version")
    return found if isinstance(found, int) else -1


def _pointed(place: Place, contract: str) -> Path | None:
    """The folder that latest.json names for a contract."""
    path = _latest(place).get(contract, {}).get("path")
    return None if path is None else place.exports.parent / path


def _remove(place: Place, contract: str, folders: Iterable[Path]) -> None:
    """Remove folders; latest.json stops naming one of them before. Call it under the lock."""
    gone = frozenset(folders)
    if _pointed(place, contract) in gone:
        others = {name: entry for name, entry in _latest(place).items() if name != contract}
        write_atomically(place.latest, json.dumps(others, indent=2) + "\n")
    for folder in gone:
        if folder.exists():
            shutil.rmtree(folder)


def _latest(place: Place) -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads(place.latest.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found
