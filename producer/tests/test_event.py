"""The record around a value: key and headers as the contract says."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from contracts.compiler.model import Contract
from producer.event import UNNAMED, event_id, sealer
from producer.mix import Shares, mixed, plan

VALUE: dict[str, Any] = {"ticket_id": "TCK-00000042", "event_id": "0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11"}


def test_a_record_names_its_producer(tickets: Contract) -> None:
    """Beside contract, version and id, a header says who sent the record."""
    key, headers = sealer(tickets, "ticketing-7")(VALUE)
    assert key == b"TCK-00000042"
    assert dict(headers) == {
        "contract": b"client_tickets",
        "contract_version": tickets.version.encode(),
        "event_id": VALUE["event_id"].encode(),
        "producer": b"ticketing-7",
    }


def test_the_name_changes_nothing_but_its_header(tickets: Contract, start: datetime) -> None:
    """Whoever sends, the same seed and start give the same values, keys and times, the broken ones too."""
    counts = plan(tickets, 300, Shares(Decimal("0.3"), Decimal("0.1"), Decimal("0.1")))
    sent = {name: list(mixed(tickets, 300, 3, start, counts, name)) for name in (UNNAMED, "ticketing-7")}

    def bare(name: str) -> list[Any]:
        return [row._replace(headers=[pair for pair in row.headers if pair[0] != "producer"]) for row in sent[name]]

    assert bare(UNNAMED) == bare("ticketing-7")
    assert {dict(row.headers)["producer"] for row in sent["ticketing-7"]} == {b"ticketing-7"}


def test_an_id_is_read_as_far_as_it_can_be(tickets: Contract) -> None:
    """Of bytes that hold none, none is read, and reading never fails."""
    assert event_id(tickets, b'{"event_id": "x"}') == "x"
    for value in (b"", b"[1]", b"\xff", b'{"event_id": null}', b"[" * 200_000):
        assert event_id(tickets, value) is None
