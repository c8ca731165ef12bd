"""A ledger of one major to the same ledger of the next: every accepted event upgraded, in one Delta commit.

Batch by batch, so that memory does not grow with the ledger. A run that is killed leaves the ledger as it was.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from contracts.compiler.model import Contract
from processing import tables
from processing.errors import ProcessingError
from processing.identity import BodyHash
from processing.stored import canonical
from processing.turn import Turn
from processing.versions import Upgrader
from runtime.delta import dataset
from runtime.store import Location


def rewrite(path: Location, written: Contract, target: Contract, key: bytes) -> None:
    """Rewrite the ledger; ProcessingError, and nothing written, where an event cannot be upgraded.

    Its raw bytes are not kept any more, so such an event could not be refused, only lost.
    """
    from deltalake import write_deltalake
    from deltalake.exceptions import DeltaError

    turn = Turn.take(path)
    table, carried = turn.table(), _Carried(written, target, key)
    rows = dataset(table, path).scanner(use_threads=False).to_batches()
    batches = pa.RecordBatchReader.from_batches(carried.schema, carried.all_of(rows))
    try:
        write_deltalake(
            table,
            batches,
            mode="overwrite",
            schema_mode="overwrite",
            commit_properties=turn.properties({}),
        )
    except DeltaError as error:
        if carried.failure is not None:  # the writer passes on only its text
            raise carried.failure from error
        raise
    turn.confirm()


class _Carried:
    """The batches of a ledger on their way, and why they stopped."""

    def __init__(self, written: Contract, target: Contract, key: bytes) -> None:
        self.schema = tables.ledger_schema(target)
        self.failure: ProcessingError | None = None
        self._written, self._target = written, target
        self._columns = tuple((field.name, canonical(field)) for field in written.fields)
        self._upgrade, self._body_hash = Upgrader(written, target), BodyHash(target.fields, key)

    def all_of(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Each batch in the target's schema."""
        try:
            for batch in batches:
                yield self._one(batch)
        except ProcessingError as error:
            self.failure = error
            raise

    def _one(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        held = {name: batch.column(name) for name in batch.schema.names}
        rows = batch.select([n for n in ("partition", "offset", "unknown_fields", "body_hash", "event") if n in held])
        made = [self._row(row) for row in rows.to_pylist(maps_as_pydicts="strict")]
        held["event"] = pa.array([event for event, _ in made], self.schema.field("event").type)
        held["body_hash"] = pa.array([hash_ for _, hash_ in made], pa.binary())
        columns = [
            held[field.name].cast(field.type) if field.name in held else pa.nulls(batch.num_rows, field.type)
            for field in self.schema
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _row(self, row: dict[str, Any]) -> tuple[dict[str, Any] | None, bytes | None]:
        """Event and body hash of a ledger row; what was not accepted has no event, and keeps its hash."""
        event = row["event"]
        if event is None:
            return None, row["body_hash"]
        upgraded = self._upgrade(tuple(convert(event.get(name)) for name, convert in self._columns))
        for found in upgraded.findings:
            raise ProcessingError(
                f"the accepted event {row['partition']}:{row['offset']} cannot be carried from {self._written.key} to "
                f"{self._target.key}: {found.path} is {found.found}, {found.clause} wants {found.wanted}",
                f"Mend processing/upgrade/{self._target.name}.py; nothing was written.",
            )
        names = (field.name for field in self._target.fields)
        return dict(zip(names, upgraded.event, strict=True)), self._body_hash(upgraded.event, row["unknown_fields"])
