"""Arguments to which refused records: what `quarantine list` and `quarantine discard` choose them by."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.contracts import catalogue
from cli.habits import nearest
from contracts.compiler.custom import PRODUCER
from contracts.compiler.errors import UnknownContractError
from contracts.compiler.model import Clause, Contract
from runtime.delta import is_table
from runtime.store import Location
from runtime.workspace import Workspace

if TYPE_CHECKING:
    from processing.quarantine import Which

Command = Callable[..., Any]
USUAL_HEADER = "producer"
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Place(click.ParamType[tuple[int, int]]):
    """`2:881` to partition and offset."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Refuse, with an example, what is none."""
        found = re.fullmatch(r"([0-9]{1,9}):([0-9]{1,18})", str(value))
        if found is None:
            self.fail(f"'{value}' is not PARTITION:OFFSET, such as 2:881.", param, ctx)
        return int(found[1]), int(found[2])


class Since(click.ParamType[datetime]):
    """How long ago (`90m`, `12h`, `3d`), a day (its 00:00 UTC) or a moment with offset, to a datetime in UTC."""

    name = "since"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Refuse, with examples, what is none of these."""
        from contracts.compiler.temporal import ISO_DATE, ISO_TIMESTAMP, reader

        text = str(value)
        if ago := re.fullmatch(r"([0-9]{1,5})([mhd])", text):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        found, day = reader(ISO_TIMESTAMP)(text), reader(ISO_DATE)(text)
        if isinstance(day, date):
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if not isinstance(found, datetime):
            self.fail(f"'{text}' is no moment; write 3d, 12h, 2026-01-05 or 2026-01-05T08:30:00Z.", param, ctx)
        return found


def filters(outcomes: tuple[str, ...]) -> Callable[[Command], Command]:
    """The options that choose records; a command takes them as keywords, all of them for `which`."""
    chosen = (
        click.option("--clause", help="Only records that break this clause."),
        click.option("--outcome", type=click.Choice(outcomes), help="Only records with this outcome."),
        click.option("--producer", help="Only records whose header says this producer; '(not said)': that have none."),
        click.option("--version", help="Only records of this contract version; 2 is every 2.x."),
        click.option("--since", type=Since(), help="Only records the broker got since: 3d, 12h or 2026-01-05."),
    )

    def add(command: Command) -> Command:
        for option in reversed(chosen):
            command = option(command)
        return command

    return add


def which(chosen: dict[str, Any]) -> "Which":
    """The values of the options of `filters`."""
    from processing.quarantine import Which

    return Which(**chosen)


def name(contract: str) -> str:
    """A contract's name, with or without its version: all versions have one set of tables."""
    return contract.split(".")[0]


def tables(data: Path, contract: str, contracts: Path | None = None) -> Location:
    """The folder of a contract's tables; UnknownContractError where there are none, and no such contract either."""
    found = Workspace.open(data).tables(name(contract))
    if not is_table(found / "ledger"):
        catalogue(contracts).get(contract)
    return found


def told_clause(contract: str, contracts: Path | None, clause: str | None) -> None:
    """Say on standard error where no contract here has a clause, with the nearest id.

    It is no error: the ledger may hold records that were refused by a contract whose file is gone.
    """
    if clause is None:
        return
    known = {
        one.id for found in catalogue(contracts).all() if found.name == name(contract) for one in clauses_of(found)
    }
    if clause not in known:
        hint = nearest(clause, known) or f" `tickets contracts show {name(contract)}` lists them."
        click.echo(f"No contract here has the clause {clause}.{hint}", err=True)


def clauses_of(contract: Contract) -> Iterator[Clause]:
    """Every clause that a contract has, judged by event or over rows."""
    yield from contract.all_clauses()
    yield from contract.row_clauses()


def header(contract: str, contracts: Path | None) -> str:
    """The record header that names the producer; the usual one where the contract is not at hand or names none."""
    try:
        envelope = catalogue(contracts).get(contract).envelope
    except UnknownContractError:
        envelope = None
    headers = envelope.headers if envelope else ()
    return next((row.name for row in headers if row.source == PRODUCER), USUAL_HEADER)
