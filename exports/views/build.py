"""Views to a DuckDB file: created, commented, and each looked at once before anybody else does.

ExportError where one can't be made or does not hold what it should; then nothing is published.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from contracts.compiler.model import Contract
from exports.errors import ExportError
from exports.sql_text import literal, quoted
from exports.views.general import general_views
from exports.views.view import SCHEMA, View, address

HOME = Path(__file__).parent


def add_views(database: Any, contracts: Sequence[Contract]) -> dict[str, Any]:
    """Make every view in an open file that holds the contracts' tables; what the manifest says of them, by name."""
    database.execute(f"CREATE SCHEMA {SCHEMA}")
    made = {view.name: view for view in general_views(contracts)}
    for view in made.values():
        _create(database, view)
    told = {name: _told(database, name, view.contract, view.left_out) for name, view in made.items()}
    for contract in contracts:
        own = _own(database, contract, set(told))
        told |= {name: _told(database, name, contract.key, {}) for name in own}
    for view in made.values():
        _same_rows(database, view)
    return told


def _create(database: Any, view: View) -> None:
    database.execute(f"CREATE VIEW {address(view.name)} AS {view.query}")
    database.execute(f"COMMENT ON VIEW {address(view.name)} IS {literal(view.comment)}")
    _comment(database, view.name, view.columns)


def _comment(database: Any, view: str, columns: Mapping[str, str]) -> None:
    for column, comment in columns.items():
        database.execute(f"COMMENT ON COLUMN {address(view)}.{quoted(column)} IS {literal(comment)}")


def _own(database: Any, contract: Contract, before: set[str]) -> tuple[str, ...]:
    """The views of `<contract>.vN.sql`, made for that major's columns; a column without a comment gets that of the
    contract's field of its name.
    """
    file = HOME / f"{contract.key}.sql"
    if not file.is_file():
        return ()
    try:
        database.execute(file.read_text("utf-8"))
    except duckdb.Error as error:
        raise ExportError(
            f"exports/views/{file.name} does not fit {contract.key}: {str(error).splitlines()[0]}",
            "Nothing was published. Mend that file, or export with --format json,csv,parquet.",
        ) from error
    names = tuple(name for name in _names(database) if name not in before)
    descriptions = {field.name: field.description for field in contract.fields}
    for name in names:
        bare = {column for column, _, comment in _columns(database, name) if comment is None}
        _comment(database, name, {column: descriptions[column] for column in bare & descriptions.keys()})
    return names


def _names(database: Any) -> list[str]:
    found = database.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = ? ORDER BY 1", [SCHEMA])
    return [name for (name,) in found.fetchall()]


def _columns(database: Any, view: str) -> list[tuple[str, str, str | None]]:
    """(name, type, comment) of a view's columns, in order."""
    question = "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?"
    return list(database.execute(f"{question} ORDER BY column_index", [SCHEMA, view]).fetchall())


def _told(database: Any, view: str, contract: str, left_out: Mapping[str, str]) -> dict[str, Any]:
    """A view's entry in the manifest; counting its rows shows that it can be read."""
    columns = [{"name": name, "type": kind} for name, kind, _ in _columns(database, view)]
    return {
        "contract": contract,
        "rows": _count(database, address(view)),
        "columns": columns,
        "left_out": dict(left_out),
    }


def _same_rows(database: Any, view: View) -> None:
    """A view of a table has each of its rows once."""
    if view.rows_of is None:
        return
    wanted, found = (_count(database, name) for name in (f"main.{quoted(view.rows_of)}", address(view.name)))
    if wanted != found:
        raise ExportError(
            f"the view {SCHEMA}.{view.name} has {found} rows, its table {wanted}",
            "Nothing was published. exports/views/general.py must not lose or double rows: mend it.",
        )


def _count(database: Any, name: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 - a name that is quoted
