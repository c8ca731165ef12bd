"""Exports in a bucket: data files first, under a key prefix of their own, the manifest last, then the pointer.

So what has no manifest is no export: it is a leftover, or still on its way. One process at a time changes what is
published, by a lease in the bucket; it checks the lease before the manifest and before the pointer, and never takes a
prefix that has any object, so a process that lost its lease unawares can't mix its files with another's.

Files are made and checked in the workspace first. An erasure leaves a mark here: who began before it must not publish.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from exports.errors import ExportError
from exports.manifest import FILE
from exports.shelf import Shelf, pointers, repointed
from runtime import objects
from runtime.document import Document
from runtime.errors import MachineError
from runtime.lease import HeldError, Lease
from runtime.store import Bucket
from runtime.wait import until

MARK = ".withdrawn"  # in the bucket: changed by each withdrawal; in a staging folder: as it was when that was made
DEADLINE_S = 600.0  # an upload may take long


class BucketShelf:
    """`exports` is the place of all contracts; `local` is the workspace's own shelf, where files are made."""

    def __init__(self, exports: Bucket, contract: str, local: Shelf) -> None:
        self._exports = exports
        self._contract = contract
        self._home = exports / contract
        self._local = local
        self._lease: Lease | None = None

    @property
    def used(self) -> bool:
        """Always: another machine may be making the first export."""
        return True

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """The workspace's own, with the mark as it is before anything is read."""
        with self._local.staging() as folder:
            (folder / MARK).write_bytes(objects.read(self._home / MARK).data)
            yield folder

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """A lease per contract; the pointers, which contracts share, are written on condition."""
        self._lease = self._acquired()
        try:
            yield
        finally:
            self._lease.release()
            self._lease = None

    def _acquired(self) -> Lease:
        errors: list[HeldError] = []

        def attempt() -> Lease | None:
            try:
                return Lease.acquire(self._home / ".lease", "export")
            except HeldError as error:
                errors.append(error)
                return None

        lease = until(attempt, DEADLINE_S)
        if lease is None:
            raise MachineError(
                f"the exports at {self._home} are being written by {errors[-1].holder}, for {DEADLINE_S:.0f} s already",
                "Wait for it to end, or stop it; then try again.",
            )
        return lease

    def _check(self) -> None:
        """MachineError unless the lease is still ours."""
        if self._lease is None:
            raise MachineError("an export was to be changed without its lease", "Report this.")
        self._lease.check()

    def names(self) -> tuple[str, ...]:
        """Every prefix with an object."""
        return tuple(name for name in objects.folders(self._home) if not name.startswith("."))

    def manifest(self, name: str) -> dict[str, Any]:
        """As its object says."""
        try:
            made = json.loads(objects.read(self._home / name / FILE).data or b"{}")
        except ValueError:
            return {}
        return made if isinstance(made, dict) else {}

    def sizes(self, name: str) -> Mapping[str, int]:
        """The objects below its prefix."""
        return objects.sizes(self._home / name)

    def adopt(self, staged: Path, name: str) -> None:
        """Remove what crashed uploads left, upload the files, then the manifest."""
        if (staged / MARK).read_bytes() != objects.read(self._home / MARK).data:
            raise ExportError("what was being exported was erased meanwhile", "Nothing was published; export again.")
        for leftover in self.names():
            if FILE not in self.sizes(leftover):
                self.remove(leftover)
        target = self._home / name
        for file in sorted(path for path in staged.iterdir() if not path.name.startswith(".") and path.name != FILE):
            objects.upload(target / file.name, file)
        self._check()
        if objects.write(target / FILE, (staged / FILE).read_bytes(), None) is None:
            raise MachineError(f"another process has published {target} meanwhile", "Export again.")

    def remove(self, name: str) -> None:
        """The manifest first: what is left of it is no export."""
        self._check()
        at = self._home / name
        objects.remove(at, (FILE,))
        objects.remove(at, tuple(objects.sizes(at)))

    def break_off(self) -> None:
        """Change the mark; what is being made on this machine goes at once."""
        self._check()
        Document(self._home / MARK).change(lambda _: uuid4().hex)
        self._local.break_off()

    def latest(self) -> Mapping[str, Mapping[str, str]]:
        """As latest.json says."""
        return pointers(Document(self._exports / "latest.json").read())

    def point(self, contract: str, entry: Mapping[str, str] | None) -> None:
        """Replace latest.json, whatever other contracts do to it at the same time."""
        self._check()
        Document(self._exports / "latest.json").change(lambda text: repointed(text, contract, entry))

    def path(self, name: str) -> str:
        """Relative to latest.json."""
        return f"{self._contract}/{name}"

    def address(self, name: str) -> str:
        """In full."""
        return str(self._home / name)
