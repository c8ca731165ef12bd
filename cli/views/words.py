"""What the model says, in words that several views share: a type, a clause, a duration, what one row is."""

from collections.abc import Mapping
from datetime import timedelta

from contracts.compiler.custom import ROWS
from contracts.compiler.model import Clause, Contract, Expectation, Field, Query
from contracts.compiler.quality import OPERATORS
from contracts.compiler.types import decimal_parts

ROW: Mapping[str, str] = {
    "event": "one event of the topic",
    "accepted": "one accepted event, cleaned and enriched",
    "refused": "one record that was refused, and why",
    "aggregate": "one group, computed from many events",
    "reference": "one row of reference data",
}
if set(ROWS) != ROW.keys():
    raise TypeError(f"cli.views.words.ROW differs from custom.ROWS: {sorted(set(ROWS) ^ ROW.keys())}")


def type_words(field: Field) -> str:
    """A field's type with its stored form where that says more: `integer (i32)`, `decimal(12,2)`, `array of string`."""
    if field.items is not None:
        return f"array of {type_words(field.items)}"
    if field.value is not None:
        return f"map of {type_words(field.value)}"
    if decimal_parts(field.storage):
        return field.storage
    return field.type if field.storage == field.type else f"{field.type} ({field.storage})"


def wants(clause: Clause) -> str:
    """What a clause wants, with the columns, values or pattern that its own words leave out."""
    argument = clause.argument
    if isinstance(argument, Expectation):
        more = [
            f"of {' and '.join(argument.columns)} together" if argument.columns else "",
            f"{_LISTED[clause.rule]}: {', '.join(map(_value, argument.values))}" if argument.values is not None else "",
            f"valid: text matching {argument.pattern}" if argument.pattern is not None else "",
        ]
    else:
        more = [f"of {' and '.join(argument)} together" if clause.rule == "primaryKey" and argument else ""]
    return " ".join([clause.wanted, *(f"({words})" for words in more if words)])


_LISTED: Mapping[str, str] = {"missingValues": "missing", "invalidValues": "valid"}


def _value(value: object) -> str:
    return "null" if value is None else str(value)


def rule_of(contract: Contract, clause: Clause) -> str:
    """The last part of a clause's id, with the number that tells twins apart (`pattern`, `invalidValues#2`)."""
    return clause.id.removeprefix(f"{contract.key}/{clause.path}/")


def must_be(query: Query) -> str:
    """What a query's number must be: `exactly 0`, `from 1 to 2`."""
    return OPERATORS[query.operator].words.format(query.bound)


def duration(length: timedelta) -> str:
    """`30 days`, `1 hour 30 minutes`; parts that are zero are left out."""
    minutes, seconds = divmod(length.seconds, 60)
    parts = ((length.days, "day"), (minutes // 60, "hour"), (minutes % 60, "minute"), (seconds, "second"))
    return " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count) or "0 seconds"
