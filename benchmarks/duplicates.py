"""What a batch costs when the ledger already holds a million event ids, and when it holds ten.

    .venv/bin/python benchmarks/duplicates.py [--small N] [--large N] [--batch N] [--rounds N] [--kpis] [--json]

Two workspaces with ledgers of that many accepted rows; the same batches (1 % duplicates, 3 % invalid) are carried into
each in turn, by the job's own steps, so that a machine that slows down slows both. Needs about 4 GB of disk. With
--kpis the table of tickets holds as many rows, of one week, and KPIs are made after each batch, which a running job
does beside its batches and not after each; without it that table is empty, and there are none.
"""

import argparse
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from processing import aggregates, derive, ledger, tables
from processing.carry import Carrier
from processing.derive import Derivation
from processing.erased import NOBODY
from processing.flood import Watch
from processing.index import Index
from producer.mix import Shares, mixed, plan
from runtime.engine import Engine
from runtime.spark import close_session, open_session

CATALOGUE = Catalogue(HOME)
CONTRACT = CATALOGUE.get("client_tickets.v1")
KEY = b"k" * 32
START = datetime(2026, 1, 5, tzinfo=UTC)
CHUNK = 200_000  # rows of one commit of the ledger that is there before
WARMING = 3  # rounds that are left out: Java still compiles
WEEK_US = 7 * 86_400 * 1_000_000
DRAWN = {
    "event_type": ("opened", "assigned", "resolved", "reopened", "closed"),
    "request_type": ("billing", "technical", "delivery", "contract", "complaint", "information"),
    "priority": ("low", "normal", "high", "urgent"),
    "support_team": ("first line", "second line", "billing"),
}
SAME: tuple[tuple[Callable[[pa.DataType], bool], Any], ...] = (
    (lambda type_: type_ == pa.string() or pa.types.is_large_string(type_), "the same in each row"),
    (pa.types.is_boolean, False),
    (pa.types.is_integer, 1),
    (pa.types.is_timestamp, START),
)


class Free:
    """A lease that nobody else wants."""

    def check(self) -> None:
        """Nothing is in the way."""


def derivation(folder: Path, *, kpis: bool) -> Derivation:
    """The accepted rows, and KPIs of them where asked for."""
    outputs = tuple(CATALOGUE.get(key) for key in ("tickets.v1", *(("ticket_kpis.v1",) if kpis else ())))
    references = tuple((CATALOGUE.get(key), CATALOGUE.data_file(CATALOGUE.get(key))) for key in CONTRACT.references)
    return Derivation(CONTRACT, (), outputs, references, folder / "tables", folder / "index", NOBODY)


