"""Clauses over many rows, counted in plain Python: which of a contract's a table breaks."""

from fractions import Fraction
from typing import Any

from cli.agreement.reference.verdict import equal, search
from contracts.compiler.model import Clause, Contract, Expectation, Field

Row = dict[str, Any]


def judge_rows(contract: Contract, rows: list[Row]) -> frozenset[str]:
    """The ids of the clauses over many rows that these break."""
    broken = {clause.id for clause in contract.many if not _table_holds(contract, clause, rows)}
    for field in contract.walk():
        values = list(_values(contract, field, rows))
        broken |= {clause.id for clause in field.many if not _field_holds(field, clause, values)}
    return frozenset(broken)


def _values(contract: Contract, field: Field, rows: list[Row]) -> Any:
    """Every value a field has: one a row, below an array or map one an item; None for absent and null."""
    for row in rows:
        yield from _below(contract.fields, field, row)


def _below(fields: tuple[Field, ...], wanted: Field, row: Row) -> Any:
    for field in fields:
        yield from _reach(field, wanted, row.get(field.name))


def _reach(field: Field, wanted: Field, value: Any) -> Any:
    if field.path == wanted.path:
        yield value
    elif value is None or wanted not in list(field.walk()):
        return
    elif field.type == "object":
        yield from _below(field.properties, wanted, value)
    elif field.type == "array" and field.items is not None:
        for item in value:
            yield from _reach(field.items, wanted, item)
    elif field.type == "map" and field.key is not None and field.value is not None:
        for name, item in value.items():
            yield from _reach(field.key, wanted, name)
            yield from _reach(field.value, wanted, item)


def _table_holds(contract: Contract, clause: Clause, rows: list[Row]) -> bool:
    if clause.rule == "rowCount":
        return _compare(clause.argument, len(rows), len(rows))
    columns = clause.argument if clause.rule == "primaryKey" else clause.argument.columns
    fields = {field.name: field for field in contract.fields}
    keys = [[row.get(name) for name in columns] for row in rows]
    full = [key for key in keys if None not in key]
    extra = sum(
        any(all(equal(fields[c], a, b) for c, a, b in zip(columns, key, other, strict=True)) for other in full[:place])
        for place, key in enumerate(full)
    )
    return extra == 0 if clause.rule == "primaryKey" else _compare(clause.argument, extra, len(rows))


def _field_holds(field: Field, clause: Clause, values: list[Any]) -> bool:
    present = [value for value in values if value is not None]
    if clause.rule in ("unique", "primaryKey", "duplicateValues"):
        found = sum(any(equal(field, a, b) for b in present[:place]) for place, a in enumerate(present))
        return found == 0 if clause.argument is None else _compare(clause.argument, found, len(values))
    wanted: Expectation = clause.argument
    if clause.rule == "nullValues":
        found = len(values) - len(present)
    elif clause.rule == "missingValues":
        listed = wanted.values or ()
        found = sum(any(equal(field, one, value) for one in listed) for value in present)
        found += (len(values) - len(present)) if None in listed else 0
    elif wanted.pattern is not None:
        found = sum(not search(wanted.pattern, value) for value in present)
    else:
        found = sum(not any(equal(field, one, value) for one in wanted.values or ()) for value in present)
    return _compare(wanted, found, len(values))


def _compare(wanted: Expectation, found: int, total: int) -> bool:
    number = Fraction(found)
    if wanted.unit == "percent":
        number = Fraction(100 * found, total) if total else Fraction(0)
    ends = wanted.bound if isinstance(wanted.bound, tuple) else (wanted.bound,)
    bounds = [Fraction(end) for end in ends]
    return {
        "mustBe": number == bounds[0],
        "mustNotBe": number != bounds[0],
        "mustBeGreaterThan": number > bounds[0],
        "mustBeGreaterOrEqualTo": number >= bounds[0],
        "mustBeLessThan": number < bounds[0],
        "mustBeLessOrEqualTo": number <= bounds[0],
        "mustBeBetween": bounds[0] <= number <= bounds[-1],
        "mustNotBeBetween": not bounds[0] <= number <= bounds[-1],
    }[wanted.operator]
