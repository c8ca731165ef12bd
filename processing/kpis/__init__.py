"""Accepted rows to aggregates: one module per output contract with `rows: aggregate`, named like it.

Its function `aggregate(rows)` gets the accepted output's rows and returns the aggregate contract's columns. A module
that also has PARTS says that new rows change few hours of it: then `aggregate(rows, begun)` gets the rows of some hours
alone, and from elsewhere when their keys began.
"""

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pyspark.sql import DataFrame

from processing.errors import ProcessingError

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Parts:
    """What a row of an aggregate is made of: the rows of its `hour` (its column; they have it by their `moment`), and
    the first moment, `begun`, at which a row of `kind` `begins` had the `key` of a row that is of kind `ends`.
    """

    hour: str
    moment: str
    key: str
    kind: str
    begins: str
    ends: str
    begun: str


@dataclass(frozen=True, slots=True)
class Aggregation:
    """The definition of an aggregate: `aggregate(rows)` makes it of all rows. Where it has `parts`,
    `aggregate(rows, begun)` makes some of its hours of their rows; `begun` has one row per key, with Parts' key and
    begun as columns. `digest` changes with the code.
    """

    aggregate: Callable[..., DataFrame]
    parts: Parts | None
    digest: str


def aggregation(contract: str) -> Aggregation:
    """The definition of an aggregate contract; ProcessingError where nobody wrote one."""
    name = f"{__name__}.{contract}"
    if find_spec(name) is None:
        raise ProcessingError(
            f"the contract {contract} has rows: aggregate, and nothing says how they are computed",
            f"Write processing/kpis/{contract}.py with a function aggregate(rows).",
        )
    found = importlib.import_module(name)
    digest = hashlib.sha256((_HERE / f"{contract}.py").read_bytes()).hexdigest()[:16]
    return Aggregation(found.aggregate, getattr(found, "PARTS", None), digest)
