"""A small JSON record as an object in a bucket, written only on condition that it is the one that was read."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime.errors import MachineError
from runtime.store import Bucket, object_store


class Seen(NamedTuple):
    """A record as it was read: its tag, and what it says; no tag where there is none."""

    tag: str | None
    record: Mapping[str, Any]


def get(at: Bucket) -> Seen:
    """The record; MachineError where the store does not answer, or what is there is no record."""
    from obstore.exceptions import NotFoundError

    try:
        found = object_store(at.parent).get(at.name)
        return Seen(found.meta["e_tag"], json.loads(bytes(found.bytes())))
    except (NotFoundError, FileNotFoundError):
        return Seen(None, {})
    except ValueError as error:
        raise MachineError(
            f"the record {at} can't be read", "Make sure that no command is running, then remove the object."
        ) from error
    except Exception as error:
        raise _away(at, error) from error


def put(at: Bucket, record: Mapping[str, Any], tag: str | None) -> str | None:
    """The new tag; None where the object is no longer the one with this tag (or, without a tag, exists)."""
    from obstore.exceptions import AlreadyExistsError, PreconditionError

    mode: Any = "create" if tag is None else {"e_tag": tag}
    try:
        return str(object_store(at.parent).put(at.name, json.dumps(record).encode(), mode=mode)["e_tag"])
    except (AlreadyExistsError, PreconditionError):
        return None
    except Exception as error:
        raise _away(at, error) from error


def _away(at: Bucket, error: Exception) -> MachineError:
    said = str(error).splitlines()[0][:200]
    return MachineError(
        f"the store of {at} did not answer: {said}", "Check AWS_ENDPOINT_URL and the credentials, then try again."
    )
