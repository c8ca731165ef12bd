"""One small text that several processes change, a file or an object: nothing that another wrote is lost."""

from collections.abc import Callable
from dataclasses import dataclass

from runtime import swap
from runtime.errors import MachineError
from runtime.objects import Seen
from runtime.store import Location

ATTEMPTS = 50  # each fails only where another process has written meanwhile


@dataclass(frozen=True, slots=True)
class Document:
    """The text at one place. A file is its owner's alone to read; of an object, the bucket's policy says."""

    at: Location

    def read(self) -> str | None:
        """The text, None where there is none; MachineError where that can't be said."""
        return _text(swap.read(self.at))

    def change(self, how: Callable[[str | None], str]) -> None:
        """Replace the text by what `how` makes of it; it is asked again where another process was quicker."""
        for _ in range(ATTEMPTS):
            seen = swap.read(self.at)
            if swap.write(self.at, how(_text(seen)).encode(), seen.tag) is not None:
                return
        raise MachineError(
            f"{self.at} could not be written: others write it all the time",
            "Try again; if it stays so in a bucket, its store may not know writes on condition (If-Match).",
        )


def _text(seen: Seen) -> str | None:
    return None if seen.tag is None else seen.data.decode("utf-8")
