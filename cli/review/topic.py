"""The last check of a comparison: the same events on a real topic, both versions mixed, read through Spark.

Replay runs the decoder as a function; the job runs it on Spark's workers, over what a broker kept. Here every witness
and some hundred events of each version are sent to one topic, read by Spark with either contract, and what it makes of
each record is held against what replay said.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.review.pool import Pool
from cli.review.readers import SECRET, Record, Side
from cli.review.versions import Written, read
from contracts.compiler.diff.model import OLD_TO_NEW, Comparison

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TOPIC, PARTITIONS = "contract-review", 2
GENERATED = 200  # events of each version, beside the witnesses and the boundaries
BOUNDARIES = 200
Step = Callable[[str], None]


class TopicError(Exception):
    """Spark reads otherwise than replay said, or there is nothing to send: `what`, and the `remedy`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n{remedy}")
        self.what = what
        self.remedy = remedy


def confirm(old_file: Path, new_file: Path, made: tuple[Comparison, ...], step: Step) -> tuple[Comparison, ...]:
    """The comparison of two files with the number of records that Spark read as replay said; TopicError otherwise.

    Starts an embedded broker and Spark in a folder that is gone afterwards. Values that are no JSON are left out: their
    readers are not ours.
    """
    old, new = read(old_file), read(new_file)
    sides = Side(old), Side(new)
    if sides[0].topic is None or sides[1].topic is None:
        raise TopicError(f"{made[0].contract} describes no topic", "Leave out --on-topic for tables.")
    records = _records(old, new, made[0])
    with tempfile.TemporaryDirectory(prefix="tickets-review-") as folder:
        step("records on a topic, read by Spark")
        count = _check(records, sides, Path(folder))
    replayed = made[0].replayed
    return (replace(made[0], replayed=replayed and replace(replayed, on_topic=count)),)


def _records(old: Written, new: Written, comparison: Comparison) -> list[Record]:
    """Witnesses first, then both versions in turn, as two producers would mix them."""
    sides = {True: Side(old), False: Side(new)}
    found: list[Record | None] = []
    for finding in comparison.findings:
        witness = finding.witness
        events = (*([witness.event] if witness and witness.event else ()), *(witness.events or () if witness else ()))
        for event in events:
            assert witness is not None  # noqa: S101 - events are a witness's
            found.append(sides[witness.direction == OLD_TO_NEW].record(dict(event)))
    pools = [_drawn(sides[first], sides[not first]) for first in (True, False)]
    found += [record for pair in zip(*pools, strict=False) for record in pair]
    return [record for record in found if record is not None and record.format == "json"]


def _drawn(writer: Side, reader: Side) -> list[Record]:
    trials = Pool(writer, reader, 1).trials()
    generated = [trial.record for trial in islice((one for one in trials if not one.boundary), GENERATED)]
    rest = [trial.record for trial in trials if trial.boundary][:BOUNDARIES]
    return [*generated, *rest]


def _check(records: list[Record], sides: tuple[Side, Side], folder: Path) -> int:
    from runtime.broker import connect
    from runtime.spark import open_session
    from runtime.workspace import Workspace

    workspace = Workspace.open(folder)
    with connect("embedded", workspace) as broker:
        places = _send(records, broker.bootstrap)
        log = workspace.logs / "spark.log"
        spark = open_session("contract review", scratch=folder / "scratch", log=log, short=True)
        try:
            for side in sides:
                _compare(side, records, places, _read(spark, broker.bootstrap, side))
        finally:
            spark.stop()
    return len(records)


def _send(records: list[Record], bootstrap: str) -> list[tuple[int, int]]:
    """Send every record to one topic, whatever topic its version names; the coordinates in order."""
    from confluent_kafka import Producer

    from runtime import kafka

    kafka.ensure_topic(bootstrap, TOPIC, PARTITIONS, {})
    places: dict[int, tuple[int, int]] = {}
    producer = Producer({**kafka.client_config(bootstrap), "partitioner": "murmur2_random", "acks": "all"})

    def keeper(number: int) -> Callable[[Any, Any], None]:
        def delivered(error: Any, message: Any) -> None:
            if error is None:
                places[number] = (message.partition(), message.offset())

        return delivered

    for number, record in enumerate(records):
        headers: Any = list(record.headers)
        producer.produce(TOPIC, record.value, record.key, headers=headers, on_delivery=keeper(number))
        producer.poll(0)
    producer.flush(60)
    if len(places) < len(records):
        raise TopicError(f"{len(records) - len(places)} records were not acknowledged", "Try again.")
    return [places[number] for number in range(len(records))]


def _read(spark: "SparkSession", bootstrap: str, side: Side) -> dict[tuple[int, int], dict[str, Any]]:
    """What Spark makes of each record with one version of the contract, by coordinates."""
    from processing import ledger
    from processing.erased import NOBODY
    from processing.versions import Versions
    from runtime import kafka

    ledger.prepare(spark)
    options = {**kafka.spark_options(bootstrap), "subscribe": TOPIC, "includeHeaders": "true"}
    records: DataFrame = spark.read.format("kafka").options(**options).load()
    decoded = ledger.decode(records, Versions(side.contract, ()), SECRET, NOBODY)
    rows = decoded.select("partition", "offset", "outcome", "violations", "event").toArrow()
    found = rows.to_pylist(maps_as_pydicts="strict")
    return {(row["partition"], row["offset"]): row for row in found}


def _compare(
    side: Side,
    records: list[Record],
    places: list[tuple[int, int]],
    found: dict[tuple[int, int], dict[str, Any]],
) -> None:
    for record, place in zip(records, places, strict=True):
        row, here = found[place], replace(record, topic=side.topic)
        refused = {one.clause for one in side.refusals(here)}
        seen = {violation["clause"] for violation in row["violations"] or ()}
        values = side.values(here)
        if refused != seen or (values is not None and dict(values) != row["event"]):
            said = sorted(filter(None, seen ^ refused)) or "its values"
            raise TopicError(
                f"Spark reads a record otherwise than {side.contract.key} did in replay: {said}: {record.event}",
                "This is a fault of the product: the decoder differs between a function and a Spark worker.",
            )
