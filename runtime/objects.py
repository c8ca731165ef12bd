"""Single objects of a bucket: read, written on condition, listed, removed; errors name the place and what to do."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runtime.errors import MachineError
from runtime.store import Bucket, away, object_store


class Seen(NamedTuple):
    """An object as it was read: its tag and its bytes; no tag where there is none."""

    tag: str | None
    data: bytes


NOTHING = Seen(None, b"")


@contextlib.contextmanager
def answering(at: Bucket) -> Iterator[None]:
    """What goes wrong with a store, as a MachineError."""
    try:
        yield
    except MachineError:
        raise
    except Exception as error:
        said = str(error).splitlines()[0][:200]
        raise away(str(error)) or MachineError(
            f"the store of {at} refused: {said}", "Check AWS_ENDPOINT_URL, and what the credentials may do."
        ) from error


def read(at: Bucket) -> Seen:
    """An object, or NOTHING."""
    from obstore.exceptions import NotFoundError

    with answering(at):
        try:
            found = object_store(at.parent).get(at.name)
            return Seen(found.meta["e_tag"], bytes(found.bytes()))
        except (NotFoundError, FileNotFoundError):
            return NOTHING


def write(at: Bucket, data: bytes, tag: str | None) -> str | None:
    """The new tag; None where the object is no longer the one with this tag (or, without a tag, exists)."""
    from obstore.exceptions import AlreadyExistsError, PreconditionError

    mode: Any = "create" if tag is None else {"e_tag": tag}
    with answering(at):
        try:
            return str(object_store(at.parent).put(at.name, data, mode=mode)["e_tag"])
        except (AlreadyExistsError, PreconditionError):
            return None


def upload(at: Bucket, file: Path) -> None:
    """A file of any size, in pieces where it is large; what was there is replaced."""
    with answering(at):
        object_store(at.parent).put(at.name, file)


def folders(at: Bucket) -> tuple[str, ...]:
    """The names right below a place that have objects below them."""
    with answering(at):
        prefixes = object_store(at).list_with_delimiter()["common_prefixes"]
        return tuple(sorted(str(prefix).strip("/").rpartition("/")[2] for prefix in prefixes))


def sizes(at: Bucket) -> Mapping[str, int]:
    """Every object below a place, by its path from there, in bytes."""
    with answering(at):
        return {str(entry["path"]): int(entry["size"]) for batch in object_store(at).list() for entry in batch}


def remove(at: Bucket, names: tuple[str, ...]) -> None:
    """Remove objects below a place; one that is gone already is none."""
    with answering(at):
        store = object_store(at)
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                store.delete(name)
