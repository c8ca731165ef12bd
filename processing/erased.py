"""Persons who were erased, as keyed hashes: the list that keeps them out of every later read.

A JSON file outside the tables, so that whoever removes the tables to build them anew keeps it. It names nobody: each
entry is a keyed hash of a pseudonym, under a context of its own, so it equals no value in any table. Without the key
of the pseudonyms it says nothing, and with another key it would find nobody: that is refused.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processing.errors import ProcessingError
from processing.values import pseudonym
from runtime.files import write_atomically

_CONTEXT, _KEY_CONTEXT = b"tickets.erased", b"tickets.key"
_ABOUT = "Keyed hashes of persons whose data was erased; keep it, and the key in secrets/, wherever the topic is read."


def digest(pseudonym_: str, key: bytes) -> bytes:
    """A person's entry in the list, from the pseudonym of the person's id (values.pseudonym)."""
    return hashlib.blake2b(pseudonym_.encode(), key=key, digest_size=16, person=_CONTEXT).digest()


def digest_of(clear: str, key: bytes) -> bytes:
    """A person's entry in the list, from the clear id."""
    return digest(pseudonym(clear, key), key)


@dataclass(frozen=True, slots=True)
class ErasedList:
    """Who was erased: plain values, so a Spark task can have it.

    `digests` are the persons, `lengths` those of their ids in characters: what is searched for in bytes that can't be
    parsed. `unfinished` says that an erasure was begun here and has not come to its end.
    """

    digests: frozenset[bytes]
    lengths: frozenset[int]
    unfinished: bool

    @classmethod
    def of(cls, clear: Iterable[str], key: bytes) -> "ErasedList":
        """A list of these ids, written nowhere."""
        ids = tuple(clear)
        return cls(frozenset(digest_of(one, key) for one in ids), frozenset(map(len, ids)), False)

    @classmethod
    def read(cls, path: Path, key: bytes) -> "ErasedList":
        """The list in a file, nobody where there is none.

        ProcessingError where the file can't be read or was made with another key: going on would bring people back.
        """
        document = _document(path, key)
        persons = document["persons"]
        return cls(
            frozenset(bytes.fromhex(row["person"]) for row in persons),
            frozenset(int(row["length"]) for row in persons),
            bool(document["unfinished"]),
        )


NOBODY = ErasedList(frozenset(), frozenset(), False)


def add(path: Path, key: bytes, clear: Iterable[str], reason: str) -> ErasedList:
    """Put persons on the list before anything of theirs is removed; one who is on it stays as first written."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    rows = (
        {"person": digest_of(one, key).hex(), "length": len(one), "erased_at": at, "reason": reason} for one in clear
    )
    return _extend(path, key, rows)


def merge(path: Path, key: bytes, other: Path) -> ErasedList:
    """Put the persons of another list of the same key on this one. ProcessingError where there is no such list."""
    if not other.is_file():
        raise ProcessingError(f"there is no list {other}", "Name the erased/<contract>.json of a data folder.")
    return _extend(path, key, _document(other, key)["persons"])


def unfinished(path: Path) -> bool:
    """Whether an erasure was begun here and has not come to its end; asked without the key."""
    return path.is_file() and bool(json.loads(path.read_text("utf-8")).get("unfinished"))


def finish(path: Path, key: bytes) -> None:
    """Note that everything of everybody on the list is gone from this data folder."""
    _write(path, {**_document(path, key), "unfinished": False})


def _extend(path: Path, key: bytes, rows: Iterable[Mapping[str, Any]]) -> ErasedList:
    document = _document(path, key)
    known = {row["person"]: row for row in document["persons"]}
    for row in rows:
        known.setdefault(row["person"], dict(row))
    _write(path, {**document, "unfinished": True, "persons": list(known.values())})
    return ErasedList.read(path, key)


def _document(path: Path, key: bytes) -> dict[str, Any]:
    mine = _key_mark(key)
    try:
        found = json.loads(path.read_text("utf-8"))
        marked, persons = found["key"], found["persons"]
        for row in persons:
            bytes.fromhex(row["person"]), int(row["length"])
    except FileNotFoundError:
        return {"about": _ABOUT, "key": mine, "unfinished": False, "persons": []}
    except (ValueError, KeyError, TypeError) as error:
        raise ProcessingError(
            f"the list of erased persons {path} can't be read", "Put back a copy of it; nothing is read without it."
        ) from error
    if marked != mine:
        raise ProcessingError(
            f"the list of erased persons {path} was made with another pseudonym key",
            "Bring the key of that list too (secrets/pseudonym.key, or TICKETS_PSEUDONYM_KEY).",
        )
    return {"about": _ABOUT, "unfinished": False, **found}


def _key_mark(key: bytes) -> str:
    """What tells one key from another without saying it."""
    return hashlib.blake2b(b"", key=key, digest_size=8, person=_KEY_CONTEXT).hexdigest()


def _write(path: Path, document: Mapping[str, Any]) -> None:
    write_atomically(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n", mode=0o600)
