"""`tickets quarantine discard`: refused records given up for good, by one person, for one reason."""

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import options, records, refusals
from runtime import logs
from runtime.store import Location

if TYPE_CHECKING:
    from processing.discard import Plan
    from processing.lease import Lease

DISCARDABLE = ("rejected", "conflict")  # processing.discard.DISCARDABLE, which help does not wait for
MAX_REASON = 500  # characters


def _reason(_: click.Context, __: click.Parameter, value: str) -> str:
    text = value.strip()
    if not text or len(text) > MAX_REASON or not text.isprintable():
        raise click.BadParameter(f"say why, in one line of at most {MAX_REASON} printable characters.")
    return text


@click.command(
    "discard",
    epilog="\b\nExamples:\n  tickets quarantine discard client_tickets 2:881 3:17 --reason 'load test'\n"
    "  tickets quarantine discard client_tickets --producer load --reason CHG-17\n",
)
@click.argument("contract")
@click.argument("places", metavar="[PARTITION:OFFSET]...", type=records.Place(), nargs=-1)
@records.filters(DISCARDABLE)
@click.option("--reason", required=True, callback=_reason, help="Why; kept and shown, so name nobody in it.")
@click.option("--dry-run", "--check", "dry_run", is_flag=True, help="Say what would be discarded, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.contracts
@options.data
@options.as_json
def command(
    contract: str,
    places: tuple[tuple[int, int], ...],
    reason: str,
    dry_run: bool,
    yes: bool,
    contracts: Path | None,
    data: Path,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Give rejected records and conflicts of CONTRACT up for good: those named, or all that the options choose.

    They keep coordinates, violations and history, and are never replayed. Their raw bytes go: at once from the ledger,
    from its older files when these are removed. A running job must be stopped first. Doing it twice changes nothing.
    """
    which = records.which(chosen)
    if bool(places) == bool(which.given()):
        raise click.UsageError("Say which: either PARTITION:OFFSET, or options such as --clause.")
    if not (yes or dry_run or sys.stdin.isatty()):
        raise click.UsageError("Nobody is there to be asked: add --yes, or --dry-run.")
    logs.configure("text")
    records.told_clause(contract, contracts, chosen["clause"])
    name, tables = records.name(contract), records.tables(data, contract, contracts)
    with _lease(tables, dry_run) as lease:
        planned = _planned(tables, places, records.header(contract, contracts), which)
        if planned.places and lease is not None:
            if not yes:
                click.confirm(refusals.agreed(name, len(planned.places)), abort=True, err=True)
            _carry_out(planned, reason, name, lease)
    done = {
        "contract": name,
        "records": len(planned.places),
        "outcomes": dict(planned.outcomes),
        "already_discarded": planned.already,
        "dry_run": dry_run,
    }
    click.echo(refusals.document(done) if as_json else refusals.discarded(done))


@contextmanager
def _lease(tables: Location, dry_run: bool) -> "Iterator[Lease | None]":
    """The right to write; None, and nobody is kept from writing, where nothing will be written."""
    from processing.audit import open_ledger
    from runtime.lease import Lease

    open_ledger(tables / "ledger").close()  # says what to do where there is none
    if dry_run:
        yield None
        return
    with Lease.acquire(tables / ".lease", "discard") as lease:
        yield lease


def _planned(tables: Location, places: tuple[tuple[int, int], ...], header: str, which: Any) -> "Plan":
    from processing.discard import plan, plan_for

    return plan(tables, places) if places else plan_for(tables, header, which)


def _carry_out(planned: "Plan", reason: str, contract: str, lease: "Lease") -> None:
    from processing.discard import Note, carry_out

    by = _user()
    carry_out(planned, Note(by, reason), lease)
    counts = {"records": len(planned.places), **planned.outcomes}
    logs.get("processing").info("discarded", contract=contract, **counts, by=by, reason=reason)


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
