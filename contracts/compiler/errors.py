"""The one exception of this room, and the row it is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a contract file: where, what, and what to do.

    `path` is the place inside the file in ODCS words (`schema.tickets.priority`), empty for the file as a whole.
    """

    file: str
    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Two lines: place and fault, then the remedy."""
        place = f"{self.file}: {self.path}: " if self.path else f"{self.file}: "
        return f"{place}{self.what}\n  {self.remedy}"


class ContractError(Exception):
    """A contract cannot be used; carries every problem found, not the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
        self.what = "\n".join(map(str, problems))
        self.remedy = ""


class UnknownContractError(ContractError):
    """A contract was asked for by a name that no file bears: wrong use, not a wrong contract."""
