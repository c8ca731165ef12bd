"""Workspaces made by hand, with ledger, tickets and KPIs that belong together: for tests that need no Spark."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from click.testing import CliRunner, Result
from deltalake import CommitProperties, write_deltalake

from cli.export import run_export
from cli.report.command import command
from cli.report.facts import Facts, gather
from cli.report.opened import Missing, Subject
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from exports.tests.lab import stored
from processing.tables import create_derived
from processing.tests.ledgers import ledger, row
from runtime.workspace import Workspace

FOLDER = Catalogue(HOME)
SOURCE = FOLDER.get("client_tickets")
TICKETS, KPIS = FOLDER.get("tickets"), FOLDER.get("ticket_kpis")
EIGHT = datetime(2026, 1, 5, 8, tzinfo=UTC)
NOT_RUN = Missing("not run: a test has no broker", "tickets audit client_tickets")


@dataclass(frozen=True, slots=True)
class Event:
    """An accepted event: of a ticket, at an hour after EIGHT, received `delay` seconds later, in a batch."""

    ticket: int
    kind: str
    hour: float
    delay: float = 2.0
    priority: str = "high"
    satisfaction: int | None = None
    batch: str = "1"


LIFE = (
    Event(1, "opened", 0.0),
    Event(1, "resolved", 2.0),
    Event(1, "closed", 3.0, satisfaction=4),
    Event(2, "opened", 0.5, delay=7200.0),
    Event(2, "resolved", 20.5),
    Event(2, "reopened", 22.0),
    Event(3, "resolved", 4.0, priority="low"),
    Event(4, "opened", 5.0, priority="low"),
)
"""Two tickets that are resolved, in 2 and 20 hours, with a target of 8; one resolved unseen; two are open."""


def workspace(root: Path, events: Sequence[Event] = LIFE, refused: Sequence[Mapping[str, Any]] = ()) -> Workspace:
    """Tables of these events at partition 0, and of these refused ledger rows, as the job leaves them."""
    made = Workspace.open(root)
    tables = root / "tables" / SOURCE.name
    rows = [_ticket(place, event) for place, event in enumerate(events)]
    ledger(tables, [*map(_record, rows, events), *map(dict, refused)])
    version = len({made_row["batch"] for made_row in [*map(_record, rows, events), *refused]})
    derive(tables, TICKETS, rows, version)
    derive(tables, KPIS, list(_hours(rows)), version)
    return made


def derive(tables: Path, contract: Contract, rows: Sequence[Mapping[str, Any]], version: int) -> None:
    """A derived table of these rows, made from a version of the ledger."""
    create_derived(tables / contract.name, contract)
    noted = CommitProperties(custom_metadata={"userMetadata": json.dumps({"ledger_version": version})})
    frame = stored(contract, list(rows)).to_arrow(compat_level=pl.CompatLevel.oldest())  # as Spark's texts are
    write_deltalake(tables / contract.name, frame, mode="overwrite", commit_properties=noted)


def _ticket(offset: int, event: Event) -> dict[str, Any]:
    at = EIGHT + timedelta(hours=event.hour)
    late = timedelta(seconds=event.delay) > timedelta(hours=1)
    return {
        "event_id": str(UUID(int=offset)),
        "event_type": event.kind,
        "ticket_id": f"TCK-{event.ticket:08}",
        "client_id": "CLI-004711",
        "occurred_at": at,
        "request": "My invoice is wrong.",
        "request_type": "billing",
        "priority": event.priority,
        "channel": "web",
        "satisfaction": event.satisfaction,
        "support_team": "billing",
        "target_hours": 8 if event.priority == "high" else 72,
        "is_late": late,
        "is_early": False,
        "contract_version": SOURCE.version,
        "kafka_partition": 0,
        "kafka_offset": offset,
        "received_at": at + timedelta(seconds=event.delay),
    }


def _record(ticket: Mapping[str, Any], event: Event) -> dict[str, Any]:
    """The ledger's row of a ticket."""
    names = {field.name for field in SOURCE.fields}
    held = {name: ticket.get(name) for name in names}
    same = {name: ticket[name] for name in ("received_at", "event_id", "is_late", "is_early", "contract_version")}
    return row(f"0:{ticket['kafka_offset']}", "accepted") | same | {"event": held, "batch": event.batch}


def _hours(rows: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """KPI rows with right counts; a report takes no more from them."""
    opened = {one["ticket_id"]: one["occurred_at"] for one in rows if one["event_type"] == "opened"}
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for one in rows:
        hour = one["occurred_at"].replace(minute=0, second=0, microsecond=0)
        groups[hour, one["request_type"], one["priority"], one["support_team"]].append(one)
    for (hour, kind, priority, team), events in groups.items():
        resolved = [one for one in events if one["event_type"] == "resolved"]
        took = {
            one["event_id"]: one["occurred_at"] - opened[one["ticket_id"]]
            for one in resolved
            if one["ticket_id"] in opened
        }
        past = [
            one for one in resolved if took.get(one["event_id"], timedelta(0)) > timedelta(hours=one["target_hours"])
        ]
        counts = {name: sum(one["event_type"] == name for one in events) for name in ("opened", "resolved", "reopened")}
        unseen = {"resolved_without_opened": len(resolved) - len(took), "past_target": len(past), "events": len(events)}
        yield {"hour": hour, "request_type": kind, "priority": priority, "support_team": team, **counts, **unseen}


def export(made: Workspace) -> None:
    """Publish what the tables hold."""
    run_export(SOURCE, FOLDER, made.root, ("json",))


def facts(made: Workspace, at: int | None = None, receipts: Sequence[Path] = ()) -> Facts:
    """The report's facts, without an audit."""
    return gather(Subject.of(SOURCE, FOLDER, made), at, lambda *_: NOT_RUN, receipts)


def run(made: Workspace, *words: str) -> Result:
    """`tickets report` in this process."""
    return CliRunner().invoke(command, [*words, "--data", str(made.root)])
