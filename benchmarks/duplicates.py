"""What a batch costs when the ledger already holds a million event ids, and when it holds ten.

    .venv/bin/python benchmarks/duplicates.py [--small N] [--large N] [--batch N] [--rounds N] [--json]

Two workspaces with ledgers of that many accepted rows; the same batches (1 % duplicates, 3 % invalid) are carried into
each in turn, by the job's own steps, so that a machine that slows down slows both. Needs about 4 GB of disk.
"""

import argparse
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

from contracts.compiler.catalogue import HOME, Catalogue
from processing import derive, ledger, tables
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


class Free:
    """A lease that nobody else wants."""

    def check(self) -> None:
        """Nothing is in the way."""


def derivation(folder: Path) -> Derivation:
    """The accepted rows alone: aggregates are another question."""
    accepted = CATALOGUE.get("tickets.v1")
    references = tuple((CATALOGUE.get(key), CATALOGUE.data_file(CATALOGUE.get(key))) for key in CONTRACT.references)
    return Derivation(CONTRACT, (), (accepted,), references, folder / "tables", folder / "index", NOBODY)


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
    tables.create_derived(made.path(made.accepted), made.accepted)
    note = {"userMetadata": json.dumps(tables.note(tables.version(made.ledger), made.accepted))}
    from deltalake import CommitProperties

    empty = pa.schema(DeltaTable(made.path(made.accepted)).schema()).empty_table()
    write_deltalake(
        made.path(made.accepted), empty, mode="append", commit_properties=CommitProperties(custom_metadata=note)
    )


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


def run(sizes: tuple[int, int], batch: int, rounds: int, folder: Path) -> dict[int, list[float]]:
    """Seconds of each batch by the size of the ledger; the first round warms up and is left out."""
    places = {size: derivation(folder / str(size)) for size in sizes}
    for size, made in places.items():
        earlier(made, size)
    spark = open_session("benchmark", scratch=folder / "spark", on=Engine("local[2]", None, {}))
    ledger.prepare(spark)
    took: dict[int, list[float]] = {size: [] for size in sizes}
    indexes = {size: Index(made.index, made.ledger) for size, made in places.items()}
    try:
        for number, file in zip(range(rounds + 1), batches(folder, batch), strict=False):
            for size in sizes if number % 2 else reversed(sizes):
                references = derive.read_references(spark, places[size], KEY)
                watch = Watch(None, None)
                carrier = Carrier(places[size], references, indexes[size], Free(), KEY, watch, lambda _: {})
                began = time.perf_counter()
                carrier.carry(spark.read.parquet(str(file)), aggregate=False)
                if number:
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
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="duplicates-"))
    try:
        took = run((chosen.small, chosen.large), chosen.batch, chosen.rounds, folder)
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
