"""The contract's own SQL rules to numbers: each is run by DuckDB on the table that is about to be published.

A rule is somebody's text, so it runs in a database of its own, in memory: no file, no network, no other object of this
process, one SELECT, a bounded time. Messages of DuckDB that may quote values are not shown, only their kind.
"""

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from contracts.compiler.model import Contract, Query
from contracts.compiler.quality import OPERATORS
from exports.arrow import arrow_table
from exports.failures import Failure, shown
from exports.places import Place, places
from exports.shares import holds
from exports.sql_text import quoted

TIMEOUT_S = 60.0
NOT_RUN = "it was not run: a column is not as its contract says"
SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET temp_directory = ''",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_STANDS_FOR = re.compile(r"\$?\{(object|table|property|column)\}")
_ABOUT_TEXT = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.PermissionException)
_OFFERED = "offered_rows"


class _Refused(Exception):  # noqa: N818 - a verdict on a rule, not a fault of the program
    """The message says why a query gives no number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query came to: `found` is its number, or why there is none; `holds` whether that is what it must be."""

    query: Query
    found: str
    holds: bool

    @property
    def wanted(self) -> str:
        """What the number must be, in words."""
        words = OPERATORS[self.query.operator].words.format(self.query.bound)
        return f"{words} ({self.query.description})" if self.query.description else words

    def failure(self) -> Failure:
        """The answer as a failure of the table."""
        path = f"$.{self.query.column}" if self.query.column else "$"
        return Failure(self.query.id, None, {}, self.found, self.wanted, path)


def run_queries(contract: Contract, frame: pl.DataFrame, timeout_s: float = TIMEOUT_S) -> tuple[Answer, ...]:
    """Every SQL rule of a contract, each within `timeout_s`; one that fails, or gives no one number, does not hold."""
    try:
        rows = arrow_table(contract, frame)
    except (pa.ArrowException, pl.exceptions.PolarsError, ValueError):
        return tuple(Answer(query, NOT_RUN, holds=False) for query in contract.queries)
    with _database(contract, rows) as database:
        return tuple(_answer(database, contract, query, timeout_s) for query in contract.queries)


@contextlib.contextmanager
def _database(contract: Contract, rows: Any) -> Iterator[Any]:
    """A connection that sees the Arrow table, under the contract's name, and nothing else."""
    with duckdb.connect(":memory:") as database:
        database.register(_OFFERED, rows)
        database.execute(f"CREATE TABLE {quoted(contract.name)} AS SELECT * FROM {_OFFERED}")  # noqa: S608 - quoted
        database.unregister(_OFFERED)
        for setting in SETTINGS:
            database.execute(setting)
        yield database


def _answer(database: Any, contract: Contract, query: Query, timeout_s: float) -> Answer:
    place = next((one for one in places(contract) if one.field.path == query.column), None)
    try:
        number = _number(_run(database, _text(contract, query, place), timeout_s))
        bound = query.bound
    except _Refused as reason:
        return Answer(query, str(reason), holds=False)
    found = shown(number, masked=True) if _hidden(contract, query, place) else _plain(number)
    return Answer(query, found, holds(query.operator, Fraction(number), bound))


def _hidden(contract: Contract, query: Query, place: Place | None) -> bool:
    """Whether the number may be somebody's value: the rule is of a field that is not shown, or names one."""
    named = any(field.masked and field.name in query.query for field in contract.walk())
    return named or (place is not None and place.masked)


def _text(contract: Contract, query: Query, place: Place | None) -> str:
    """The query with its placeholders filled in."""
    names = {"object": quoted(contract.name), "table": quoted(contract.name)}
    if place is not None:
        column = None if place.many_in_a_row else ".".join(quoted(field.name) for field in place.chain)
        names |= {} if column is None else {"property": column, "column": column}

    def name(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise _Refused(f"{match[0]} stands for a column, and {query.column or 'the table'} is none")
        return names[match[1]]

    return _STANDS_FOR.sub(name, query.query)


def _run(database: Any, text: str, timeout_s: float) -> list[Any]:
    """The first rows of one SELECT, at most two; _Refused where there is none."""
    timer = threading.Timer(timeout_s, database.interrupt)
    timer.start()
    try:
        statements = database.extract_statements(text)
        if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
            raise _Refused("it is not one SELECT")
        return list(database.execute(statements[0]).fetchmany(2))
    except duckdb.InterruptException:
        raise _Refused(f"it took longer than {timeout_s:g} s") from None
    except _ABOUT_TEXT as error:
        raise _Refused(f"it could not be run: {str(error).splitlines()[0]}") from None
    except (duckdb.Error, RuntimeError) as error:
        raise _Refused(f"it could not be run ({type(error).__name__})") from None
    finally:
        timer.cancel()


def _number(rows: list[Any]) -> int | Decimal:
    """The one number of one row; true is 1. A binary float is the shortest decimal that means it."""
    if len(rows) != 1 or len(rows[0]) != 1:
        raise _Refused("it gives more than one value" if rows else "it gives no row")
    value = rows[0][0]
    if not isinstance(value, bool | int | float | Decimal):
        raise _Refused("it gives null" if value is None else "it gives no number")
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if isinstance(number, Decimal) and not number.is_finite():
        raise _Refused("it gives no finite number")
    return int(number) if isinstance(number, int) else number


def _plain(number: int | Decimal) -> str:
    return f"{number:f}" if isinstance(number, Decimal) else str(number)
