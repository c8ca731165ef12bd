"""The one exception of this room, and the row it is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the model's text: `where` is `file:line` (or a file), then what, then what to do."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Two lines: place and fault, then the remedy."""
        return f"{self.where}: {self.what}\n  {self.remedy}"


class ArchitectureError(Exception):
    """The model cannot be used; carries every problem found, not the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
        self.what = "\n".join(map(str, problems))
        self.remedy = ""
