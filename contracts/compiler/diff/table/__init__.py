"""THE table of rules: every element of a contract that can change, what decides about it, and what is said.

A new element is one row in one of the files beside this one. The table never says that something breaks: events
replayed through both readers do; only where no event is touched does `promises.py` compare what was promised.
"""

from collections.abc import Mapping

from contracts.compiler.diff.rule import Element, Rule
from contracts.compiler.diff.table.around import AROUND
from contracts.compiler.diff.table.clauses import CLAUSES
from contracts.compiler.diff.table.fields import FIELDS
from contracts.compiler.diff.table.records import RECORDS

ELEMENTS: Mapping[str, Element] = {row.name: row for row in (*FIELDS, *CLAUSES, *RECORDS, *AROUND)}
RULES: Mapping[str, Rule] = {
    f"{element.name}-{sense}": Rule(f"{element.name}-{sense}", element, sense, says)
    for element in ELEMENTS.values()
    for sense, says in element.says.items()
}
"""Every rule by its id: `<element>-<sense>`."""

UNEXPLAINED = "replay-changed"
"""The rule of a break that replay found and no other rule speaks of."""
OTHER = "other-changed"
"""The rule of an element that no row of the table knows."""


def element_of(kind: str, type_: str | None) -> Element:
    """The row that speaks of an element (its ODCS name) of a field of a logical type; `other` where none does."""
    fitting = [row for row in ELEMENTS.values() if not row.types or type_ in row.types]
    named = (row for row in fitting if kind in row.kinds)  # before what speaks of all below a name
    below = (row for row in fitting if any(_is(kind, known) for known in row.kinds))
    return next(named, None) or next(below, ELEMENTS["other"])


def _is(kind: str, known: str) -> bool:
    """Whether a name is the known one, or stands below it where it ends in `.*`."""
    return kind == known or (known.endswith(".*") and (kind + ".").startswith(known[:-1]))
