"""What travels between the tasks of a batch and the driver, which says who came first. Tasks have no numpy."""

import hashlib
from typing import Any

import pyarrow as pa

from processing.kernel import built

DIGEST_BYTES = 16
# One row per record that claims its event id: an accepted one. `id_digest` stands for the id, `body_hash` for the body.
CLAIMS = pa.schema(
    [
        ("partition", pa.int32()),
        ("offset", pa.int64()),
        ("id_digest", pa.binary(DIGEST_BYTES)),
        ("body_hash", pa.binary(DIGEST_BYTES)),
    ]
)
FROM = ("partition", "offset", "event_id", "body_hash")  # what claims are made of
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


def claimed(rows: pa.RecordBatch | pa.Table) -> list[pa.Array | pa.ChunkedArray]:
    """Accepted rows of the ledger (FROM, maybe more) to the columns of CLAIMS.

    An id goes by its BLAKE2b (RFC 7693) of 16 bytes: among 10^12 ids the chance that any two share one is 10^-15.
    """
    return [
        rows.column("partition").cast(pa.int32()),
        rows.column("offset").cast(pa.int64()),
        _digests(rows.column("event_id").cast(pa.binary())),
        _fixed(rows.column("body_hash")),
    ]


def _digests(ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    native = built()
    if not isinstance(native, str):
        return native.digests(ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids)
    blake2b = hashlib.blake2b
    made = [blake2b(id_, digest_size=DIGEST_BYTES).digest() for id_ in ids.to_pylist()]
    return pa.array(made, CLAIMS.field("id_digest").type)


def _fixed(hashes: Any) -> Any:
    """Body hashes of equal width: ledgers of older makings hold longer ones, which equal none of today's either way."""
    wanted = CLAIMS.field("body_hash").type
    try:
        return hashes.cast(wanted)
    except pa.ArrowInvalid:
        return pa.array([one[:DIGEST_BYTES].ljust(DIGEST_BYTES, b"\0") for one in hashes.to_pylist()], wanted)
