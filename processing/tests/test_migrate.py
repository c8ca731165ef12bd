"""Tables of yesterday's contracts under today's: what is brought along in place, and what stops."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.load import compile_document
from contracts.compiler.model import Contract
from contracts.compiler.yaml_reader import read
from processing import tables
from processing.decode import Decoder
from processing.errors import ProcessingError
from processing.migrate import bring
from processing.versions import Versions
from runtime.delta import dataset

KEY = b"k" * 32
FOLDER = Catalogue(HOME)
V1, V2 = FOLDER.get("client_tickets.v1"), FOLDER.get("client_tickets.v2")
TICKETS1, TICKETS2 = FOLDER.get("tickets.v1"), FOLDER.get("tickets.v2")
OLD, NEW = Versions(V1, ()), Versions(V2, (V1,))
WORDS = "grace hopper's own words"
EVENT: dict[str, Any] = {
    "event_id": "0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11",
    "event_type": "opened",
    "ticket_id": "TCK-00000042",
    "client_id": "CLI-004711",
    "occurred_at": "2026-01-05T09:30:00.5+01:00",
    "request": WORDS,
    "request_type": "billing",
    "priority": "low",
    "channel": "web",
    "amount": 12.5,
    "tags": ["vip"],
    "attachments": [{"name": "a.pdf", "media_type": "application/pdf", "size_bytes": 1}],
}


class Place:
    """Tables in a folder, as jobs of one version after another leave them."""

    def __init__(self, root: Path) -> None:
        self.ledger, self.tickets = root / "ledger", root / "tickets"

    def bring(self, versions: Versions, tickets: Contract, check: Callable[[], None] = lambda: None) -> None:
        """What a job does at its start."""
        bring(versions, {self.tickets: tickets}, self.ledger, KEY, check)

    def accept(self, contract: Contract, **changes: Any) -> None:
        """Commit one accepted and one rejected record, as a batch of a job of this contract does."""
        event = {**EVENT, **changes}
        headers = [("contract", b"client_tickets"), ("contract_version", contract.version.encode())]
        headers.append(("event_id", event["event_id"].encode()))
        verdict = Decoder(contract, KEY).decode(json.dumps(event).encode(), event["ticket_id"].encode(), headers)
        assert verdict.event is not None, verdict.findings
        said = dict(zip((field.name for field in contract.fields), verdict.event, strict=True))
        row: dict[str, Any] = {"partition": 0, "offset": self.rows(), "received_at": datetime.now(UTC), "batch": "a:0"}
        good = {**row, "outcome": "accepted", "event_id": event["event_id"], "body_hash": verdict.body_hash}
        bad = {**row, "offset": row["offset"] + 1, "outcome": "rejected", "raw_value": b"{", "violations": []}
        made = [{**good, "contract_version": contract.version, "event": said}, bad]
        write_deltalake(self.ledger, pa.Table.from_pylist(made, tables.held_schema(self.ledger)), mode="append")

    def rows(self) -> int:
        """Records in the ledger."""
        return int(dataset(DeltaTable(self.ledger), self.ledger).count_rows())

    def read(self, version: int | None = None) -> list[dict[str, Any]]:
        """The ledger's rows by offset."""
        table = dataset(DeltaTable(self.ledger, version=version), self.ledger).to_table()
        rows: list[dict[str, Any]] = table.to_pylist()
        return sorted(rows, key=lambda row: int(row["offset"]))

    def commits(self) -> int:
        """The ledger's newest Delta version, of whatever kind."""
        return int(DeltaTable(self.ledger).version())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Tables as a job of version 1 left them: one accepted record, one rejected."""
    made = Place(tmp_path)
    made.bring(OLD, TICKETS1)
    made.accept(V1, language="fr")
    return made


def variant(contract: Contract, change: Callable[[dict[str, Any]], Any]) -> Contract:
    """A contract as its file would be after a change."""
    document = json.loads(json.dumps(read(Path(contract.file)), default=float))
    change(document)
    return compile_document(document, contract.file)


def properties(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a contract's document."""
    found: list[dict[str, Any]] = document["schema"][0]["properties"]
    return found


