"""Drawn contracts in Spark: what is accepted arrives in a Spark column as the same value, whatever the types."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cli.agreement.draw import contracts
from cli.agreement.examples import START
from cli.agreement.reference.meaning import meaning
from cli.agreement.run import drawing
from cli.tests.stored import meant, of_microseconds
from contracts.compiler.load import compile_document
from contracts.compiler.strict_json import read
from producer.errors import ProducerError
from producer.event import encode
from producer.payloads import values

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONTRACTS, PAYLOADS = 60, 12
RECORD = "partition int, offset bigint, timestamp timestamp, key binary, value binary"
HEADERS = "headers array<struct<key:string,value:binary>>"
pytestmark = [pytest.mark.jvm, pytest.mark.nightly, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    """One session for the module."""
    from runtime.engine import Engine
    from runtime.spark import close_session, open_session

    session = open_session(
        "drawn", scratch=tmp_path_factory.mktemp("spark"), on=Engine("local[2]", None, {}), short=True
    )
    yield session
    close_session(session)


def test_what_is_accepted_arrives_as_the_same_value(spark: "SparkSession") -> None:
    """Through the decoder as Spark runs it, field by field."""
    from processing import ledger
    from processing.erased import NOBODY
    from processing.versions import Versions

    ledger.prepare(spark)
    seen: list[int] = []

    @drawing(CONTRACTS, shrink=False)
    @given(contracts(), st.integers(0, 2**31))
    def one(document: dict[str, Any], seed: int) -> None:
        contract = compile_document(document, "drawn")
        try:
            made = list(values(contract, count=PAYLOADS, seed=Random(seed).randrange(2**31), start=START))
        except ProducerError:
            assume(condition=False)
        payloads = [encode(value) for value in made]
        rows: list[tuple[Any, ...]] = [
            (0, offset, datetime(2026, 1, 5, tzinfo=UTC), None, payload, []) for offset, payload in enumerate(payloads)
        ]
        decoded = ledger.decode(
            spark.createDataFrame(rows, f"{RECORD}, {HEADERS}"), Versions(contract, ()), b"k" * 32, NOBODY
        )
        stored = decoded.orderBy("offset").select("outcome", "event.*").toArrow().to_pylist(maps_as_pydicts="strict")
        for payload, row in zip(payloads, stored, strict=True):
            sent = read(payload)
            assert row["outcome"] == "accepted"
            for field in contract.fields:
                assert meant(field, row[field.name], of_microseconds) == meaning(field, sent.get(field.name)), (
                    field.path,
                    payload,
                )
        seen.append(len(payloads))

    one()
    assert sum(seen) >= CONTRACTS * PAYLOADS * 0.9
