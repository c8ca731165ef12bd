"""Small workspaces made with deltalake, as the Spark job leaves them: no JVM needed."""

import json
import multiprocessing
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl
from deltalake import CommitProperties, DeltaTable, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from exports.columns import STORED, dtype
from exports.run import Order, export
from exports.sinks import SINKS
from runtime.workspace import Workspace

T0 = datetime(2026, 1, 5, 8, 30, 0, 123456, tzinfo=UTC)
IDS = ("0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11", "1b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f12")
LEDGER = pl.Schema(
    {
        "partition": pl.Int32(),
        "offset": pl.Int64(),
        "received_at": pl.Datetime("us", "UTC"),
        "outcome": pl.String(),
        "event_id": pl.String(),
        "contract_version": pl.String(),
        "first_partition": pl.Int32(),
        "first_offset": pl.Int64(),
        "raw_key": pl.Binary(),
        "raw_value": pl.Binary(),
        "raw_bytes": pl.Int64(),
        "violations": pl.List(pl.Struct(dict.fromkeys(("clause", "path", "found", "wanted"), pl.String()))),
        "batch": pl.String(),
    }
)

TICKET: Mapping[str, Any] = {
    "event_id": IDS[0],
    "event_type": "closed",
    "ticket_id": "TCK-00000001",
    "client_id": "CLI-000001",
    "occurred_at": T0,
    "request": "My invoice, please",
    "request_type": "billing",
    "priority": "low",
    "channel": "web",
    "client_email_key": "0123456789abcdef0123456789abcdef",
    "language": "fr-FR",
    "satisfaction": 5,
    "amount": Decimal("12.50"),
    "due_on": date(2026, 1, 9),
    "tags": ["vip", "legal"],
    "attachments": [{"name": "invoice.pdf", "media_type": "application/pdf", "size_bytes": 26214400}],
    "support_team": "billing",
    "target_hours": 72,
    "is_late": False,
    "is_early": False,
    "contract_version": "1.0.0",
    "unknown_fields": None,
    "kafka_partition": 0,
    "kafka_offset": 0,
    "received_at": T0,
}
KPI: Mapping[str, Any] = {
    "hour": datetime(2026, 1, 5, 8, tzinfo=UTC),
    "request_type": "billing",
    "priority": "low",
    "support_team": "billing",
    **dict.fromkeys(("events", "opened", "resolved", "reopened", "resolved_without_opened", "past_target"), 1),
    "median_hours_to_resolve": 1.5,
    "p95_hours_to_resolve": 0.1 + 0.2,
    "share_past_target": 1.0,
    "mean_satisfaction": None,
}
ACCEPTED: Mapping[str, Any] = {
    "partition": 0,
    "received_at": T0,
    "outcome": "accepted",
    "event_id": IDS[0],
    "batch": "1",
}
REFUSED: Mapping[str, Any] = {
    "partition": 1,
    "offset": 7,
    "received_at": T0,
    "outcome": "rejected",
    "event_id": None,
    "raw_key": b"k",
    "raw_value": b"\xff",
    "raw_bytes": 1,
    "violations": [{"clause": "client_tickets.v1/$/utf8", "path": "$", "found": "byte 0xff at 0", "wanted": "UTF-8"}],
    "batch": "1",
}