def with_field(contract: Contract, name: str, **more: Any) -> Contract:
    """A contract that has one more optional text."""
    field = {"name": name, "logicalType": "string", "classification": "internal", "description": "More.", **more}
    return variant(contract, lambda document: properties(document).insert(3, field))


def test_a_new_major_carries_the_accepted_events_in_one_commit(place: Place) -> None:
    """Renamed values are read under their new name, what is new is null, what was refused is as it was."""
    before, at = place.read(), place.commits()
    place.bring(NEW, TICKETS2)
    accepted, rejected = place.read()
    assert place.commits() == at + 1
    event = {**before[0]["event"], "locale": "fr", "product": None}
    del event["language"]
    assert accepted == {**before[0], "event": event, "body_hash": accepted["body_hash"]}
    assert rejected == before[1]
    assert place.read(at)[0]["event"]["language"] == "fr"


def test_a_carried_event_is_known_when_it_is_sent_again_as_the_new_version(place: Place) -> None:
    """Its hash is that of the new version's event."""
    place.bring(NEW, TICKETS2)
    place.accept(V2, locale="fr")
    rows = place.read()
    assert rows[0]["body_hash"] == rows[2]["body_hash"] is not None


def test_bringing_tables_twice_changes_nothing_more(place: Place) -> None:
    """A job that is started again finds its tables as they should be."""
    place.bring(NEW, TICKETS2)
    at = place.commits(), DeltaTable(place.tickets).version()
    place.bring(NEW, TICKETS2)
    assert (place.commits(), DeltaTable(place.tickets).version()) == at


def test_a_derived_table_of_a_new_major_is_emptied_in_its_new_shape(place: Place) -> None:
    """And says that it is made from no version of the ledger, and what it was can still be read."""
    before = DeltaTable(place.tickets).version()
    place.bring(NEW, TICKETS2)
    assert [f.name for f in tables.held_schema(place.tickets)] == [field.name for field in TICKETS2.fields]
    assert tables.ledger_version(place.tickets) is None
    assert "product" not in pa.schema(DeltaTable(place.tickets, version=before).schema()).names


def test_no_value_of_an_event_gets_into_the_log(place: Place) -> None:
    """A rewritten file has statistics too, and log entries outlive the rows."""
    place.bring(NEW, TICKETS2)
    for entry in (place.ledger / "_delta_log").glob("*.json"):
        assert "grace" not in entry.read_text("utf-8")


def test_an_event_that_cannot_be_carried_stops_the_job_and_nothing_is_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are gone, so it could only be lost."""
    from processing.upgrade import client_tickets

    upgrade, at = client_tickets.v1_to_v2, place.commits()
    monkeypatch.setattr(client_tickets, "v1_to_v2", lambda event: {**upgrade(event), "priority": "lowest"})
    with pytest.raises(ProcessingError, match="the accepted event 0:0 cannot be carried") as refused:
        place.bring(NEW, TICKETS2)
    assert "client_tickets.v2/priority/enum" in refused.value.what
    assert place.commits() == at


def test_the_writers_lease_is_asked_before_each_commit(place: Place) -> None:
    """A job that was replaced while it read must not rewrite its successor's ledger."""

    def refuse() -> None:
        raise ProcessingError("lost", "")

    at = place.commits()
    with pytest.raises(ProcessingError, match="lost"):
        place.bring(NEW, TICKETS2, refuse)
    assert place.commits() == at


def test_an_older_job_stops_on_tables_of_a_newer_one(place: Place) -> None:
    """It would write events that the newer contract does not know."""
    place.bring(NEW, TICKETS2)
    with pytest.raises(ProcessingError, match=r"hold events as client_tickets\.v2, and this job knows") as refused:
        place.bring(OLD, TICKETS1)
    assert "the contracts that wrote them" in refused.value.remedy


def test_an_older_minor_stops_on_tables_of_a_newer_one(place: Place) -> None:
    """The column it does not know would silently stay empty."""
    place.bring(Versions(with_field(V1, "site"), ()), TICKETS1)
    with pytest.raises(ProcessingError, match=r"the table ledger has event\.site"):
        place.bring(OLD, TICKETS1)


