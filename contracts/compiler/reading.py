"""One file being read: what was found wrong so far, and how a clause of it is named."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contracts.compiler import rules
from contracts.compiler.errors import Problem
from contracts.compiler.model import Clause, Note, Query
from contracts.compiler.types import TYPES


@dataclass(slots=True)
class Reading:
    """One file being read: its name, its clause prefix, what is wrong with it, and what nothing will enforce."""

    file: str
    key: str = ""
    problems: list[Problem] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def wrong(self, path: str, what: str, remedy: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(self.file, path, what, remedy))

    def unknown_type(self, path: str, name: Any) -> None:
        """Note a logical type that the table of types does not have."""
        known = ", ".join(sorted(TYPES))
        self.wrong(
            path,
            "has no logicalType" if name is None else f"logicalType '{name}' is not one of {known}",
            f"Use one of {known}."
            if name is None
            else "Use one of these, or add a row to contracts/compiler/types.py.",
        )

    def clause(self, path: str, rule: str, argument: Any, wanted: str | None = None, number: int = 1) -> Clause:
        """A clause of the file being read; `wanted` replaces the argument in its words, `number` tells twins apart."""
        text = rules.words(rule, argument if wanted is None else wanted)
        return Clause(f"{self.key}/{path}/{rule}{f'#{number}' if number > 1 else ''}", path, rule, argument, text)


def frozen(value: Any) -> Any:
    """The value as it may stand in a Clause: lists as tuples, binary floats as the decimal that was written."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    return Decimal(str(value)) if isinstance(value, float) else value
