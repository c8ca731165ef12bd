"""Contract to pandera: every clause that rows can tell, as a check on the polars backend, all judged at once.

pandera.polars takes seconds to import, so it is imported where it is used. An eager DataFrame and an explicit depth
are passed: on a LazyFrame, or with PANDERA_VALIDATION_* set, pandera would look at column types only.
A check answers with one truth for the table, not with one per row, and no failure case is kept: pandera's quote values.
Rows are described by `check`, which masks.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import polars as pl

from contracts.compiler.model import Contract
from exports.columns import EXACT, Forms, dtype
from exports.plan import Judged, Plan
from exports.plan import plan as plan
from exports.shares import Counted

HOLDS = "holds"
NO_NAME = frozenset({pl.Int128(), pl.UInt128()})
"""Types that pandera has no name for yet (and polars' decimals no room)."""


def compile_schema(contract: Contract) -> Any:
    """The contract as a pandera DataFrameSchema; each check is named by its clause id."""
    return schema_of(contract, plan(contract))


def schema_of(contract: Contract, plan_: Plan, forms: Forms = EXACT) -> Any:
    """The schema of what is planned, for a table in one of the forms. Checks of a field stand at its column."""
    import pandera.polars as pa

    checks: dict[str | None, list[Any]] = defaultdict(list)
    for number, one in enumerate(plan_.judged):
        made = pa.Check(_holds(one), name=one.clause.id, title=str(number), ignore_na=False, n_failure_cases=0)
        checks[_column_of(one)].append(made)
    columns = {}
    for field in contract.fields:
        kind = dtype(field, forms)
        named = None if kind in NO_NAME else kind
        columns[field.name] = pa.Column(named, checks[field.name], nullable=True, coerce=False)
    return pa.DataFrameSchema(columns, checks[None], strict=True, ordered=True, coerce=False, name=contract.key)


def _column_of(one: Judged | Counted) -> str | None:
    """The column a check stands at; None for one of the whole table."""
    return None if one.clause.path == "$" else one.chain[0].name


def _holds(one: Judged | Counted) -> Callable[[Any], pl.LazyFrame]:
    """A frame of one truth: pandera can't put a plain `False` and a wrong column type into one report."""
    if isinstance(one, Counted):
        return lambda data: pl.LazyFrame({HOLDS: [one.holds(data.lazyframe.collect())]})
    broken = one.broken
    return lambda data: data.lazyframe.select((~broken.any()).alias(HOLDS))


def judged_by(plan_: Plan, error: Any) -> Judged | Counted | None:
    """Which clause one of pandera's errors is of; None where a column is missing, unknown or of another type."""
    if error.check_output is None:
        return None
    return plan_.judged[int(error.check.title)]


def broken_by(schema: Any, frame: pl.DataFrame) -> list[Any]:
    """pandera's errors, one per check and column that a table breaks; nothing stops at the first."""
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    try:
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return list(errors.schema_errors)
    return []
