"""Published exports to the one that may stay: after an erasure every older export of a contract goes.

A new export is published first, in the formats of the one that latest.json names, so that consumers always find one.
Where that fails its check, the older ones go all the same, and latest.json names none: nothing published may hold what
was erased.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.compiler.model import Contract
from exports.errors import ExportError
from exports.run import RAW, Order, Progress, export
from exports.shelf import Shelf, local_shelf, shelf_of
from runtime.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Bound:
    """What an export must be made from, and after, to hold nothing that was erased."""

    ledger_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The exports that went, the one that was published for them, and why there is none, by address."""

    removed: tuple[str, ...]
    published: str | None
    failure: ExportError | None


def stale(source: Contract, workspace: Workspace, bound: Bound | None) -> tuple[str, ...]:
    """The exports of a contract that may hold what was erased, by address: without a bound, all of them."""
    return tuple(shelf.address(name) for shelf in _shelves(source, workspace) for name in sorted(_stale(shelf, bound)))


def withdraw(
    source: Contract, outputs: tuple[Contract, ...], workspace: Workspace, bound: Bound | None, progress: Progress
) -> Withdrawn:
    """Publish anew and remove what is stale; an export that another process is making meanwhile is broken off.

    `bound` None says that there is no ledger to export from. Whatever happens, what is stale is gone at the end. Where
    exports go to a bucket, what an earlier run left in the workspace's own folder goes too, and nothing comes instead.
    """

    def anew(forms: tuple[str, ...]) -> str:
        order = Order(source, outputs, workspace, tuple(form for form in forms if form != RAW), RAW in forms)
        return str(export(order, progress)["path"])

    shelf, *others = _shelves(source, workspace)
    done = _withdraw(shelf, source.name, bound, anew)
    left = (_withdraw(other, source.name, bound, None) for other in others)
    return replace(done, removed=(*done.removed, *(name for one in left for name in one.removed)))


def _shelves(source: Contract, workspace: Workspace) -> tuple[Shelf, ...]:
    """Where exports go, then where they may have gone before."""
    shelf = shelf_of(workspace, source.name)
    return (shelf,) if workspace.outside is None else (shelf, local_shelf(workspace, source.name))


def _withdraw(
    shelf: Shelf, contract: str, bound: Bound | None, anew: Callable[[tuple[str, ...]], str] | None
) -> Withdrawn:
    if not shelf.used:
        return Withdrawn((), None, None)
    with shelf.held():
        shelf.break_off()
        old, pointed = _stale(shelf, bound), _pointed(shelf, contract)
        forms = tuple(shelf.manifest(pointed).get("formats", ())) if bound and pointed in old else ()
        # Of tables that are no more, but with a version that the new export may have: it would be taken for that.
        posing = {name for name in old if bound and _version(shelf, name) >= bound.ledger_version}
        _remove(shelf, contract, posing)
    published, failure = None, None
    try:
        if forms and anew:
            published = anew(forms)
    except ExportError as error:
        failure = error
    finally:
        with shelf.held():
            _remove(shelf, contract, old - posing)
    return Withdrawn(tuple(shelf.address(name) for name in sorted(old)), published, failure)


def _stale(shelf: Shelf, bound: Bound | None) -> frozenset[str]:
    return frozenset(name for name in shelf.names() if bound is None or not _fresh(shelf, name, bound))


def _fresh(shelf: Shelf, name: str, bound: Bound) -> bool:
    manifest = shelf.manifest(name)
    try:
        made_at = datetime.fromisoformat(manifest["created_at"])
    except (KeyError, TypeError, ValueError):
        return False
    return _version(shelf, name) >= bound.ledger_version and made_at >= bound.at


def _version(shelf: Shelf, name: str) -> int:
    found = shelf.manifest(name).get("ledger_version")
    return found if isinstance(found, int) else -1


def _pointed(shelf: Shelf, contract: str) -> str | None:
    """The export that latest.json names for a contract, where it is one of this shelf."""
    path = shelf.latest().get(contract, {}).get("path")
    return next((name for name in shelf.names() if shelf.path(name) == path), None)


def _remove(shelf: Shelf, contract: str, names: AbstractSet[str]) -> None:
    """Remove exports; latest.json stops naming one of them before. Call it while the shelf is held."""
    if _pointed(shelf, contract) in names:
        shelf.point(contract, None)
    for name in sorted(names):
        shelf.remove(name)
