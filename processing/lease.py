"""What a writer of the tables asks before each commit."""

from typing import Protocol


class Lease(Protocol):
    """What says whether this process may still write; raises where it may not."""

    def check(self) -> None:
        """Raise unless this process is still the one writer."""
