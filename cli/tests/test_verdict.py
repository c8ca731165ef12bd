"""`tickets contracts verdict` and `payloads`: one contract, any payload, no broker."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.catalogue import HOME

TICKETS = Path(sys.executable).with_name("tickets")
CLIENT_TICKETS = HOME / "client_tickets" / "v1.odcs.yaml"
ORDERS = """
apiVersion: v3.2.0
kind: DataContract
id: orders
name: orders
version: 1.0.0
status: draft
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, unique: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}
      - name: notes
        logicalType: object
        logicalTypeOptions: {maxProperties: 1}
        properties: [{name: text, logicalType: string}]
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A contract from elsewhere: no Kafka, none of our custom properties."""
    file = tmp_path / "orders.yaml"
    file.write_text(ORDERS, "utf-8")
    return file


def tickets(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `tickets contracts ...`."""
    return subprocess.run([TICKETS, "contracts", *arguments], input=stdin, capture_output=True, check=False)


def answers(run: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    """The JSON documents it printed."""
    assert b"Traceback" not in run.stderr, run.stderr.decode()
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_every_clause_that_breaks_is_named(orders: Path) -> None:
    """With its id, the JSON path, what was found and what is wanted."""
    run = tickets("verdict", orders, "-", stdin=b'{"id": 1.5, "amount": -0.01}\n{"id": 7.0}\n')
    assert run.returncode == 1
    assert answers(run) == [
        {
            "line": 1,
            "accepted": False,
            "violations": [
                {
                    "clause": "orders.v1/id/type",
                    "path": "$.id",
                    "found": "1.5",
                    "wanted": "an integer from -9223372036854775808 to 9223372036854775807",
                },
                {"clause": "orders.v1/amount/minimum", "path": "$.amount", "found": "-0.01", "wanted": "at least 0"},
            ],
        },
        {"line": 2, "accepted": True, "violations": []},
    ]


def test_a_blank_line_and_an_empty_file_are_an_empty_payload(orders: Path, tmp_path: Path) -> None:
    """They are not skipped: a producer that sends nothing sends no event."""
    blank = answers(tickets("verdict", orders, "-", stdin=b'{"id":1}\n\n{"id":2}'))
    assert [(row["line"], row["accepted"]) for row in blank] == [(1, True), (2, False), (3, True)]
    assert blank[1]["violations"][0]["clause"] == "orders.v1/$/json"
    assert [row["accepted"] for row in answers(tickets("verdict", orders, "-"))] == [False]
    folder = tmp_path / "payloads"
    folder.mkdir()
    (folder / "a.json").write_bytes(b'{"id":\n1}\n')
    (folder / "b.json").write_bytes(b"")
    (folder / "c.json").write_bytes(b"\xff")
    rows = answers(tickets("verdict", orders, folder))
    assert [(row["file"], row["accepted"]) for row in rows] == [("a.json", True), ("b.json", False), ("c.json", False)]


def test_enforcers_that_agree_are_answered_as_one(orders: Path) -> None:
    """Where pandera cannot express a clause, the line says so with the reason; that is no difference."""
    payloads = b'{"id":1,"notes":{"text":"a","more":1}}\n{"id":"x"}\n{"id":2}\nnull\n'
    run = tickets("verdict", orders, "-", "--enforcer", "all", stdin=payloads)
    assert run.returncode == 1, run.stdout
    rows = answers(run)
    assert [row["accepted"] for row in rows] == [False, False, True, False]
    assert list(rows[0]["cannot_express"]) == ["pandera"]
    assert not any("verdicts" in row for row in rows)


@pytest.mark.parametrize("enforcer", ["json-schema", "decoder", "pandera", "reference"])
def test_each_enforcer_can_be_asked(orders: Path, enforcer: str) -> None:
    """By name; the default is the decoder."""
    rows = answers(tickets("verdict", orders, "-", "--enforcer", enforcer, stdin=b'{"amount":-1}\n'))
    clauses = [violation["clause"] for violation in rows[0]["violations"]]
    assert clauses == ["orders.v1/id/required", "orders.v1/amount/minimum"]


def test_a_framed_payload_is_refused_by_all_and_told_as_such(orders: Path) -> None:
    """What a Schema Registry's serializer puts before a value makes it no JSON for anyone; the reason says so."""
    framed = b'\0\0\0\0\x07{"id":1}\n\0\0\x01\x86\xa1{"id":1}\n'
    rows = answers(tickets("verdict", orders, "-", "--enforcer", "all", stdin=framed))
    assert [row["violations"][0]["clause"] for row in rows] == ["orders.v1/$/json", "orders.v1/$/utf8"]
    assert not any("verdicts" in row for row in rows)
    for enforcer in ("json-schema", "decoder", "pandera"):
        rows = answers(tickets("verdict", orders, "-", "--enforcer", enforcer, stdin=framed))
        found = [row["violations"][0]["found"] for row in rows]
        assert [("Schema Registry serializer" in text, "schema id" in text) for text in found] == [(True, True)] * 2


def test_a_contract_that_does_not_compile_is_wrong_use(tmp_path: Path) -> None:
    """With the sentence that the linter has for it."""
    file = tmp_path / "bad.yaml"
    file.write_text(ORDERS.replace("logicalType: integer", "logicalType: vector"), "utf-8")
    run = tickets("verdict", file, "-")
    assert run.returncode == 2
    assert b"schema.orders.id" in run.stderr


def test_payloads_are_seeded_and_accepted() -> None:
    """The same seed, the same lines; and what is printed is valid."""
    first = tickets("payloads", CLIENT_TICKETS, "--events", "50", "--seed", "3")
    assert first.stdout == tickets("payloads", CLIENT_TICKETS, "--events", "50", "--seed", "3").stdout
    assert first.stdout != tickets("payloads", CLIENT_TICKETS, "--events", "50", "--seed", "4").stdout
    rows = answers(tickets("verdict", CLIENT_TICKETS, "-", stdin=first.stdout))
    assert [row["accepted"] for row in rows] == [True] * 50


def test_a_clause_is_broken_on_request(orders: Path) -> None:
    """Alone where it can be; the id may come without the contract's name."""
    broken = tickets("payloads", orders, "--break", "amount/minimum", "--events", "4").stdout
    rows = answers(tickets("verdict", orders, "-", stdin=broken))
    assert [[v["clause"] for v in row["violations"]] for row in rows] == [["orders.v1/amount/minimum"]] * 4
    wrong = tickets("payloads", orders, "--break", "amount/minimun")
    assert wrong.returncode == 2
    assert b"Did you mean amount/minimum?" in wrong.stderr


def test_each_clause_is_broken_and_labelled(orders: Path) -> None:
    """Every clause of the contract once, those over many events by a batch."""
    lines = answers(tickets("payloads", orders, "--each-clause"))
    by_clause = {line["clause"].removeprefix("orders.v1/"): line for line in lines}
    assert {"$/utf8", "$/json", "id/required", "id/type", "id/unique", "amount/minimum"} <= by_clause.keys()
    assert by_clause["id/required"]["clauses"] == ["orders.v1/id/required"]
    assert "batch" in by_clause["id/unique"]
    ids = [row["id"] for row in by_clause["id/unique"]["batch"]]
    assert len(ids) > len(set(ids))
