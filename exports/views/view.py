"""What a view is before it is made, and which columns of a contract one may show."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.compiler.model import Contract, Field
from exports.sql_text import quoted

SCHEMA = "bi"
SHOWN = frozenset({"public", "internal"})


@dataclass(frozen=True, slots=True)
class View:
    """One view: `query` is its SELECT, `columns` the comment of each column, `contract` the key of what it is made of.

    `left_out` says why, by column of the contract; `rows_of` is the table of which it has each row once (else None).
    """

    name: str
    comment: str
    query: str
    columns: Mapping[str, str]
    contract: str
    left_out: Mapping[str, str]
    rows_of: str | None


def address(name: str) -> str:
    """A view's name with its schema, as SQL takes it."""
    return f"{SCHEMA}.{quoted(name)}"


def table(contract: Contract) -> str:
    """The exported table's name with its schema: a view is found also where the file is attached under another name."""
    return f"main.{quoted(contract.name)}"


def hidden(contract: Contract) -> dict[str, str]:
    """Why a column is not for everybody, by name: one person's, a pseudonym, or classed above internal.

    What has no class is left out too: nobody has said that it may be shown.
    """
    reasons = {field.name: _reason(contract, field) for field in contract.fields}
    return {name: reason for name, reason in reasons.items() if reason}


def _reason(contract: Contract, field: Field) -> str:
    if field.name == contract.data_subject:
        return "says whose data it is"
    if field.transform == "pseudonym":
        return "is a pseudonym"
    above = [f"{one.path} is {one.classification}" for one in field.walk() if not _shown(field, one)]
    return above[0] if above else ""


def _shown(top: Field, field: Field) -> bool:
    """Whether a class is one that may be shown; below the top, no class of its own means that of the whole."""
    return field.classification in SHOWN or (field.classification is None and field is not top)
