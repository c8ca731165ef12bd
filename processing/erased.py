"""Persons who were erased, as keyed hashes: the list that keeps them out of every later read.

A JSON document beside the tables, in a folder or a bucket, but outside them, so that whoever removes the tables to
build them anew keeps it. It names nobody: each entry is a keyed hash of a pseudonym, under a context of its own, so it
equals no value in any table. Without the key of the pseudonyms it says nothing, and with another key it would find
nobody: that is refused.
"""

import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from processing.errors import ProcessingError
from processing.values import pseudonym
from runtime.document import Document
from runtime.store import Location

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
    def read(cls, at: Location, key: bytes) -> "ErasedList":
        """The list at a place, nobody where there is none.

        ProcessingError where it can't be read or was made with another key: going on would bring people back.
        """
        found = _parsed(Document(at).read(), at, key)
        persons = found["persons"]
        return cls(
            frozenset(bytes.fromhex(row["person"]) for row in persons),
            frozenset(int(row["length"]) for row in persons),
            bool(found["unfinished"]),
        )


NOBODY = ErasedList(frozenset(), frozenset(), False)


def read_all(at: Location, local: Location, contract: str, key: bytes) -> ErasedList:
    """The list that counts; ProcessingError where another one, left in the local folder, names more persons.

    They are not put on it silently: what the tables hold of them has to go as well, and that is what the remedy does.
    """
    found = ErasedList.read(at, key)
    if local != at and (more := len(ErasedList.read(local, key).digests - found.digests)):
        who = "a person" if more == 1 else f"{more} persons"
        raise ProcessingError(
            f"the list {local} names {who} whom {at}, where the tables are, does not",
            f"Remove them there too: `tickets erase {contract} --list {shlex.quote(str(local))} --yes`; or remove that "
            "file, if it is of another topic.",
        )
    return found


def add(at: Location, key: bytes, clear: Iterable[str], reason: str) -> ErasedList:
    """Put persons on the list before anything of theirs is removed; one who is on it stays as first written."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [
        {"person": digest_of(one, key).hex(), "length": len(one), "erased_at": now, "reason": reason} for one in clear
    ]
    return _extend(at, key, rows)


def merge(at: Location, key: bytes, other: Location) -> ErasedList:
    """Put the persons of another list of the same key on this one. ProcessingError where there is no such list."""
    text = Document(other).read()
    if text is None:
        raise ProcessingError(f"there is no list {other}", "Name the erased/<contract>.json of a data folder.")
    return _extend(at, key, _parsed(text, other, key)["persons"])


def unfinished(at: Location) -> bool:
    """Whether an erasure was begun here and has not come to its end; asked without the key."""
    text = Document(at).read()
    return text is not None and bool(json.loads(text).get("unfinished"))


def finish(at: Location, key: bytes) -> None:
    """Note that everything of everybody on the list is gone from these tables."""
    Document(at).change(lambda text: _text({**_parsed(text, at, key), "unfinished": False}))


def _extend(at: Location, key: bytes, rows: Iterable[Mapping[str, Any]]) -> ErasedList:
    def extended(text: str | None) -> str:
        found = _parsed(text, at, key)
        known = {row["person"]: row for row in found["persons"]}
        for row in rows:
            known.setdefault(row["person"], dict(row))
        return _text({**found, "unfinished": True, "persons": list(known.values())})

    Document(at).change(extended)
    return ErasedList.read(at, key)


def _parsed(text: str | None, at: Location, key: bytes) -> dict[str, Any]:
    mine = _key_mark(key)
    if text is None:
        return {"about": _ABOUT, "key": mine, "unfinished": False, "persons": []}
    try:
        found = json.loads(text)
        marked, persons = found["key"], found["persons"]
        for row in persons:
            bytes.fromhex(row["person"]), int(row["length"])
    except (ValueError, KeyError, TypeError) as error:
        raise ProcessingError(
            f"the list of erased persons {at} can't be read", "Put back a copy of it; nothing is read without it."
        ) from error
    if marked != mine:
        raise ProcessingError(
            f"the list of erased persons {at} was made with another pseudonym key",
            "Bring the key of that list too (secrets/pseudonym.key, or TICKETS_PSEUDONYM_KEY).",
        )
    return {"about": _ABOUT, "unfinished": False, **found}


def _key_mark(key: bytes) -> str:
    """What tells one key from another without saying it."""
    return hashlib.blake2b(b"", key=key, digest_size=8, person=_KEY_CONTEXT).hexdigest()


def _text(found: Mapping[str, Any]) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
