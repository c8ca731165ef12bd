"""Events of several majors on one topic: who judges them, and what becomes of the older."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from processing.columns import arrow_type
from processing.decode import Decoder, Verdict
from processing.errors import ProcessingError
from processing.identity import BodyHash
from processing.stored import canonical, judge_members
from processing.tests.tickets import TICKET
from processing.upgrade import client_tickets
from processing.versions import Upgrader, VersionedDecoder, Versions

KEY = b"k" * 32
V1, V2 = Catalogue(HOME).get("client_tickets.v1"), Catalogue(HOME).get("client_tickets.v2")
DECODER = VersionedDecoder(Versions(V2, (V1,)), KEY)
EVENT = {**TICKET, "client_email": "ada@example.com", "amount": 12.5}
OLD, NEW = {**EVENT, "language": "fr-FR"}, {**EVENT, "locale": "fr-FR"}


def decode(event: Any, version: str | None, decoder: VersionedDecoder | Decoder = DECODER) -> Verdict:
    """The verdict on an event, or on bytes, that say this version."""
    headers = [("contract", b"client_tickets"), ("event_id", EVENT["event_id"].encode())]
    headers += [] if version is None else [("contract_version", version.encode())]
    return decoder.decode(event if isinstance(event, bytes) else json.dumps(event).encode(), b"TCK-00000042", headers)


def stored(verdict: Verdict) -> dict[str, Any]:
    """The accepted event by field of the newest version."""
    assert verdict.event is not None, verdict.findings
    return dict(zip((field.name for field in V2.fields), verdict.event, strict=True))


def test_an_older_event_is_a_row_of_the_newest_version_and_says_its_own() -> None:
    """Renamed, not lost; what its version did not have is null."""
    verdict = decode(OLD, "1.0.0")
    assert (verdict.outcome, verdict.version) == ("accepted", "1.0.0")
    assert stored(verdict) == stored(decode(NEW, "2.0.0")) | {"product": None}
    assert stored(verdict)["locale"] == "fr-FR"


def test_the_same_event_in_two_versions_is_the_same_event() -> None:
    """A producer that was upgraded and sends again makes a duplicate; another value is a conflict."""
    first = decode(OLD, "1.0.0").body_hash
    assert first is not None
    assert decode(NEW, "2.0.0").body_hash == first
    assert decode({**NEW, "product": "Travel Card"}, "2.0.0").body_hash != first
    assert decode({**NEW, "locale": "fr"}, "2.0.0").body_hash != first
    assert decode({**OLD, "mood": "good"}, "1.0.0").body_hash == decode({**NEW, "mood": "good"}, "2.0.0").body_hash
    assert decode({**OLD, "mood": "good"}, "1.0.0").body_hash != first


@pytest.mark.parametrize(
    ("event", "version", "clauses"),
    [
        ({**OLD, "channel": "social"}, "1.0.0", ["client_tickets.v1/channel/enum"]),
        ({**NEW, "channel": "fax"}, "2.1.0", ["client_tickets.v2/channel/enum"]),
        (b"{", "1.0.0", ["client_tickets.v1/$/json"]),
        (b"{", "2.0.0", ["client_tickets.v2/$/json"]),
        (NEW, None, ["client_tickets.v2/@version/required"]),
        (NEW, "3.0.0", ["client_tickets.v2/@version/known"]),
        (NEW, "one", ["client_tickets.v2/@version/known"]),
    ],
)
def test_an_event_is_judged_by_the_version_it_names(event: Any, version: str | None, clauses: list[str]) -> None:
    """And by the newest where it names none that is known."""
    assert [found.clause for found in decode(event, version).findings] == clauses


def test_an_unknown_version_is_told_which_are_known() -> None:
    """All that the job reads, not only the newest."""
    [found] = decode(NEW, "3.0.0").findings
    assert (found.found, found.wanted) == ('"3.0.0"', "a version this job knows (1.x, 2.x)")


def test_every_older_payload_becomes_a_row_that_keeps_the_newest_contract() -> None:
    """The contract's own examples, upgraded, break no clause of the newest version and lose no value."""
    upgrader, decoder = Upgrader(V1, V2), Decoder(V1, KEY)
    for event in varied():
        row = decoder.stored(json.dumps(event, default=float).encode())
        assert row is not None
        made = upgrader(row)
        assert made.findings == ()
        before = dict(zip((field.name for field in V1.fields), row, strict=True))
        after = dict(zip((field.name for field in V2.fields), made.event, strict=True))
        assert after.pop("product") is None
        assert {**after, "language": after["locale"]} == {**before, "locale": before["language"]}


def varied() -> list[dict[str, Any]]:
    """A valid event for each value that an enum or a list of examples names, and one with nothing optional."""
    full = {
        **OLD,
        "satisfaction": 5,
        "due_on": "2026-03-01",
        "tags": ["vip"],
        "attachments": [{"name": "a.pdf", "media_type": "application/pdf", "size_bytes": 7}],
    }
    enums = [(f.name, value) for f in V1.fields if (clause := f.clause("enum")) for value in clause.argument]
    shown = [(f.name, value) for f in V1.fields if not f.children and f.name != "event_id" for value in f.examples]
    return [full, EVENT, *({**full, name: value} for name, value in (*enums, *shown))]


def with_step(monkeypatch: pytest.MonkeyPatch, step: Callable[[dict[str, Any]], dict[str, Any]] | None) -> None:
    """Replace the upgrade function of client_tickets, or remove it."""
    if step is None:
        monkeypatch.delattr(client_tickets, "v1_to_v2")
    else:
        monkeypatch.setattr(client_tickets, "v1_to_v2", step)


