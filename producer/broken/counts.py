"""Rows to numbers: what each clause over many rows counts, and whether its expectation holds.

A row is one payload. Of fields below an array or a map every value is counted, of all others one value per row.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from contracts.compiler import rules
from contracts.compiler.model import Clause, Contract, Expectation, Field
from contracts.compiler.patterns import compile_pattern
from contracts.compiler.quality import OPERATORS
from producer.broken.places import Chain, cells, chains
from producer.schema.validator import canonical, read_as

Row = Mapping[str, Any]
NONE_TWICE = Expectation("mustBe", 0, "rows", None, None, None)


@dataclass(frozen=True, slots=True)
class Metric:
    """One clause over many rows, ready to be counted.

    `columns` are the fields it looks at, none for rowCount. `counts` says whether a value counts by itself; None where
    repetitions are counted, or rows.
    """

    clause: Clause
    columns: tuple[Chain, ...]
    expected: Expectation
    counts: Callable[[Any], bool] | None

    @property
    def repeats(self) -> bool:
        """Whether it counts the rows beyond the first of each value."""
        return self.counts is None and bool(self.columns)

    def number(self, rows: Sequence[Row]) -> tuple[int, int]:
        """How many rows (or values below an array or a map) count, and of how many."""
        if not self.columns:
            return len(rows), len(rows)
        if self.counts:
            found = [self.counts(value) for row in rows for _, value in cells(row, self.columns[0])]
            return sum(found), len(found)
        keys = [key for row in rows for key in self.keys(row)]
        return sum(times - 1 for times in Counter(key for key in keys if key is not None).values()), len(keys)

    def keys(self, row: Row) -> Iterator[Any]:
        """What must not repeat: each value of the column, or the columns' values together; None where one is null."""
        if len(self.columns) == 1:
            chain = self.columns[0]
            yield from (identity(chain[-1], value) for _, value in cells(row, chain))
            return
        made = tuple(identity(chain[-1], value) for chain in self.columns for _, value in cells(row, chain))
        yield None if None in made else made

    def holds(self, number: int, total: int) -> bool:
        """Whether the clause is kept by a number out of a total, compared exactly."""
        wanted = self.expected
        found = Fraction(number) if wanted.unit == "rows" else Fraction(100 * number, total) if total else Fraction(0)
        ends = wanted.bound
        bound = tuple(map(Fraction, ends)) if isinstance(ends, tuple) else Fraction(ends)
        return bool(OPERATORS[wanted.operator].holds(found, bound))

    def kept(self, rows: Sequence[Row]) -> bool:
        """Whether rows keep the clause."""
        return self.holds(*self.number(rows))

    def goals(self, total: int, keep: bool) -> list[int]:
        """Numbers out of a total that keep (or break) the clause: those at its bounds and at both ends."""
        ends = self.expected.bound if isinstance(self.expected.bound, tuple) else (self.expected.bound,)
        scale = Fraction(total, 100) if self.expected.unit == "percent" else Fraction(1)
        near = {int(Fraction(end) * scale) + step for end in ends for step in (-1, 0, 1, 2)}
        possible = {number for number in near | {0, 1, total - 1, total} if 0 <= number <= total}
        return sorted(number for number in possible if self.holds(number, total) is keep)


def identity(field: Field, value: Any) -> Any:
    """What equal values of a field have in common: a time's moment, a number's value; None for null."""
    if value is None or field.time_form is None:
        return canonical(value)
    return read_as(field.time_form)(value)


def metrics(contract: Contract) -> tuple[Metric, ...]:
    """Every clause over many rows, in the contract's order."""
    known = chains(contract)
    return tuple(_metric(clause, known) for clause in contract.row_clauses())


def _metric(clause: Clause, known: Mapping[str, Chain]) -> Metric:
    said = clause.argument
    expected = said if isinstance(said, Expectation) else NONE_TWICE
    names = said if isinstance(said, tuple) else expected.columns if clause.path == "$" else (clause.path,)
    columns = tuple(known[name] for name in names or ())
    made = _RULES[clause.rule]
    return Metric(clause, columns, expected, made(columns[0][-1], expected) if made else None)


def _nulls(_: Field, __: Expectation) -> Callable[[Any], bool]:
    return lambda value: value is None


def _missing(field: Field, expected: Expectation) -> Callable[[Any], bool]:
    listed = _identities(expected)
    return lambda value: identity(field, value) in listed


def _invalid(field: Field, expected: Expectation) -> Callable[[Any], bool]:
    if expected.pattern is not None:
        search = compile_pattern(expected.pattern).search
        return lambda value: value is not None and search(value) is None
    listed = _identities(expected)
    return lambda value: value is not None and identity(field, value) not in listed


def _identities(expected: Expectation) -> frozenset[Any]:
    return frozenset(map(canonical, expected.values or ()))


_RULES: Mapping[str, Callable[[Field, Expectation], Callable[[Any], bool]] | None] = {
    "nullValues": _nulls,
    "missingValues": _missing,
    "invalidValues": _invalid,
    "unique": None,
    "primaryKey": None,
    "duplicateValues": None,
    "rowCount": None,
}
rules.expect_rows(_RULES, rules.names("many"), "producer/broken/counts.py")
