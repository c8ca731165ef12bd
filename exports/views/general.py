"""Contracts to views that need no knowledge of a topic: what may be shown, lists of values, counts by hour, refusals.

All times of views are UTC, made without the session's time zone, so that a day is the same day for every reader.
"""

from collections.abc import Iterator, Mapping, Sequence

from contracts.compiler.model import Contract, Field
from exports.sql_text import literal, quoted
from exports.views.view import View, address, hidden, table

Columns = dict[str, tuple[str, str]]  # name -> (expression, comment), in order


def general_views(contracts: Sequence[Contract]) -> Iterator[View]:
    """The views of all exported contracts: lists of values first, then each contract's own, which others may read."""
    yield from _lists(contracts)
    for contract in contracts:
        shown = _shown(contract)
        if shown is None:
            continue
        yield shown
        yield from _by_hour(contract, shown)
        yield from _by_clause(contract, shown)


def values_of(field: Field) -> tuple[str, ...] | None:
    """The values a text field is limited to, in the contract's order; None where it is not, or is no text."""
    clause = field.clause("enum") if field.type == "string" else None
    return None if clause is None else tuple(value for value in clause.argument if value is not None)


def _shown(contract: Contract) -> View | None:
    """The contract's rows without what is not for everybody; None where nothing may be shown."""
    left_out = hidden(contract)
    columns: Columns = {}
    names = {field.name for field in contract.fields}
    for field in contract.fields:
        if field.name in left_out:
            continue
        columns[field.name] = (quoted(field.name), field.description)
        for name, made in _derived(contract, field).items():
            if name not in names:  # the contract's own word comes first
                columns[name] = made
    if not columns:
        return None
    comment = f"{contract.description} One row per row of {contract.name}."
    if left_out:
        comment += f" Left out: {', '.join(f'{name} ({why})' for name, why in left_out.items())}."
    return _view(contract, contract.name, comment, columns, f"FROM {table(contract)}", left_out, contract.name)


def _derived(contract: Contract, field: Field) -> Columns:
    """What a reader would else compute: the place in the contract's list, hour and day of the event time."""
    made: Columns = {}
    values = values_of(field)
    if values:
        order = f"list_position([{', '.join(map(literal, values))}], {quoted(field.name)})"
        made[f"{field.name}_order"] = (order, f"Place of {field.name} in the contract's list, from 1: sort by it.")
    if field.name == contract.event_time and field.type == "timestamp":
        moment = f"make_timestamp(epoch_us({quoted(field.name)}))"
        if contract.rows != "aggregate":  # whose event time is the start of its own window
            made["utc_hour"] = (f"date_trunc('hour', {moment})", f"UTC hour of {field.name}.")
        made["utc_day"] = (f"CAST({moment} AS DATE)", f"UTC day of {field.name}.")
    return made


def _lists(contracts: Sequence[Contract]) -> Iterator[View]:
    """One view per list of values; `dim_<field>` where all contracts agree on it, else each under its own name."""
    lists: dict[str, dict[tuple[str, ...], Contract]] = {}
    for contract in contracts:
        left_out = hidden(contract)
        for field in contract.fields:
            values = values_of(field)
            if values and field.name not in left_out:
                lists.setdefault(field.name, {}).setdefault(values, contract)
    for name, found in lists.items():
        for values, contract in found.items():
            view = f"dim_{name}" if len(found) == 1 else f"dim_{contract.name}_{name}"
            yield _list(contract, contract.field(name), view, values)


def _list(contract: Contract, field: Field, name: str, values: tuple[str, ...]) -> View:
    rows = ", ".join(f"({literal(value)}, {place})" for place, value in enumerate(values, 1))
    columns: Columns = {
        field.name: ("value", field.description),
        f"{field.name}_order": ("place", "Place in the contract's list, from 1: sort by it."),
    }
    comment = f"The values {field.name} may have, also those of which there is no row."
    return _view(contract, name, comment, columns, f"FROM (VALUES {rows}) AS list(value, place)", {}, None)


def _by_hour(contract: Contract, shown: View) -> Iterator[View]:
    """Rows, and how many of them are true, by hour; of a table whose rows are single events or records."""
    if "utc_hour" not in shown.columns:
        return
    columns: Columns = {
        "utc_hour": ("utc_hour", shown.columns["utc_hour"]),
        "rows": ("count(*)", f"Rows of {contract.name}."),
    }
    for field in contract.fields:
        if field.type == "boolean" and field.name in shown.columns and field.name not in columns:
            counted = f"count(*) FILTER (WHERE {quoted(field.name)})"
            columns[field.name] = (counted, f"Rows for which it is true: {field.description}")
    comment = f"{contract.name} counted by UTC hour of {contract.event_time}. Hours without any have no row."
    rest = f"FROM {address(shown.name)} GROUP BY utc_hour"
    yield _view(contract, f"{contract.name}_by_hour", comment, columns, rest, {}, None)


def _by_clause(contract: Contract, shown: View) -> Iterator[View]:
    """Refused records by day and clause, where the contract has the ledger's findings."""
    names = {source: field.name for field in contract.fields for source in field.sources}
    findings, outcome = names.get("ledger/violations"), names.get("ledger/outcome")
    if not {findings, outcome, "utc_day"} <= shown.columns.keys() or findings is None or outcome is None:
        return
    clauses = f"unnest(list_distinct([finding.clause FOR finding IN {quoted(findings)}]))"
    columns: Columns = {
        "utc_day": ("utc_day", shown.columns["utc_day"]),
        "clause": ("clause", "Id of a clause of the contract."),
        outcome: (quoted(outcome), shown.columns[outcome]),
        "records": ("count(*)", "Records that break the clause, each once however often it does."),
    }
    rest = f"FROM (SELECT utc_day, {quoted(outcome)}, {clauses} AS clause FROM {address(shown.name)}) AS broken"  # noqa: S608 - quoted
    comment = "Refused records by UTC day and clause. A record that breaks two clauses counts under both."
    yield _view(contract, f"{contract.name}_by_clause", comment, columns, f"{rest} GROUP BY ALL", {}, None)


def _view(
    contract: Contract,
    name: str,
    comment: str,
    columns: Columns,
    rest: str,
    left_out: Mapping[str, str],
    rows_of: str | None,
) -> View:
    query = f"SELECT {', '.join(f'{sql} AS {quoted(column)}' for column, (sql, _) in columns.items())} {rest}"
    comments = {column: comment_ for column, (_, comment_) in columns.items()}
    return View(name, comment, query, comments, contract.key, left_out, rows_of)
