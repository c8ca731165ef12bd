"""Clauses over many rows to numbers: how many values are null, missing, invalid or repeated, of how many.

Keys as in contracts/compiler/rules.py. Below an array or a map values are counted and not rows; below a null there are
none. Percent is of all of them, nulls included, and of none it is 0; it is compared exactly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from contracts.compiler import rules
from contracts.compiler.model import Clause, Expectation, Field
from contracts.compiler.quality import OPERATORS
from exports.numbers import Broken
from exports.places import VALUE, Chain, values
from exports.reshape import comparable
from exports.rules import listed, pattern


@dataclass(frozen=True, slots=True)
class Count:
    """`number` of `total` values (rows, at the schema)."""

    number: int
    total: int

    def measured(self, unit: str) -> Fraction:
        """What is compared: the number, or percent of the total."""
        return UNITS[unit](self)

    def text(self, unit: str) -> str:
        """The number in words, the same in a failure and in the manifest."""
        plain = f"{self.number} of {self.total}"
        return plain if unit == "rows" else f"{float(self.measured(unit)):.6g} percent ({plain})"


UNITS: Mapping[str, Callable[[Count], Fraction]] = {
    "rows": lambda count: Fraction(count.number),
    "percent": lambda count: Fraction(100 * count.number, count.total) if count.total else Fraction(0),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """One clause over many rows that wants a number. `chain` leads to the field it is of; it is empty at the schema,
    where `columns` are all there are.
    """

    clause: Clause
    chain: Chain
    columns: tuple[Field, ...]

    @property
    def expectation(self) -> Expectation:
        """What the number must be."""
        made: Expectation = self.clause.argument
        return made

    def count(self, frame: pl.DataFrame) -> Count:
        """The number that a table comes to."""
        if not self.chain:
            return _OF_TABLE[self.clause.rule](self, frame)
        found = values(frame[self.chain[0].name], self.chain)[VALUE]
        number = _OF_FIELD[self.clause.rule](self.chain[-1], self.expectation)(found)
        return Count(number, len(found))

    def holds(self, frame: pl.DataFrame) -> bool:
        """Whether the number is what it must be."""
        return holds(
            self.expectation.operator, self.count(frame).measured(self.expectation.unit), self.expectation.bound
        )


def holds(operator: str, number: Fraction, bound: Any) -> bool:
    """Whether a number compares with a bound, or with two, as one of ODCS's operators says; exactly."""
    ends = tuple(map(Fraction, bound)) if isinstance(bound, tuple) else Fraction(bound)
    return OPERATORS[operator].holds(number, ends)


Number = Callable[[pl.Series], int]


def _counting(broken: Broken) -> Number:
    return lambda found: int(found.to_frame(VALUE).select(broken(pl.col(VALUE)).fill_null(value=False).sum()).item())


def _null(_: Field, __: Expectation) -> Number:
    return lambda found: int(found.null_count())


def _missing(field: Field, wanted: Expectation) -> Number:
    counted = listed(field, wanted.values or ())
    nulls = None in (wanted.values or ())
    return _counting(lambda value: (value.is_null() & nulls) | counted(value).fill_null(value=False))


def _invalid(field: Field, wanted: Expectation) -> Number:
    if wanted.pattern is not None:
        return _counting(pattern(field, wanted.pattern))
    valid = listed(field, wanted.values or ())
    return _counting(lambda value: ~valid(value))


def _repeated(field: Field, _: Expectation) -> Number:
    def number(found: pl.Series) -> int:
        there = found.drop_nulls().to_frame(VALUE).select(comparable(pl.col(VALUE), field)).to_series()
        return len(there) - int(there.n_unique())

    return number


def _repeated_rows(counted: Counted, frame: pl.DataFrame) -> Count:
    columns = [field for field in counted.columns if field.name in (counted.expectation.columns or ())]
    there = frame.drop_nulls([field.name for field in columns])
    found = there.select(pl.struct(comparable(pl.col(field.name), field).alias(field.name) for field in columns))
    return Count(there.height - found.to_series().n_unique(), frame.height)


_OF_FIELD: Mapping[str, Callable[[Field, Expectation], Number]] = {
    "nullValues": _null,
    "missingValues": _missing,
    "invalidValues": _invalid,
    "duplicateValues": _repeated,
}
_OF_TABLE: Mapping[str, Callable[[Counted, pl.DataFrame], Count]] = {
    "rowCount": lambda _, frame: Count(frame.height, frame.height),
    "duplicateValues": _repeated_rows,
}
TWINS = frozenset({"unique", "primaryKey"})
"""The rules over many rows that want no number: each row whose value stands twice breaks them."""
rules.expect_rows({**_OF_FIELD, **_OF_TABLE}, rules.names("many") - TWINS, "exports.shares")