def earlier(made: Derivation, rows: int) -> None:
    """A ledger that holds `rows` accepted events, in commits of CHUNK rows, and an accepted table in step with it."""
    tables.create_ledger(made.ledger, CONTRACT)
    schema = pa.schema(DeltaTable(made.ledger).schema())
    random = np.random.default_rng(rows)
    for at in range(0, rows, CHUNK):
        size = min(CHUNK, rows - at)
        bits = random.bytes(16 * size)
        ids = [str(uuid.UUID(bytes=bits[16 * n : 16 * n + 16])) for n in range(size)]
        held: dict[str, Any] = {
            "partition": pa.array(np.arange(size) % 4, pa.int32()),
            "offset": pa.array((at + np.arange(size)) // 4 - 10**9, pa.int64()),
            "received_at": pa.array([START] * size, schema.field("received_at").type),
            "outcome": pa.array(["accepted"] * size),
            "event_id": pa.array(ids),
            "body_hash": pa.array([bits[16 * n : 16 * n + 16] for n in range(size)], pa.binary()),
            "batch": pa.array(["0"] * size),
        }
        columns = [held[f.name].cast(f.type) if f.name in held else pa.nulls(size, f.type) for f in schema]
        write_deltalake(made.ledger, pa.Table.from_arrays(columns, schema=schema), mode="append")
    for path, contract in made.derived.items():
        tables.create_derived(path, contract)
    path = made.path(made.accepted)
    schema = pa.schema(DeltaTable(path).schema())
    for at in range(0, rows if made.aggregates else 0, CHUNK):
        write_deltalake(path, tickets(schema, at, min(CHUNK, rows - at), random), mode="append")
    note = {"userMetadata": json.dumps(tables.note(tables.version(made.ledger), made.accepted))}
    properties = CommitProperties(custom_metadata=note)
    write_deltalake(path, schema.empty_table(), mode="append", commit_properties=properties)


def tickets(schema: pa.Schema, at: int, size: int, random: np.random.Generator) -> pa.Table:
    """Rows of the accepted table, of five events a ticket; what KPIs don't read is the same in each."""
    numbers = at + np.arange(size)
    moments = np.datetime64(START.replace(tzinfo=None), "us") - random.integers(0, WEEK_US, size).astype("m8[us]")
    names = pc.utf8_lpad(pa.array(numbers // 5).cast(pa.string()), 8, "0")
    held: dict[str, Any] = {
        "ticket_id": pc.binary_join_element_wise("TCK-", names, ""),
        "event_id": pa.array(numbers).cast(pa.string()),
        "occurred_at": pa.array(moments),
        "satisfaction": pa.array(random.integers(1, 6, size), pa.int32()),
        "target_hours": pa.array(random.integers(4, 72, size), pa.int32()),
    }
    for name, values in DRAWN.items():
        held[name] = pa.array(values).take(pa.array(random.integers(0, len(values), size)))
    for field in schema:
        if field.name not in held:
            constant = next((value for fits, value in SAME if fits(field.type)), None)
            held[field.name] = pa.nulls(size, field.type) if constant is None else pa.repeat(pa.scalar(constant), size)
    return pa.Table.from_arrays([held[field.name].cast(field.type) for field in schema], schema=schema)


def batches(folder: Path, size: int) -> Iterator[Path]:
    """Files of Kafka source rows, each of other events."""
    offsets = [0, 0, 0, 0]
    for seed in count(1):
        counts = plan(CONTRACT, size, Shares(Decimal("0.03"), Decimal("0.01"), Decimal("0.02")))
        rows = []
        for sending in mixed(CONTRACT, size, seed, START + timedelta(days=seed), counts):
            place = sum(sending.key) % 4
            offsets[place] += 1
            headers = [{"key": name, "value": text} for name, text in sending.headers]
            rows.append((place, offsets[place], sending.sent_at, sending.key, sending.value, headers))
        names = ("partition", "offset", "timestamp", "key", "value", "headers")
        held = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        header = pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())]))
        types = (pa.int32(), pa.int64(), pa.timestamp("us", "UTC"), pa.binary(), pa.binary(), header)
        table = pa.table([pa.array(held[n], t) for n, t in zip(names, types, strict=True)], names)
        pq.write_table(table, folder / f"{seed}.parquet", row_group_size=size // 4)
        yield folder / f"{seed}.parquet"


def run(sizes: tuple[int, int], batch: int, rounds: int, folder: Path, *, kpis: bool) -> dict[int, list[float]]:
    """Seconds of each batch by the size of the ledger, without those that warm up."""
    places = {size: derivation(folder / str(size), kpis=kpis) for size in sizes}
    for size, made in places.items():
        earlier(made, size)
    spark = open_session("benchmark", scratch=folder / "spark", on=Engine("local[2]", None, {}))
    ledger.prepare(spark)
    took: dict[int, list[float]] = {size: [] for size in sizes}
    indexes = {size: Index(made.index, made.ledger) for size, made in places.items()}
    try:
        for number, file in zip(range(WARMING + rounds), batches(folder, batch), strict=False):
            for size in sizes if number % 2 else reversed(sizes):
                references = derive.read_references(spark, places[size], KEY)
                watch = Watch(None, None)
                of_it = (places[size], references, indexes[size], Free(), KEY, watch)
                carrier = Carrier(*of_it, lambda _: {}, folder / "parcels")
                began = time.perf_counter()
                carrier.carry(spark.read.parquet(str(file)), at_once=True)
                if kpis:
                    aggregates.catch_up(spark, places[size], references)
                if number >= WARMING:
                    took[size].append(time.perf_counter() - began)
    finally:
        for index in indexes.values():
            with closing(index):
                pass
        close_session(spark)
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=10_000_000)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--kpis", action="store_true", help="make KPIs after each batch")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="duplicates-"))
    try:
        took = run((chosen.small, chosen.large), chosen.batch, chosen.rounds, folder, kpis=chosen.kpis)
    finally:
        shutil.rmtree(folder)
    per_event = {size: median(seconds) / chosen.batch * 1e6 for size, seconds in took.items()}
    ratio = per_event[chosen.large] / per_event[chosen.small]
    if chosen.json:
        print(json.dumps({"seconds": took, "microseconds_per_event": per_event, "ratio": ratio}))
        return
    for size, cost in per_event.items():
        print(f"{size:>12,} ids before: {cost:6.1f} microseconds an event (median of {chosen.rounds} batches)")
    print(f"ratio of medians: {ratio:.2f}")


if __name__ == "__main__":
    main()
