"""Rows that Spark SQL has made to files of a derived table, which its tasks write, and the one commit that names them.

Not by Delta's own writer for Spark: rows leave Spark as Arrow and are written by Arrow, as the ledger's are
(parcel.py), which takes less CPU time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import DataFrame

from contracts.compiler.model import Contract
from processing.datafile import WRITTEN, Written, write_file
from processing.errors import ProcessingError
from processing.tables import derived_layout
from processing.turn import Turn
from runtime.store import Files

if TYPE_CHECKING:
    from deltalake.transaction import AddAction


def append(rows: DataFrame, contract: Contract, turn: Turn, said: Mapping[str, Any]) -> None:
    """Add rows in the contract's columns to its table, in one commit; OvertakenError as in `Turn.append`.

    A task that is tried again leaves files that nobody refers to, which `tickets maintain` removes.
    """
    turn.append(_written(rows, contract, turn), said)


def replace(rows: DataFrame, contract: Contract, turn: Turn, said: Mapping[str, Any]) -> None:
    """The same, and no row stays that was there. Rows may be made of the table itself: until the commit it is whole."""
    turn.replace(_written(rows, contract, turn), said)


def _written(rows: DataFrame, contract: Contract, turn: Turn) -> "list[AddAction]":
    task = Appending(contract, Files.of(turn.path))
    return [Written(**row.asDict()).action() for row in rows.mapInArrow(task, WRITTEN).collect()]


@dataclass(frozen=True, slots=True)
class Appending:
    """What a task does."""

    contract: Contract
    files: Files

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Rows to what is written: one row, or none without any."""
        layout = derived_layout(self.contract)
        done = write_file((self._shaped(one, layout.schema) for one in batches), layout, self.files)
        if done is not None:
            yield done.row()

    def _shaped(self, rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
        """The rows in exactly the table's types; ProcessingError for a null where the contract wants a value."""
        for field in schema:
            if not field.nullable and rows.column(field.name).null_count:
                raise ProcessingError(
                    f"{self.contract.key} requires {field.name}, and what was made of accepted events has none",
                    f"Mend what makes it ({self._room}), or make {field.name} optional in the contract.",
                )
        return pa.RecordBatch.from_arrays([rows.column(name) for name in schema.names], schema=schema)  # casts them

    @property
    def _room(self) -> str:
        return "processing/kpis/" if self.contract.rows == "aggregate" else "processing/enrich/"
