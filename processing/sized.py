"""Rows that leave Spark as Arrow, without a look at the size of a batch for each row, where none can be too large.

Spark ends a batch of Arrow after 10,000 rows or 64 MB, and works out the bytes so far anew for each row, which takes as
long as writing the row. Where the largest event is known, so is what 10,000 rows can come to at most.
"""

import contextlib
from collections.abc import Iterator, Sequence

from pyspark.sql import SparkSession

from runtime.delta import files_of
from runtime.store import Location

_BYTES, _RECORDS = "spark.sql.execution.arrow.maxBytesPerBatch", "spark.sql.execution.arrow.maxRecordsPerBatch"
_NO_LIMIT = str(2**31 - 1)
_MOST = 256 << 20  # bytes of events in a batch: what is made of them may be larger, and an Arrow column ends at 2 GB


def largest(table: Location, names: Sequence[str]) -> int | None:
    """The bytes of the largest event in files of a ledger, by what the files say of their `raw_bytes`; None where one
    does not say it.
    """
    import pyarrow.parquet as pq

    place, most = files_of(table), 0
    for name in names:
        with pq.ParquetFile(name, filesystem=place) as file:
            said = file.metadata
        for part in (said.row_group(number) for number in range(said.num_row_groups)):
            columns = (part.column(number) for number in range(part.num_columns))
            bounds = next((one.statistics for one in columns if one.path_in_schema == "raw_bytes"), None)
            if bounds is None:
                return None
            if bounds.has_min_max:
                most = max(most, bounds.max)
            elif not bounds.has_null_count or bounds.null_count < part.num_rows:
                return None
    return most


@contextlib.contextmanager
def unmeasured(spark: SparkSession, event_bytes: int | None) -> Iterator[None]:
    """What is run meanwhile in this session ends its batches by their rows alone, if events are no larger than that."""
    records = int(spark.conf.get(_RECORDS) or 0)  # none or less: as many as there are
    if event_bytes is None or records <= 0 or event_bytes * records > _MOST:
        yield
        return
    before = spark.conf.get(_BYTES)
    spark.conf.set(_BYTES, _NO_LIMIT)
    try:
        yield
    finally:
        spark.conf.set(_BYTES, before)
