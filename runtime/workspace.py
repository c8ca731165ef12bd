"""One folder to every place a run writes to; nothing is written anywhere else but the user's cache."""

import os
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import MachineError
from runtime.store import Bucket, Location, place

TABLES_VARIABLE = "TICKETS_TABLES"
EXPORTS_VARIABLE = "TICKETS_EXPORTS"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder given as --data. Paths are named here and made by whoever writes to them.

    `store` is where the tables are, if not in that folder: what TICKETS_TABLES names. `outside` is where exports are
    published, if not in that folder: the bucket that TICKETS_EXPORTS names.
    """

    root: Path
    store: Location | None = None
    outside: Bucket | None = None

    @classmethod
    def open(cls, root: Path) -> "Workspace":
        """Make the folder if needed; raises MachineError where it can't be written to."""
        absolute = root.expanduser().resolve()
        remedy = "Give another folder with --data or TICKETS_DATA, or correct its permissions."
        try:
            absolute.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MachineError(f"the folder {absolute} can't be made: {error.strerror}", remedy) from error
        if not os.access(absolute, os.W_OK | os.X_OK):
            raise MachineError(f"the folder {absolute} is not writable", remedy)
        named = os.environ.get(TABLES_VARIABLE)
        return cls(absolute, place(named) if named else None, _exports_bucket())

    @property
    def broker(self) -> Path:
        """Record, data, settings and log of the broker that this workspace keeps."""
        return self.root / "broker"

    def tables(self, contract: str) -> Location:
        """The Delta tables of one input contract, one folder each."""
        return (self.store or self.root / "tables") / contract

    def checkpoint(self, contract: str) -> Path:
        """What Spark notes about one run over an input contract; every run starts it anew."""
        return self.root / "checkpoints" / contract

    def index(self, contract: str) -> Path:
        """The accepted event ids of one input contract, derived from its ledger; may be removed at any time."""
        return self.root / "index" / contract

    def erased(self, contract: str) -> Location:
        """The persons erased from an input contract: beside its tables, but outside them, since they may be removed."""
        return self.local_erased(contract) if self.store is None else self.store / ".erased" / f"{contract}.json"

    def local_erased(self, contract: str) -> Path:
        """The same list of a workspace whose tables lie in its folder."""
        return self.root / "erased" / f"{contract}.json"

    @property
    def exports(self) -> Path:
        """All exports published in this folder; those that go to a bucket are made ready here."""
        return self.root / "exports"

    def export(self, contract: str) -> Path:
        """The published exports of one contract, one folder per ledger version."""
        return self.exports / contract

    @property
    def latest(self) -> Path:
        """The pointer to the newest published export."""
        return self.exports / "latest.json"

    @property
    def refused(self) -> Path:
        """Lines of somebody's own file that were not sent, each with the clauses it breaks."""
        return self.root / "refused"

    @property
    def secrets(self) -> Path:
        """Keys; readable by their owner alone."""
        return self.root / "secrets"

    def standing(self, command: str, contract: str) -> Path:
        """What a command (export, audit) came to the last time on one input contract."""
        return self.root / "standing" / f"{command}-{contract}.json"

    @property
    def logs(self) -> Path:
        """Spark's log and the like."""
        return self.root / "logs"


def _exports_bucket() -> Bucket | None:
    """What TICKETS_EXPORTS names; another folder than --data would be no place that `latest.json` can speak of."""
    named = os.environ.get(EXPORTS_VARIABLE)
    found = place(named) if named else None
    if isinstance(found, Path):
        raise MachineError(
            f"{EXPORTS_VARIABLE} names {named}, which is no bucket", "Write s3://BUCKET/PREFIX, or unset it."
        )
    return found
