"""One small text that several processes change, a file or an object: nothing that another wrote is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from runtime.store import Location

Change = Callable[[str | None], str]


class Document(Protocol):
    """The text at one place."""

    def read(self) -> str | None:
        """The text, None where there is none; MachineError where that can't be said."""

    def change(self, how: Change) -> None:
        """Replace the text by what `how` makes of it; it is asked again where another process was quicker."""


def document(at: Location) -> Document:
    """The document at a place; a file is its owner's alone to read."""
    from runtime.bucket_document import BucketDocument
    from runtime.file_document import FileDocument

    return FileDocument(at) if isinstance(at, Path) else BucketDocument(at)
