"""What a contract promises around its events: each promise as a function that shows a case between two versions.

Nothing is replayed here: a record's age, a role, a service level are no part of an event. A row of PROMISES takes the
change and both versions, and gives a Case (somebody breaks, and how that is seen), None (nobody breaks), or UNSAID
(nobody can tell from the contracts).
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from contracts.compiler.diff import murmur2
from contracts.compiler.diff.case import UNSAID, Case, Promise, Samples, Unsaid
from contracts.compiler.diff.changes import Version
from contracts.compiler.diff.life_cycles import life_cycle
from contracts.compiler.diff.model import (
    EXPORTS,
    NEW_TO_OLD,
    OLD_TO_NEW,
    PRODUCERS,
    READERS_OF_NEW,
    READERS_OF_OLD,
    Change,
)
from contracts.compiler.diff.senses import ADDED, CHANGED, LOOSENED, REMOVED, TIGHTENED
from contracts.compiler.model import Contract


def consumers(contract: Contract, *audiences: str) -> tuple[str, ...]:
    """The audiences of a topic; of any other table they are all export consumers."""
    if contract.rows == "event":
        return audiences
    return tuple(dict.fromkeys(EXPORTS for _ in audiences))


def _partitions(change: Change, old: Version, new: Version, samples: Samples) -> Case | None:
    one, two = old.contract.envelope, new.contract.envelope
    if one is None or two is None:
        return None
    for event in samples:
        key = event.get(one.key)
        data = key.encode() if isinstance(key, str) else json.dumps(key, default=str).encode()
        before, after = murmur2.partition(data, one.partitions), murmur2.partition(data, two.partitions)
        if before != after:
            places = f"{before} of {one.partitions}, then {after} of {two.partitions}"
            says = f"events of {one.key} {key!r} stood in partition {before} and now go to {after}"
            remedy = "" if two.partitions > one.partitions else "; and a topic can't lose partitions, only be made anew"
            breaks = (READERS_OF_NEW, READERS_OF_OLD) if remedy else (READERS_OF_NEW,)
            return Case(OLD_TO_NEW, breaks, {"key": str(key), "partition": places}, says + remedy, event)
    return None


def _retention(change: Change, old: Version, new: Version, samples: Samples) -> Case | None:
    one, two = old.contract.envelope, new.contract.envelope
    if one is None or two is None or two.retention >= one.retention:
        return None
    age = _between(one.retention, two.retention)
    says = f"the topic kept a record that is {age} old, and has forgotten it now"
    return Case(OLD_TO_NEW, (READERS_OF_OLD,), {"age": age}, says, _first(samples))


def _lateness(change: Change, old: Version, new: Version, samples: Samples) -> Case | None:
    for name, flag, way in (("late_after", "is_late", "after"), ("early_after", "is_early", "before")):
        one, two = (getattr(side.contract, name) or timedelta.max for side in (old, new))
        if one != two and change.place.endswith("lateAfter" if name == "late_after" else "earlyAfter"):
            gap = _between(one, two)
            flagged = "false, and was true" if two > one else "true, and was false"
            return Case(
                OLD_TO_NEW,
                (EXPORTS,),
                {"received": f"{gap} {way} it happened"},
                f"its {flag} is {flagged}",
                _first(samples),
            )
    return None


def _data_subject(change: Change, old: Version, new: Version, samples: Samples) -> Case | Unsaid | None:
    one, two = old.contract.data_subject, new.contract.data_subject
    if one is None:
        return None
    for event in samples:
        before, after = event.get(one), event.get(two) if two else None
        if before != after:
            now = f"only one of {two} {after!r} does" if two else "none does"
            says = f"an erasure of {one} {before!r} took this event along, and now {now}"
            return Case(OLD_TO_NEW, (READERS_OF_OLD,), {"erasure": f"{one} {before}"}, says, event)
    return UNSAID


def _all(words: str) -> Promise:
    """Whoever reads or writes it feels it."""

    def promise(change: Change, old: Version, new: Version, samples: Samples) -> Case | None:
        if change.sense == ADDED:
            return None
        breaks = consumers(old.contract, READERS_OF_NEW, READERS_OF_OLD, PRODUCERS)
        said = words.format(old=change.old, new=change.new, name=old.contract.key)
        return Case(OLD_TO_NEW, breaks, {}, said, _first(samples))

    return promise


def _server(change: Change, old: Version, new: Version, samples: Samples) -> Case | None:
    if change.sense == ADDED:
        return None
    host = change.old.get("host") or change.old.get("path") or change.old.get("location") or "no address"
    name = change.place.rsplit(".", 1)[-1]
    says = f"whoever was told to connect to {name} ({host}) finds nothing of it in the contract"
    breaks = consumers(old.contract, READERS_OF_NEW, PRODUCERS)
    return Case(NEW_TO_OLD, breaks, {"server": name, "host": str(host)}, says, None)


def _service_level(change: Change, old: Version, new: Version, samples: Samples) -> Case | Unsaid | None:
    name = change.place.split(".")[1]
    if change.sense in (ADDED, TIGHTENED):
        return None
    breaks = consumers(old.contract, READERS_OF_NEW)
    if change.element == "service-level":
        shown = f"{change.old.get('value')} {change.old.get('unit', '')}".strip()
        return Case(NEW_TO_OLD, breaks, {name: "anything"}, f"nothing holds {name} to {shown} any more", None)
    if change.sense != LOOSENED:
        return UNSAID
    one, two = (next((row for row in side.contract.service_levels if row.name == name), None) for side in (old, new))
    if one is None or two is None:
        return UNSAID
    shown = f"{two.value} {two.unit}".strip()
    says = f"{shown} keeps the new promise, and breaks the old one ({f'{one.value} {one.unit}'.strip()})"
    return Case(NEW_TO_OLD, breaks, {name: shown}, says, None)


def _role(change: Change, old: Version, new: Version, samples: Samples) -> Case | Unsaid | None:
    """Whoever may no longer do what the role let them do; an access of other words than read and write is unclear."""
    if change.sense == ADDED:
        return None
    name = change.place.split(".")[1]
    before = _access(change.old)
    after = frozenset[str]() if change.sense == REMOVED else _access(change.new)
    if not before or (not after and change.sense != REMOVED):
        return UNSAID
    lost = sorted(before - after)
    if not lost:
        return None
    topic = old.contract.rows == "event"
    breaks = (
        *(consumers(old.contract, READERS_OF_NEW) if "read" in lost else ()),
        *((PRODUCERS,) if "write" in lost and topic else ()),
    )
    says = f"{name} may no longer {' or '.join(lost)}"
    return Case(NEW_TO_OLD, breaks, {"principal": name, "operation": ", ".join(lost)}, says, None)


def _access(said: Any) -> frozenset[str]:
    """What a role may do: ODCS leaves the words open (read, write, readWrite); without any, to read."""
    text = str((said.get("access") if isinstance(said, Mapping) else said) or "read").lower()
    return frozenset(word for word in ("read", "write") if word in text)


def _status(change: Change, old: Version, new: Version, samples: Samples) -> Unsaid | None:
    """To deprecate warns everybody and breaks nobody; to retire, or to take an active contract back, may. What a
    status of other words means, nobody here can tell.
    """
    back = change.old in ("active", "deprecated") and change.new in ("proposed", "draft")
    return UNSAID if change.new == "retired" or back or change.sense == CHANGED else None


def _between(one: timedelta, two: timedelta) -> str:
    """A duration between two, in words."""
    endless = timedelta.max in (one, two)
    middle = min(one, two) + timedelta(seconds=1) if endless else (one + two) / 2
    seconds = int(middle.total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:g} {unit}" if seconds % size == 0 else f"{seconds / size:.1f} {unit}"
    return f"{middle.total_seconds():g} seconds"


def _first(samples: Samples) -> Mapping[str, Any] | None:
    return samples[0] if samples else None


PROMISES: Mapping[str, Promise] = {
    "partitions": _partitions,
    "retention": _retention,
    "lateness": _lateness,
    "data-subject": _data_subject,
    "life-cycle": life_cycle,
    "rows": _all("one row was {old} and is {new}"),
    "contract": _all("{name} is read and written by others, and is gone"),
    "contract-name": _all("headers, clause ids and tables said {old}, and say {new}"),
    "server": _server,
    "service-level": _service_level,
    "service-level-value": _service_level,
    "role": _role,
    "role-access": _role,
    "status": _status,
}
"""One row for each element of the table whose effect is `promise` (compared in proof.py)."""