def test_a_missing_upgrade_function_stops_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read, with the name of what is to be written."""
    with_step(monkeypatch, None)
    with pytest.raises(ProcessingError, match="there is no v1_to_v2") as refused:
        Versions(V2, (V1,)).check()
    assert "processing/upgrade/client_tickets.py" in refused.value.remedy


@pytest.mark.parametrize(
    "step", [lambda event: {**event, "locales": 1}, lambda event: {"locale": event["langauge"]}], ids=["makes", "reads"]
)
def test_an_upgrade_that_names_no_field_stops_the_job(monkeypatch: pytest.MonkeyPatch, step: Any) -> None:
    """A typing error would else refuse every older event."""
    with_step(monkeypatch, step)
    with pytest.raises(ProcessingError, match="no field there"):
        Versions(V2, (V1,)).check()


@pytest.mark.parametrize(
    ("changes", "clause", "found"),
    [
        ({"locale": "FR"}, "locale/pattern", "FR"),
        ({"channel": None}, "channel/required", "null"),
        ({"occurred_at": "2026-01-05"}, "occurred_at/type", "a stored str"),
        ({"satisfaction": 9}, "satisfaction/maximum", "9"),
        ({"amount": Decimal("0.005")}, "amount/multipleOf", "0.005"),
        ({"request": ""}, "request/minLength", "a hidden value"),
        (
            {"attachments": [{"name": "a", "media_type": "a/b", "size_bytes": 1, "x": 1}]},
            "attachments[]/type",
            "no field",
        ),
        ({"surprise": 1}, "@version/known", "no field of the contract"),
    ],
)
def test_an_upgrade_that_breaks_the_newest_contract_refuses_the_event(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], clause: str, found: str
) -> None:
    """It is kept as rejected, with the clause, and can be replayed once the function is mended."""
    right = client_tickets.v1_to_v2
    with_step(monkeypatch, lambda event: {**right(event), **changes})
    verdict = decode(OLD, "1.0.0", VersionedDecoder(Versions(V2, (V1,)), KEY))
    assert (verdict.outcome, verdict.event, verdict.body_hash) == ("rejected", None, None)
    assert [finding.clause for finding in verdict.findings] == [f"client_tickets.v2/{clause}"]
    assert found in verdict.findings[0].found
    assert verdict.findings[0].found.endswith(f"after the upgrade from {V1.version}")


def test_an_upgrade_that_fails_on_one_event_refuses_that_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on, and the reason shows no value."""
    with_step(monkeypatch, lambda event: {"locale": {"en": "EN"}[event["language"]]})
    [found] = decode(OLD, "1.0.0", VersionedDecoder(Versions(V2, (V1,)), KEY)).findings
    assert (found.clause, found.found) == (
        "client_tickets.v2/@version/known",
        f"{V1.version}, whose upgrade failed with KeyError",
    )


def test_versions_need_a_header_to_be_told_apart() -> None:
    """A contract whose records name no version can have one major only."""
    logs = Catalogue(HOME.parent / "examples" / "contracts").get("app_logs")
    with pytest.raises(ProcessingError, match="no header with the version"):
        Versions(logs, (logs,)).check()


EVERY_TYPE = Catalogue(Path(__file__).parent / "contracts").get("every_type")
FULL = (
    b'{"event_id":"e1","happened_at":"2026-01-05T08:30:00+01:00","email":"ada@example.com","flag":true,"n_i8":-1,'
    b'"n_u64":18446744073709551615,"n_i128":-5,"n_f32":0.1,"n_f64":0.1,"price":12.07,"stamp_any":"2026-01-05T08:30:00",'
    b'"day":"2026-01-05","clock":"08:30:00.000001","words":["b"],"point":{"x":-1.5},"labels":{"b":"1","a":null},'
    b'"shelves":{"top":[{"size":7,"at":"2026-01-05T08:30:00Z"}],"low":[]},"grids":[{"a":{"b":0.5}},{}],'
    b'"tree":{"branch":{"leaves":["2026-01-05"],"clocks":{"noon":"12:00:00Z"}}}}'
)


def through_arrow(contract: Contract, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A stored row as it is found again in a table."""
    names = [field.name for field in contract.fields]
    schema = pa.struct([pa.field(field.name, arrow_type(field)) for field in contract.fields])
    [found] = pa.array([dict(zip(names, row, strict=True))], schema).to_pylist(maps_as_pydicts="strict")
    return tuple(canonical(field)(found[field.name]) for field in contract.fields)


def test_a_row_read_back_is_the_row_that_was_stored() -> None:
    """In every type: equal, hashed alike, and still without fault."""
    row = Decoder(EVERY_TYPE, KEY).stored(FULL)
    assert row is not None
    found, hashed = through_arrow(EVERY_TYPE, row), BodyHash(EVERY_TYPE.fields, KEY)
    assert found == row
    assert hashed(found, None) == hashed(row, None)
    judge = judge_members(EVERY_TYPE.fields, EVERY_TYPE.wholes()["$/type"])
    names = [field.name for field in EVERY_TYPE.fields]
    assert list(judge(dict(zip(names, found, strict=True)), "$")) == []


def test_a_hash_does_not_see_fields_that_are_null() -> None:
    """So a contract that gains an optional field changes no hash of an event without it."""
    row = Decoder(V2, KEY).stored(json.dumps(NEW).encode())
    assert row is not None
    fewer = tuple(field for field in V2.fields if field.name != "product")
    same = tuple(value for field, value in zip(V2.fields, row, strict=True) if field.name != "product")
    assert BodyHash(V2.fields, KEY)(row, None) == BodyHash(fewer, KEY)(same, None)
    assert stored(decode(NEW, "2.0.0"))["occurred_at"] == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
