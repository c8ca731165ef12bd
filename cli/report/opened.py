"""A workspace to what a report reads: one contract's tables at one version of the ledger, as views of one duckdb.

Rows are read from Parquet in batches and only the columns asked for; what does not fit into memory goes to a temporary
folder. Views are `ledger`, and `table_<name>` for each derived table that was made from that version.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Contract
from runtime.delta import is_table, open_table, row_commits
from runtime.store import Location
from runtime.workspace import Workspace

MEMORY = "2GB"


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is nothing to say, and the command that makes it."""

    what: str
    command: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is of: an input contract, what is made from it, and where. `majors` are all of its versions."""

    source: Contract
    majors: tuple[Contract, ...]
    outputs: tuple[Contract, ...]
    folder: Catalogue
    workspace: Workspace

    @classmethod
    def of(cls, source: Contract, folder: Catalogue, workspace: Workspace) -> "Subject":
        """With the contracts of a folder."""
        return cls(source, (*folder.older(source), source), tuple(folder.outputs(source)), folder, workspace)

    @property
    def tables(self) -> Location:
        """The folder of its tables."""
        return self.workspace.tables(self.source.name)

    @property
    def derived(self) -> tuple[Contract, ...]:
        """The contracts of the derived tables, the accepted rows' first."""
        from processing.tables import accepted_contract

        accepted = accepted_contract(self.source, self.outputs)
        return (accepted, *(one for one in self.outputs if one.rows == "aggregate"))

    @property
    def process(self) -> str:
        """The command that makes tables."""
        return f"tickets process {self.source.name} --once"

    @property
    def export(self) -> str:
        """The command that makes an export."""
        return f"tickets export {self.source.name}"


@dataclass(frozen=True, slots=True)
class Opened:
    """The tables at a version of the ledger; `newest` is the ledger's own latest one.

    `made` are the Delta versions of the derived tables by contract name, None for one that was not made from `version`.
    """

    subject: Subject
    ledger_id: str
    version: int
    newest: int
    made: Mapping[str, int | None]
    db: Any

    @property
    def accepted(self) -> Contract:
        """The contract of the accepted rows."""
        return self.subject.derived[0]

    def view(self, contract: Contract) -> str | Missing:
        """The name of a derived table's view."""
        if self.made[contract.name] is None:
            said = f"the table {contract.name} was not made from version {self.version} of the ledger"
            return Missing(said, self.subject.process)
        return f"table_{contract.name}"

    def row(self, query: str, *arguments: Any) -> tuple[Any, ...]:
        """The one row of a query."""
        found: tuple[Any, ...] = self.db.execute(query, list(arguments)).fetchone()
        return found

    def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        found: list[tuple[Any, ...]] = self.db.execute(query, list(arguments)).fetchall()
        return found


@contextlib.contextmanager
def opened(subject: Subject, at: int | None) -> Iterator[Opened | Missing]:
    """The tables at a version of the ledger; None for the newest that every derived table was made from.

    UsageError where the ledger has no such version. Without any that all were made from: the newest.
    """
    ledger = subject.tables / "ledger"
    if not is_table(ledger):
        yield Missing(f"there is no ledger of {subject.source.name} in this workspace", subject.process)
        return
    from processing.audit import open_ledger, view

    table = open_table(ledger)
    newest = next(row_commits(table))[0]
    version = _whole(subject, newest) if at is None else _asked(at, newest)
    made = {one.name: _made(subject, one, version) for one in subject.derived}
    with tempfile.TemporaryDirectory(prefix="tickets-report-") as scratch, _gone(version, newest):
        db = open_ledger(ledger, version)
        db.execute(f"SET TimeZone = 'UTC'; SET memory_limit = '{MEMORY}'; SET temp_directory = '{scratch}'")
        for name, found in made.items():
            if found is not None:
                view(db, f"table_{name}", subject.tables / name, found[1])
        yield Opened(subject, table.metadata().id, version, newest, {n: f and f[0] for n, f in made.items()}, db)


@contextlib.contextmanager
def _gone(version: int, newest: int) -> Iterator[None]:
    """An older version whose log or files are gone, said as such."""
    from deltalake.exceptions import DeltaError
    from duckdb import Error as DuckdbError

    try:
        yield
    except (DeltaError, DuckdbError, FileNotFoundError) as error:
        if version == newest:
            raise
        raise click.UsageError(
            f"version {version} of the ledger can't be read any more ({str(error).splitlines()[0]}).\n"
            "Maintenance removes what is older than its retention; leave --at out for the newest."
        ) from error


def _asked(at: int, newest: int) -> int:
    if at > newest:
        raise click.UsageError(f"the ledger has no version {at}; its newest is {newest}.")
    return at


def _whole(subject: Subject, newest: int) -> int:
    """As an export would choose it."""
    from exports.errors import ExportError
    from exports.snapshot import pin

    try:
        return pin(subject.source, subject.outputs, subject.tables).ledger_version
    except ExportError:
        return newest


def _made(subject: Subject, contract: Contract, version: int) -> tuple[int, int] | None:
    """(version to name, version to read) of a derived table made from a version of the ledger."""
    from exports.snapshot import made_from

    at = subject.tables / contract.name
    return made_from(open_table(at), version) if is_table(at) else None
