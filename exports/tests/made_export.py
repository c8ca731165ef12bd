"""A DuckDB file as an export makes it, from made-up tickets: no Spark, no ledger. KPIs are counted here once more."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from exports.columns import dtype
from exports.sinks import duckdb as sink
from exports.tests.lab import REFUSED, TICKET

START = datetime(2026, 3, 2, 6, 15, tzinfo=UTC)
TEAMS = {"billing": "billing", "technical": "technical", "delivery": "logistics"}
TARGETS = {"low": 72, "normal": 24, "high": 8, "urgent": 4}
Row = Mapping[str, Any]


def outputs() -> dict[str, Contract]:
    """The output contracts of client_tickets by name."""
    folder = Catalogue(HOME)
    return {one.name: one for one in folder.outputs(folder.get("client_tickets"))}


def frame(contract: Contract, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows as the export checks and writes them; absent members are null."""
    schema = {field.name: dtype(field) for field in contract.fields}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def write(folder: Path, tables: Mapping[str, Iterable[Row]]) -> dict[str, Any]:
    """`export.duckdb` in a folder, with a table per output contract; what the manifest says of its views."""
    contracts = outputs()
    for name, contract in contracts.items():
        sink.write(contract, frame(contract, tables.get(name, ())), folder)
    return sink.finish(tuple(contracts.values()), folder)


def step(number: int, ticket: int, event_type: str, hours: float, **changed: Any) -> dict[str, Any]:
    """One event of a ticket, `hours` after START; `number` tells events apart."""
    row = {**TICKET, "event_type": event_type, "ticket_id": f"TCK-{ticket:08}", "client_id": f"CLI-{ticket:06}"}
    row |= {"event_id": str(UUID(int=number)), "kafka_offset": number, "satisfaction": None, "amount": None}
    return row | {"occurred_at": START + timedelta(hours=hours), **changed}


def lives(tickets: int, seed: int = 1) -> list[dict[str, Any]]:
    """The events of tickets over two weeks: most are resolved, some late, some opened again, some still open."""
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = []
    for ticket in range(tickets):
        kind, priority = draw.choice(list(TEAMS)), draw.choice(list(TARGETS))
        fixed: dict[str, Any] = {
            "request_type": kind,
            "priority": priority,
            "channel": draw.choice(["email", "web", "phone"]),
        }
        fixed |= {"support_team": TEAMS[kind], "target_hours": TARGETS[priority]}
        at = draw.uniform(0, 240)
        for event_type in draw.choice(
            [("opened",), ("opened", "resolved"), ("opened", "resolved", "closed")] * 3
            + [
                ("opened", "resolved", "reopened", "resolved"),
                ("resolved",),
            ]
        ):
            mark = draw.randint(1, 5) if event_type == "closed" else None
            rows.append(step(len(rows), ticket, event_type, at, satisfaction=mark, **fixed))
            at += draw.uniform(0.5, 1.6 * TARGETS[priority])
    return rows


def kpis(tickets: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows of ticket_kpis for these tickets, counted plainly."""
    opened: dict[str, datetime] = {}
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in tickets:
        hour = row["occurred_at"].replace(minute=0, second=0, microsecond=0)
        groups[hour, row["request_type"], row["priority"], row["support_team"]].append(row)
        if row["event_type"] == "opened":
            opened[row["ticket_id"]] = min(row["occurred_at"], opened.get(row["ticket_id"], row["occurred_at"]))
    return [_kpi(group, rows, opened) for group, rows in groups.items()]


def _kpi(group: tuple[Any, ...], rows: list[Row], opened: Mapping[str, datetime]) -> dict[str, Any]:
    count = {kind: sum(row["event_type"] == kind for row in rows) for kind in ("opened", "resolved", "reopened")}
    done = [row for row in rows if row["event_type"] == "resolved" and row["ticket_id"] in opened]
    hours = [(row["occurred_at"] - opened[row["ticket_id"]]) / timedelta(hours=1) for row in done]
    past = sum(taken > row["target_hours"] for taken, row in zip(hours, done, strict=True))
    marks = [row["satisfaction"] for row in rows if row["satisfaction"] is not None]
    return {
        **dict(zip(("hour", "request_type", "priority", "support_team"), group, strict=True)),
        "events": len(rows),
        **count,
        "resolved_without_opened": count["resolved"] - len(done),
        "past_target": past,
        "median_hours_to_resolve": median(hours) if hours else None,
        "p95_hours_to_resolve": float(np.quantile(hours, 0.95)) if hours else None,
        "share_past_target": past / len(hours) if hours else None,
        "mean_satisfaction": sum(marks) / len(marks) if marks else None,
    }


def refused(clauses: Iterable[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Records that break these clauses, one record each."""
    return [
        {
            "kafka_partition": 0,
            "kafka_offset": 1000 + number,
            "received_at": START,
            "outcome": "rejected",
            "violations": [{**REFUSED["violations"][0], "clause": clause} for clause in broken],
        }
        for number, broken in enumerate(clauses)
    ]


def made(folder: Path, tickets: int = 200) -> Path:
    """A whole export.duckdb; its path."""
    rows = lives(tickets)
    enum, format_ = "client_tickets.v2/priority/enum", "client_tickets.v2/client_email/format"
    write(folder, {"tickets": rows, "ticket_kpis": kpis(rows), "rejected_events": refused([(enum,), (enum, format_)])})
    return folder / sink.FILE
