"""What travels between the tasks of a batch and the driver, which says who came first. Tasks have no numpy."""

import pyarrow as pa

# One row per record that claims its event id: an accepted one.
CLAIMS = pa.schema(
    [("partition", pa.int32()), ("offset", pa.int64()), ("event_id", pa.string()), ("body_hash", pa.binary())]
)
# One row per claim whose event id belongs to another record, the first; `same` where that has the same body.
TWINS = pa.schema(
    [
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("first_partition", pa.int32()),
        ("first_offset", pa.int64()),
        ("same", pa.bool_()),
    ]
)
