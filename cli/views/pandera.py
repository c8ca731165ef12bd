"""Contract to the pandera schema of the export check, as text.

Pandera's own `to_yaml` loses checks that are functions, and every check here is one; so each is named by its clause,
with what that wants, and the clauses that stored rows cannot tell stand at the end with the reason.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.views.words import wants
from contracts.compiler.model import Clause, Contract


def render(contract: Contract) -> str:
    """The compiled DataFrameSchema, column by column. Takes seconds: it imports pandera and polars."""
    from exports.schema import compile_schema, plan

    planned = plan(contract)
    schema = compile_schema(contract)
    judged = {judged.clause.id: judged.clause for judged in planned.judged}
    return "\n".join(
        [
            f"{contract.key}: {len(schema.columns)} columns, in this order and no other",
            *(line for column in schema.columns.values() for line in _column(contract, column, judged)),
            *_table_checks(schema, judged),
            *_gaps(planned.gaps),
        ]
    )


def _column(contract: Contract, column: Any, judged: Mapping[str, Clause]) -> Iterator[str]:
    """One column; pandera lets null through to the checks, so whether null is allowed is the contract's word."""
    needed = contract.field(column.name).null_clauses
    nullable = f"no, by {', '.join(clause.rule for clause in needed)}" if needed else "yes"
    yield from ("", column.name, f"    dtype     {column.dtype}", f"    nullable  {nullable}", "    checks")
    yield from _checks(column.checks, judged)


def _table_checks(schema: Any, judged: Mapping[str, Clause]) -> Iterator[str]:
    if schema.checks:
        yield from ("", "the whole table", "    checks", *_checks(schema.checks, judged))


def _checks(checks: Any, judged: Mapping[str, Clause]) -> Iterator[str]:
    for check in checks:
        yield f"        {check.name}"
        if check.name in judged:
            yield f"            wants {wants(judged[check.name])}"


def _gaps(gaps: Mapping[str, str]) -> Iterator[str]:
    if gaps:
        yield from ("", "not judged on stored rows:")
    for clause, reason in gaps.items():
        yield from (f"    {clause}", f"        {reason}")
