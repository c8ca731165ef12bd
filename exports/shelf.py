"""Where the exports of one contract are: what a folder and a bucket each do in their own way.

An export has a name there: its ledger version, with .1 and so on where that was taken. The rules of publishing are in
publish and withdraw, once; they change what is published only while they hold the shelf.
"""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from runtime.workspace import Workspace


class Shelf(Protocol):
    """The exports of one contract, and the pointers to the newest of all contracts."""

    @property
    def used(self) -> bool:
        """Whether anything may be published, or be on its way there."""

    def staging(self) -> AbstractContextManager[Path]:
        """A new folder of this machine for the files of one export; nobody reads it, and it is gone at the end."""

    def held(self) -> AbstractContextManager[None]:
        """The right to change what is published, which one process has at a time; MachineError if it does not come."""

    def names(self) -> tuple[str, ...]:
        """Every name that is in use, be it by something that is not whole."""

    def manifest(self, name: str) -> dict[str, Any]:
        """An export's manifest; empty where it can't be read, which then equals no origin."""

    def sizes(self, name: str) -> Mapping[str, int]:
        """The files that are there, in bytes."""

    def adopt(self, staged: Path, name: str) -> None:
        """Publish a whole staging folder, manifest included, under a free name: all of it or nothing is seen."""

    def remove(self, name: str) -> None:
        """Remove an export that nothing points to."""

    def break_off(self) -> None:
        """Make every export fail that is being made now, on whichever machine."""

    def latest(self) -> Mapping[str, Mapping[str, str]]:
        """The pointers, by contract."""

    def point(self, contract: str, entry: Mapping[str, str] | None) -> None:
        """Set a contract's pointer, or take it away."""

    def path(self, name: str) -> str:
        """An export as latest.json names it."""

    def address(self, name: str) -> str:
        """An export as a person finds it."""


def shelf_of(workspace: Workspace, contract: str) -> Shelf:
    """Where a workspace publishes a contract's exports."""
    from exports.bucket_shelf import BucketShelf

    local = local_shelf(workspace, contract)
    return local if workspace.outside is None else BucketShelf(workspace.outside, contract, local)


def local_shelf(workspace: Workspace, contract: str) -> Shelf:
    """The folder of the workspace itself."""
    from exports.folder_shelf import Place

    return Place(workspace.exports, workspace.export(contract))


def pointers(text: str | None) -> dict[str, dict[str, str]]:
    """latest.json as it was read."""
    found: dict[str, dict[str, str]] = {} if text is None else json.loads(text)
    return found


def repointed(text: str | None, contract: str, entry: Mapping[str, str] | None) -> str:
    """latest.json with another pointer for one contract, and the others' as they were."""
    others = {name: one for name, one in pointers(text).items() if name != contract}
    return json.dumps({**others, **({} if entry is None else {contract: dict(entry)})}, indent=2) + "\n"
