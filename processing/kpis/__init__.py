"""Accepted rows to aggregates: one module per output contract with `rows: aggregate`, named like it.

Its function `aggregate(rows)` gets the accepted output's rows and returns the aggregate contract's columns.
"""

import importlib
from collections.abc import Callable
from importlib.util import find_spec

from pyspark.sql import DataFrame

from processing.errors import ProcessingError

Aggregate = Callable[[DataFrame], DataFrame]


def aggregation(contract: str) -> Aggregate:
    """The definition of an aggregate contract; ProcessingError where nobody wrote one."""
    name = f"{__name__}.{contract}"
    if find_spec(name) is None:
        raise ProcessingError(
            f"the contract {contract} has rows: aggregate, and nothing says how they are computed",
            f"Write processing/kpis/{contract}.py with a function aggregate(rows).",
        )
    found: Aggregate = importlib.import_module(name).aggregate
    return found
