"""Contracts that change under a running product, where rooms meet: generated events, and exports of altered tables."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.load import load
from contracts.compiler.model import Contract
from contracts.compiler.yaml_reader import read
from exports.run import Order, export
from exports.tests.lab import ACCEPTED, REFUSED, TICKET, Lab
from processing.decode import Decoder
from processing.migrate import bring
from processing.versions import Upgrader, Versions
from producer.event import encode
from producer.payloads import values
from runtime.store import Location

KEY = b"k" * 32
FOLDER = Catalogue(HOME)
STEPS = [(older, contract) for contract in FOLDER.newest() if contract.envelope for older in FOLDER.older(contract)]


@pytest.mark.parametrize(("older", "target"), STEPS, ids=[f"{old.key} to {new.key}" for old, new in STEPS])
def test_every_generated_event_of_an_older_version_can_be_read_as_the_newest(older: Contract, target: Contract) -> None:
    """None breaks a clause of the newest version once it is upgraded."""
    decoder, upgrader = Decoder(older, KEY), Upgrader(older, target)
    for value in values(older, count=500, seed=7, start=datetime(2026, 1, 5, tzinfo=UTC)):
        stored = decoder.stored(encode(value))
        assert stored is not None
        assert upgrader(stored).findings == (), value


def test_the_repository_has_an_older_version_to_read() -> None:
    """Or the test above would hold of nothing."""
    assert [(older.key, newest.key) for older, newest in STEPS] == [("client_tickets.v1", "client_tickets.v2")]


def gained(contract: Contract, source: list[str], folder: Path) -> Contract:
    """A contract with one more optional field, as a minor version would have, in a file of its own."""
    document: Any = json.loads(json.dumps(read(Path(contract.file)), default=float))
    site: dict[str, Any] = {"name": "site", "logicalType": "string", "classification": "internal", "description": "."}
    document["schema"][0]["properties"].append(site | ({"transformSourceObjects": source} if source else {}))
    file = folder / f"{contract.key}.yaml"
    file.write_text(json.dumps(document), "utf-8")
    return load(file)


def test_tables_that_gained_a_column_are_exported_before_and_after(tmp_path: Path) -> None:
    """Right after the addition, old rows read null; what was published before is not touched."""
    lab, name = Lab(tmp_path), "client_tickets"
    newest, tickets = lab.folder.get(name), lab.folder.get("tickets")
    others = tuple(contract for contract in lab.folder.outputs(newest) if contract.name != "tickets")
    tables = lab.workspace.root / "tables" / name
    derived: dict[Location, Contract] = {
        tables / contract.name: contract for contract in (tickets, *others) if contract.rows != "refused"
    }
    bring(Versions(newest, ()), derived, tables / "ledger", KEY, lambda: None)
    for row in ({**ACCEPTED, "offset": 0}, REFUSED):
        ledger = lab.append(name, "ledger", as_held(tables / "ledger", row), None)
    lab.append(name, "tickets", as_held(tables / "tickets", TICKET), ledger)
    lab.append(name, "ticket_kpis", pl.DataFrame(schema=as_held(tables / "ticket_kpis", {}).schema), ledger)
    first = export(Order(newest, (tickets, *others), lab.workspace, ("json",), False), lambda _: None)
    kept = (lab.workspace.root / first["path"] / "tickets.jsonl").read_bytes()

    wider, more = gained(newest, [], tmp_path), gained(tickets, ["client_tickets.v2/site"], tmp_path)
    bring(Versions(wider, ()), {**derived, tables / "tickets": more}, tables / "ledger", KEY, lambda: None)
    second = export(Order(wider, (more, *others), lab.workspace, ("json",), False), lambda _: None)
    rows = (lab.workspace.root / second["path"] / "tickets.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(row)["site"] for row in rows] == [None]
    assert second["path"] != first["path"]
    assert second["ledger_version"] == first["ledger_version"] == ledger
    assert (lab.workspace.root / first["path"] / "tickets.jsonl").read_bytes() == kept


def as_held(table: Path, row: Any) -> pl.DataFrame:
    """A row in a table's own columns; absent members are null."""
    schema = pl.scan_delta(table).collect_schema()
    return pl.DataFrame([{name: row.get(name) for name in schema}], schema=schema)
