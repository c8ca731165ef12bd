"""One micro-batch carried as the job does it, with nobody else about."""

from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import DataFrame

    from processing.carry import Carried
    from processing.derive import Derivation


class Free:
    """A lease that nobody else wants."""

    def check(self) -> None:
        """Nothing is in the way."""


def carry(
    derivation: "Derivation",
    records: "DataFrame",
    key: bytes,
    *,
    aggregate: bool = False,
    parcels: "Path | None" = None,
) -> "Carried":
    """Bring Kafka source rows into the tables, which exist, and derive from them; aggregates only where asked."""
    from processing import aggregates, derive
    from processing.carry import Carrier
    from processing.derive import read_references
    from processing.flood import Watch
    from processing.index import Index

    references = read_references(records.sparkSession, derivation, key)
    with closing(Index(derivation.index, derivation.ledger)) as index:
        carrier = Carrier(derivation, references, index, Free(), key, Watch(None, None), lambda _: {}, parcels)
        done = carrier.carry(records, at_once=False)
    assert done is not None
    derive.follow(records.sparkSession, derivation, references)
    if aggregate:
        aggregates.refresh(records.sparkSession, derivation)
    return done