def stored(contract: Contract, rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as Delta keeps them; absent members are null."""
    schema = {field.name: dtype(field, STORED) for field in contract.fields}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def ledger_frame(rows: list[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of a ledger; absent members are null."""
    return pl.DataFrame([{name: row.get(name) for name in LEDGER} for row in rows], schema=LEDGER)


class Lab:
    """A workspace whose tables a test fills, and the export of them."""

    def __init__(self, root: Path, contracts: Path = HOME) -> None:
        self.folder = Catalogue(contracts)
        self.workspace = Workspace.open(root)

    def ledger(self, source: str, rows: list[Mapping[str, Any]]) -> int:
        """Overwrite the ledger; its new version."""
        return self._write(source, "ledger", ledger_frame(rows), None)

    def derived(self, source: str, name: str, frame: pl.DataFrame, ledger_version: int) -> int:
        """Overwrite a derived table, made from a ledger version."""
        return self._write(source, name, frame, ledger_version)

    def append(self, source: str, table: str, frame: pl.DataFrame, made_from: int | None) -> int:
        """Add rows to a table, noting the ledger version of a derived one; its new version."""
        return self._write(source, table, frame, made_from, "append")

    def _write(
        self,
        source: str,
        table: str,
        frame: pl.DataFrame,
        made_from: int | None,
        mode: Literal["append", "overwrite"] = "overwrite",
    ) -> int:
        path = self.workspace.root / "tables" / source / table
        path.mkdir(parents=True, exist_ok=True)
        noted = None if made_from is None else {"userMetadata": json.dumps({"ledger_version": made_from})}
        properties = CommitProperties(custom_metadata=noted)
        write_deltalake(path, frame, mode=mode, commit_properties=properties)
        return int(DeltaTable(path).version())

    def tickets(
        self, *tickets: Mapping[str, Any], refused: Mapping[str, Any] = REFUSED, kpi: Mapping[str, Any] = KPI
    ) -> int:
        """A whole client_tickets workspace: these tickets (one good one by default), a refused record, a KPI row."""
        rows = list(tickets) or [TICKET]
        version = self.ledger("client_tickets", [*({**ACCEPTED, "offset": n} for n in range(len(rows))), refused])
        self.derived("client_tickets", "tickets", stored(self.folder.get("tickets"), rows), version)
        self.derived("client_tickets", "ticket_kpis", stored(self.folder.get("ticket_kpis"), [kpi]), version)
        return version

    def export(self, source: str = "client_tickets", formats: tuple[str, ...] = tuple(SINKS), raw: bool = False) -> Any:
        """Run the export; its answer."""
        contract = self.folder.get(source)
        order = Order(contract, tuple(self.folder.outputs(contract)), self.workspace, formats, raw)
        return export(order, lambda _: None)

    def published(self, source: str = "client_tickets") -> list[str]:
        """What lies in the folder of a contract's exports, hidden names included."""
        home = self.workspace.export(source)
        return sorted(path.name for path in home.iterdir()) if home.exists() else []


CLOCK = time(8, 30, 0, 1)  # 30,600,000,001 microseconds of the day, as Delta keeps it
FULL: Mapping[str, Any] = {
    "id": 1,
    "small": -99,
    "short": 30,
    "int": 1000,
    "byte": 255,
    "word": 65535,
    "dword": 2**32 - 1,
    "qword": Decimal(2**64 - 1),
    "single": 0.5,
    "double": 0.07,
    "money": Decimal("0.15"),
    "wide": Decimal("1234567890123456789012345678.0123456789"),
    "vast": Decimal(1 - 10**38),
    "huge": Decimal(10**38 - 2),
    "flag": True,
    "moment": T0,
    "day": date(2026, 1, 9),
    "written_day": date(2026, 1, 9),
    "clock": 30_600_000_001,
    "text": "a😀b",
    "digits": "12a",
    "host": "web-1.example.com",
    "mail": "0123456789abcdef0123456789abcdef",
    "level": 2,
    "rate": Decimal("0.5"),
    "labels": ["a", "b"],
    "times": [T0, T0],
    "grid": [[1, 9], [], None],
    "box": {"price": Decimal("0.000000000001"), "at": T0, "note": None},
    "lines": [{"sku": "A", "count": 1, "cost": Decimal("1.5000")}, {"sku": "B", "count": None, "cost": None}, None],
    "names": {"fr": "oui", "a b": "é"},
    "prices": {"low": Decimal("0.10"), 'q"t': None, "": Decimal("-1.00")},
    "shelves": [{"a": 1, "b": None}, {}, None, {"b": 1}],
    "crate": {"hours": {"mon": [30_600_000_001, None], "sun": None}, "count": Decimal(2**64 - 1)},
}
EMPTY: Mapping[str, Any] = {"id": 2}


def fill(lab: Lab, *rows: Mapping[str, Any]) -> int:
    """An all_types workspace holding these rows."""
    version = lab.ledger("all_types", [{**ACCEPTED, "offset": number} for number in range(len(rows))])
    lab.derived("all_types", "all_types", stored(lab.folder.get("all_types"), list(rows)), version)
    return version


def _export_once(root: Path, started: Any, answers: Any) -> None:
    lab = Lab(root)
    started.wait(60)
    answers.put(lab.export(formats=("csv",)))


def exported_at_once(lab: Lab) -> list[dict[str, Any]]:
    """What two processes say that export the same tables at the same moment."""
    context = multiprocessing.get_context("spawn")
    started, answers = context.Barrier(2), context.Queue()
    pair = [context.Process(target=_export_once, args=(lab.workspace.root, started, answers)) for _ in range(2)]
    for process in pair:
        process.start()
    found = [answers.get(timeout=120) for _ in pair]
    for process in pair:
        process.join(60)
    return found
