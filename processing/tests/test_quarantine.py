"""What was not accepted: chosen, counted and shown from a ledger made by hand."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from processing.errors import ProcessingError
from processing.quarantine import Which, counted, one, refused
from processing.tests.ledgers import AMOUNT, BEGAN, PRIORITY, ledger, row

ROWS = (
    row("0:0", "accepted"),
    row("0:1", "rejected", PRIORITY, AMOUNT, AMOUNT, producer=b"crm", contract_version="2.0.0"),
    row("0:2", "rejected", PRIORITY, producer=b"crm", contract_version="2.1.0"),
    row("0:3", "rejected", AMOUNT, producer=b"caf\xc3\xa9", contract_version="20.0.0"),
    row("1:4", "conflict", producer=b"\xff\x1b", first_partition=0, first_offset=0),
    row("1:5", "duplicate", producer=b"", first_partition=0, first_offset=0, contract_version="2.1.0"),
    row("1:6", "tombstone"),
    row("1:7", "erased", raw_headers=None, raw_key=None, raw_value=None),
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows as a ledger."""
    return ledger(tmp_path_factory.mktemp("tables"), ROWS)


def which(**chosen: Any) -> Which:
    """A choice by these conditions alone."""
    return Which(**(dict.fromkeys(Which.__slots__) | chosen))


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({}, ["1:7", "1:6", "1:5", "1:4", "0:3", "0:2", "0:1"]),
        ({"clause": PRIORITY}, ["0:2", "0:1"]),
        ({"clause": "client_tickets.v2/priority/enum' OR true --"}, []),
        ({"outcome": "conflict"}, ["1:4"]),
        ({"producer": "crm"}, ["0:2", "0:1"]),
        ({"producer": "café"}, ["0:3"]),
        ({"producer": "(not said)"}, ["1:6", "1:5"]),
        ({"producer": "(not kept)"}, ["1:7"]),
        ({"version": "2"}, ["1:5", "0:2", "0:1"]),
        ({"version": "2.1.0"}, ["1:5", "0:2"]),
        ({"version": "(not said)"}, ["1:7", "1:6", "1:4"]),
        ({"since": BEGAN + timedelta(minutes=5)}, ["1:7", "1:6", "1:5"]),
        ({"clause": AMOUNT, "producer": "crm", "version": "2", "outcome": "rejected", "since": BEGAN}, ["0:1"]),
    ],
)
def test_records_are_chosen_by_every_condition_that_is_given(tables: Path, chosen: Any, wanted: list[str]) -> None:
    """The newest first; a version without its minor is all of its major, and of no other that begins alike."""
    found = refused(tables, "producer", which(**chosen), 10)
    assert [f"{r['partition']}:{r['offset']}" for r in found] == wanted


def test_a_limit_leaves_the_oldest_out(tables: Path) -> None:
    """As many as were asked for."""
    assert [r["offset"] for r in refused(tables, "producer", which(), 2)] == [7, 6]


def groups(tables: Path, *by: str, header: str = "producer") -> list[tuple[tuple[str, ...], int]]:
    """Keys and sizes in their order."""
    return [(group.keys, group.records) for group in counted(tables, header, by).groups]


def test_records_are_counted_by_clause_once_each(tables: Path) -> None:
    """A record counts under every clause it breaks, once though it breaks it twice, and once in the sum; what was not
    rejected counts under its outcome.
    """
    assert groups(tables, "clause") == [
        ((), 7),
        ((AMOUNT,), 2),
        ((PRIORITY,), 2),
        (("conflict",), 1),
        (("duplicate",), 1),
        (("erased",), 1),
        (("tombstone",), 1),
    ]


def test_records_are_counted_one_grouping_within_the_other(tables: Path) -> None:
    """The largest group first, each before those below it; a header that is no UTF-8 is shown by its bytes."""
    found = groups(tables, "producer", "clause")
    assert found[:6] == [
        ((), 7),
        (("(not said)",), 2),
        (("(not said)", "duplicate"), 1),
        (("(not said)", "tombstone"), 1),
        (("crm",), 2),
        (("crm", PRIORITY), 2),
    ]
    assert dict(found)[("crm", AMOUNT)] == 1
    assert {keys[0] for keys, _ in found[1:]} == {"(not said)", "(not kept)", "crm", "café", "\\xFF\\x1B"}


def test_the_producer_is_read_from_the_header_that_the_contract_names(tables: Path) -> None:
    """Whatever it is called, a quote in its name included."""
    assert groups(tables, "producer", header="contract")[1] == (("client_tickets",), 6)
    assert groups(tables, "producer", header="it's")[1] == (("(not said)",), 6)


def test_a_count_says_when_it_was_seen_and_names_the_newest(tables: Path) -> None:
    """Times of the broker, UTC."""
    found = counted(tables, "producer", ("version",))
    assert found.records == len(ROWS)
    group = next(group for group in found.groups if group.keys == ("2.1.0",))
    assert (group.first_seen, group.last_seen, group.example) == (ROWS[2]["received_at"], ROWS[5]["received_at"], "1:5")
    assert group.first_seen.utcoffset() == timedelta(0)


def test_nothing_refused_is_no_group(tmp_path: Path) -> None:
    """Where all records were accepted, and in a ledger that was made and never written."""
    assert counted(ledger(tmp_path / "one", ROWS[:1]), "producer", ("clause",)).groups == ()
    assert counted(ledger(tmp_path / "none", []), "producer", ("clause",)).records == 0


def test_one_record_is_shown_in_full_and_its_bytes_on_request(tables: Path) -> None:
    """Accepted ones too; a record that is not there is said."""
    assert one(tables, 1, 4, with_raw=False)["first_offset"] == 0
    assert "raw_value" not in one(tables, 0, 1, with_raw=False)
    assert one(tables, 0, 1, with_raw=True)["raw_value"] == "c2VjcmV0IGJ5dGVz"
    assert [one(tables, 0, offset, with_raw=False)["raw_kept"] for offset in (0, 1)] == [False, True]
    with pytest.raises(ProcessingError, match=r"no record 9:9"):
        one(tables, 9, 9, with_raw=False)


@pytest.mark.parametrize(
    "ask",
    [
        lambda tables: refused(tables, "producer", which(), 1),
        lambda tables: counted(tables, "producer", ("clause",)),
        lambda tables: one(tables, 0, 0, with_raw=False),
    ],
)
def test_without_a_ledger_it_is_said_what_to_do(tmp_path: Path, ask: Callable[[Path], Any]) -> None:
    """Not a traceback of the reader."""
    with pytest.raises(ProcessingError, match="Run `tickets process"):
        ask(tmp_path)
