"""What is wrong with a decision, as a value: formatted in one place, all at once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the file and its line, what is wrong, what to do.

    `kind`: `form` (how it is written), `folder` (numbers, links, index), `confirmation` (what it names is not there or
    does not hold), `stale` (a figure has moved since).
    """

    kind: str
    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        """Two lines: place and fault, then the remedy."""
        return f"{self.file}:{self.line}: {self.what}\n  {self.remedy}"


class AdrError(Exception):
    """A command can't do its work; `main` prints `what` and `remedy`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
