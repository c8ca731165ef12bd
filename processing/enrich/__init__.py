"""Accepted events to richer rows: optionally one module per input contract, named like it, with one function `enrich`.

`enrich(events, references)` gets one row per accepted event (the contract's fields) and each reference table by its
contract's name; it returns the same rows with added or cleaned columns, named as in the output contract.
"""

import importlib
from collections.abc import Callable, Mapping
from importlib.util import find_spec

from pyspark.sql import DataFrame

Enrich = Callable[[DataFrame, Mapping[str, DataFrame]], DataFrame]


def enrichment(contract: str) -> Enrich:
    """The enrichment of a contract; where there is none, rows pass unchanged."""
    name = f"{__name__}.{contract}"
    if find_spec(name) is None:
        return lambda events, _references: events
    found: Enrich = importlib.import_module(name).enrich
    return found