def test_an_optional_field_more_is_a_column_more(place: Place) -> None:
    """One commit of the schema: no file is rewritten, the ledger's version stays, old rows read null."""
    files, at = DeltaTable(place.ledger).file_uris(), tables.version(place.ledger)
    sourced = with_field(TICKETS1, "site", transformSourceObjects=["client_tickets.v1/site"])
    place.bring(Versions(with_field(V1, "site"), ()), sourced)
    assert DeltaTable(place.ledger).file_uris() == files
    assert tables.version(place.ledger) == at
    assert place.read()[0]["event"]["site"] is None
    assert place.read()[0]["event"]["attachments"][0]["name"] == "a.pdf"
    assert "site" in tables.held_schema(place.tickets).names
    assert tables.ledger_version(place.tickets) == tables.CREATED


def test_a_member_more_of_a_nested_object_is_added_where_it_belongs(place: Place) -> None:
    """Below a list too."""
    member = {"name": "pages", "logicalType": "integer", "classification": "internal", "description": "More."}

    def change(document: dict[str, Any]) -> None:
        next(p for p in properties(document) if p["name"] == "attachments")["items"]["properties"].append(member)

    place.bring(Versions(variant(V1, change), ()), TICKETS1)
    assert place.read()[0]["event"]["attachments"][0]["pages"] is None
    place.accept(variant(V1, change), attachments=[{**EVENT["attachments"][0], "pages": 3}])
    assert place.read()[2]["event"]["attachments"][0]["pages"] == 3


def test_a_derived_column_that_the_ledger_can_fill_is_made_anew(place: Place) -> None:
    """Null would be wrong where the value is there."""
    place.bring(OLD, with_field(TICKETS1, "way", transformSourceObjects=["client_tickets.v1/channel"]))
    assert tables.ledger_version(place.tickets) is None


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda d: properties(d).remove(next(p for p in properties(d) if p["name"] == "due_on")), "has event.due_on"),
        (
            lambda d: next(p for p in properties(d) if p["name"] == "amount").pop("physicalType"),
            "another type for event.amount",
        ),
    ],
    ids=["vanished", "changed"],
)
def test_what_would_lose_values_needs_a_new_major(place: Place, change: Any, wanted: str) -> None:
    """A field that vanished, and one of another type."""
    at = place.commits()

    def undo(document: dict[str, Any]) -> None:
        change(document)
        document["customProperties"] = [p for p in document["customProperties"] if p["property"] != "lifeCycle"]

    with pytest.raises(ProcessingError, match=wanted) as refused:
        place.bring(Versions(variant(V1, undo), ()), TICKETS1)
    assert "major version" in refused.value.remedy
    assert place.commits() == at


def test_an_older_ledger_gets_the_columns_that_the_job_has_now(place: Place) -> None:
    """A ledger from before `history` was written down, and from before it said whose events it holds."""
    held = tables.held_schema(place.ledger)
    old = pa.schema([f.with_metadata({}) for f in held if f.name != "history"])
    rows = dataset(DeltaTable(place.ledger), place.ledger).to_table().select(old.names).cast(old)
    write_deltalake(place.ledger, rows, mode="overwrite", schema_mode="overwrite")
    assert tables.written_as(tables.held_schema(place.ledger)) is None
    place.bring(OLD, TICKETS1)
    assert tables.held_schema(place.ledger).names[-2:] == ["event", "history"]
    place.bring(NEW, TICKETS2)
    assert tables.written_as(tables.held_schema(place.ledger)) == "client_tickets.v2"
    assert place.read()[0]["event"]["locale"] == "fr"


def test_an_optional_derived_column_that_was_required_is_made_anew(place: Place) -> None:
    """Delta would refuse its nulls."""
    looser = replace(
        TICKETS1, fields=tuple(replace(f, required=False) if f.name == "is_late" else f for f in TICKETS1.fields)
    )
    place.bring(OLD, looser)
    assert tables.held_schema(place.tickets).field("is_late").nullable
