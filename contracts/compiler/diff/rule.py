"""What one row of the table of rules is: an element of a contract, and what to say when it changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.compiler.diff.senses import Sense

VALUE, RECORD, ROWS, PROMISE, WORDS, UNKNOWN = "value", "record", "rows", "promise", "words", "unknown"
EFFECTS: Mapping[str, str] = {
    VALUE: "events are replayed through both readers",
    RECORD: "records (key, headers, topic, format, size) are replayed through both readers",
    ROWS: "batches of events are replayed through both row checks",
    PROMISE: "what the contract promises around the events is compared, and a case between the two is shown",
    WORDS: "nothing that reads, writes or runs looks at it",
    UNKNOWN: "nothing here can judge it",
}
"""What decides the verdict: never the table itself, except where no event is touched."""


@dataclass(frozen=True, slots=True)
class Element:
    """One thing a contract can say. `kinds` are its ODCS names as `elements` gives them, `types` the logical types it
    is said of (empty: any). `sense` tells how it changed. `clauses` are the rules under which a reader refuses what
    the change broke; `says` has one sentence for each sense that can occur, with {path}, {name}, {old} and {new}
    (of lists also {gained} and {lost});
    `remedy` what to do instead. `bump` is what a change that breaks nobody asks of the version.
    """

    name: str
    kinds: tuple[str, ...]
    types: frozenset[str]
    sense: Sense
    effect: str
    clauses: frozenset[str]
    says: Mapping[str, str]
    remedy: str
    bump: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row as `tickets contracts rules` lists it: an element changing in one sense."""

    id: str
    element: Element
    sense: str
    says: str
