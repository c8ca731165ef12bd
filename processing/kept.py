"""Aggregates whose events have expired: kept as they were, in a table beside the aggregate's own.

An aggregate row that would come out otherwise without the events that are about to expire is put into `<name>.kept`
first. From then on that row is taken from there, never computed: a late event of its hour and group stands in ledger
and tickets, not in it. Rows of other groups, and all that no expired event is a part of, are computed as ever.

How far back an aggregate goes at all stands in the ledger's table properties, so that no late event brings an hour
back whose own time is over.
"""

import functools
import operator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.compiler.model import Contract
from processing import tables
from processing.errors import ProcessingError
from runtime.delta import dataset, is_table, open_table
from runtime.store import Location, spark_path

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_FROM = "tickets.from."  # and the contract's name: a property of the ledger


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept rows of one aggregate; `path` is that of its own table, `ledger` that of the ledger."""

    contract: Contract
    path: Location
    ledger: Location

    @property
    def table(self) -> Location:
        """Where they are."""
        return self.path.parent / f"{self.path.name}{tables.KEPT}"

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row: event time and what is copied.

        ProcessingError for a contract without event time: whether an hour is over can't be told then.
        """
        time = self.contract.event_time
        if time is None:
            raise ProcessingError(
                f"{self.contract.key} names no eventTime, so its rows can't be kept when their events expire",
                "Add the custom property eventTime to the contract.",
            )
        return (time, *(f.name for f in self.contract.fields if f.transform is None and f.name != time))

    def combined(self, computed: "DataFrame") -> "DataFrame":
        """What the aggregate's table holds: what is computed, but for the rows that are kept, and no hour too old."""
        rows = computed
        if is_table(self.table):
            held = computed.sparkSession.read.format("delta").load(spark_path(self.table))
            rows = _unlike(computed, held, self.key).unionByName(self._shaped(held))
        return self.bounded(rows)

    def bounded(self, rows: "DataFrame") -> "DataFrame":
        """The rows of hours that are not too old."""
        from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

        since = self.since()
        return rows if since is None else rows.where(F.col(self.key[0]) >= F.lit(since))

    def add(self, before: "DataFrame", after: "DataFrame") -> None:
        """Keep the rows of `before` that are others in `after`, or not there. Both are `combined`."""
        from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

        spark = before.sparkSession
        same = [F.col(f"b.`{name}`").eqNullSafe(F.col(f"a.`{name}`")) for name in before.columns]
        changed = before.alias("b").join(after.alias("a"), functools.reduce(operator.and_, same), "left_anti")
        tables.create_derived(self.table, self.contract)
        held = spark.read.format("delta").load(spark_path(self.table))
        _unlike(changed, held, self.key).write.format("delta").mode("append").save(spark_path(self.table))

    def since(self) -> datetime | None:
        """The first hour that is there at all; None for no bound."""
        found = open_table(self.ledger).metadata().configuration.get(f"{_FROM}{self.contract.name}")
        return None if found is None else datetime.fromisoformat(found)

    def forget(self, before: datetime) -> int:
        """Let no row of an hour before that moment come back, and remove the kept ones; how many rows the aggregate's
        own table has of them still: it is to be refreshed then.
        """
        old = self._older(self.path, before)
        if old == 0:
            return 0
        wanted = max(before, self.since() or before).astimezone(UTC).isoformat()
        said = {f"{_FROM}{self.contract.name}": wanted}
        open_table(self.ledger).alter.set_table_properties(said, raise_if_not_exists=False)
        if self._older(self.table, before):
            self._cut(before)
        return old

    def _older(self, path: Location, before: datetime) -> int:
        import pyarrow.dataset as ds

        if not is_table(path):
            return 0
        return int(dataset(open_table(path), path).count_rows(filter=ds.field(self.key[0]) < before))

    def _cut(self, before: datetime) -> None:
        import pyarrow.dataset as ds
        from deltalake import write_deltalake

        table = open_table(self.table)
        left = dataset(table, self.table).to_table(filter=ds.field(self.key[0]) >= before)
        write_deltalake(table, left, mode="overwrite")

    def _shaped(self, held: "DataFrame") -> "DataFrame":
        """Kept rows in the contract's columns as they are now; ProcessingError where they lack a required one."""
        from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

        from processing.columns import spark_type

        lacks = [f.name for f in self.contract.fields if f.required and f.name not in held.columns]
        if lacks:
            raise ProcessingError(
                f"the kept rows of {self.contract.key} have no {', '.join(lacks)}, and can't be computed any more",
                f"Make it optional in the contract, or give the rows up: remove {self.table}.",
            )
        there = {f.name: F.col(f"`{f.name}`") if f.name in held.columns else F.lit(None) for f in self.contract.fields}
        return held.select(*(there[f.name].cast(spark_type(f)).alias(f.name) for f in self.contract.fields))


def _unlike(rows: "DataFrame", held: "DataFrame", key: tuple[str, ...]) -> "DataFrame":
    """The rows whose key is not among those held."""
    from pyspark.sql import functions as F  # noqa: N812 - the name every Spark user knows

    there = [name for name in key if name in held.columns]
    same: list[Any] = [F.col(f"r.`{name}`").eqNullSafe(F.col(f"h.`{name}`")) for name in there]
    return rows.alias("r").join(held.alias("h"), functools.reduce(operator.and_, same), "left_anti")
