"""A document as an object of a bucket, replaced on condition that it is still what was read (If-Match)."""

from dataclasses import dataclass

from runtime import objects
from runtime.document import Change
from runtime.errors import MachineError
from runtime.store import Bucket

ATTEMPTS = 50  # each fails only where another process has written meanwhile


@dataclass(frozen=True, slots=True)
class BucketDocument:
    """One object; who may read it, the bucket's policy says."""

    at: Bucket

    def read(self) -> str | None:
        """Its text."""
        return _text(objects.read(self.at))

    def change(self, how: Change) -> None:
        """Read and replace it, again and again while others do."""
        for _ in range(ATTEMPTS):
            seen = objects.read(self.at)
            if objects.write(self.at, how(_text(seen)).encode(), seen.tag) is not None:
                return
        raise MachineError(
            f"{self.at} could not be written: others write it all the time",
            "Try again; if it stays so, the store may not know writes on condition (If-Match).",
        )


def _text(seen: objects.Seen) -> str | None:
    return None if seen.tag is None else seen.data.decode("utf-8")
