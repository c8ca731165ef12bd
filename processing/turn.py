"""One commit of a Delta table, made only if nobody committed since the table was read.

Delta lets two writers append side by side, and a Java process can outlive the command that started it. So every
writer of rows takes the table's next turn before it reads, and commits under that number as a Delta application
transaction: of two commits with one number Delta lets in one, refuses the other where they meet, and skips it where
it comes later. Skipping is silent, so the writer then looks whether the newest commit is its own.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from processing.errors import ProcessingError
from runtime.delta import open_table, row_commits
from runtime.store import Location

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable
    from deltalake.transaction import AddAction
    from pyspark.sql import SparkSession

APPLICATION = "tickets"  # one name for all writers: their numbers are one row
_TURN = "turn"
_SESSION = {
    "spark.databricks.delta.write.txnAppId": APPLICATION,
    "spark.databricks.delta.write.txnVersion": "",
    "spark.databricks.delta.commitInfo.userMetadata": "",
}


class OvertakenError(ProcessingError):
    """Somebody else committed to the table between this writer's reading and its commit; nothing of ours is in it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The table's commit number `number`, if it is still free then; `token` tells our commit from another's.

    `version` is the table's when the turn was taken.
    """

    path: Location
    number: int
    token: str
    version: int

    @classmethod
    def take(cls, path: Location) -> "Turn":
        """The next turn; take it before reading what the commit is computed from."""

        table = open_table(path)
        return cls(path, (table.transaction_version(APPLICATION) or 0) + 1, uuid4().hex, table.version())

    def table(self) -> "DeltaTable":
        """The table as it was when the turn was taken: what a deltalake writer reads, and must write through."""

        return open_table(self.path, self.version)

    @contextlib.contextmanager
    def session(self, spark: "SparkSession", said: Mapping[str, Any]) -> Iterator[None]:
        """For what Spark writes within; `said` goes into the commit, where `notes` finds it."""
        chosen = dict(zip(_SESSION, (APPLICATION, str(self.number), self._metadata(said)), strict=True))
        for name, value in chosen.items():
            spark.conf.set(name, value)
        try:
            yield
        finally:
            for name in chosen:
                spark.conf.unset(name)

    def properties(self, said: Mapping[str, Any]) -> "CommitProperties":
        """The same for a deltalake writer that writes through `table`: it fails where another commit came in between.

        Opened later, a table would hold that commit, and deltalake does not compare numbers with what it holds.
        """
        from deltalake import CommitProperties, Transaction

        return CommitProperties(
            custom_metadata={"userMetadata": self._metadata(said)},
            max_commit_retries=0,
            app_transactions=[Transaction(APPLICATION, self.number)],
        )

    def append(self, files: Sequence["AddAction"], said: Mapping[str, Any]) -> int:
        """Add data files that lie in the table's folder, in one commit; its version. OvertakenError as in `confirm`."""
        return self._commit("append", files, said)

    def replace(self, files: Sequence["AddAction"], said: Mapping[str, Any]) -> int:
        """The same, in place of every file that is there."""
        return self._commit("overwrite", files, said)

    def _commit(self, mode: str, files: Sequence["AddAction"], said: Mapping[str, Any]) -> int:
        from deltalake.exceptions import CommitFailedError

        table = self.table()
        try:
            table.create_write_transaction(list(files), mode, table.schema(), commit_properties=self.properties(said))
        except CommitFailedError as error:
            raise self._overtaken() from error
        return self.confirm()

    def confirm(self) -> int:
        """The version that our commit made; OvertakenError where it is not in the table.

        Call it right after the commit, while nobody but us holds the lease.
        """

        version, commit = next(row_commits(open_table(self.path)))
        if notes(commit).get(_TURN) != self.token:
            raise self._overtaken()
        return version

    def _overtaken(self) -> OvertakenError:
        return OvertakenError(
            f"the table {self.path.name} was written by somebody else meanwhile (its turn {self.number} is taken)",
            "Nothing of this run was written there. Make sure that only one job runs, then start it again.",
        )

    def _metadata(self, said: Mapping[str, Any]) -> str:
        return json.dumps({**said, _TURN: self.token})


def notes(commit: Mapping[str, Any]) -> dict[str, Any]:
    """What a commit says about itself (Delta's userMetadata); empty where it says nothing that we wrote."""
    try:
        found = json.loads(commit.get("userMetadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
