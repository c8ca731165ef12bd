"""Sample events and a draft contract to one full event that may stand in a file which everybody reads.

A sample's values are shown where the draft calls their field internal; what may be of a person or a secret, and what
the sample has not, is generated.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cli.init.samples import Event
from cli.init.texts import LONGEST_VALUE
from contracts.compiler.load import readable
from contracts.compiler.model import Contract, Field

START = datetime(2026, 1, 5, tzinfo=UTC)
DRAWN = 50  # payloads, of which the fullest is taken; each alone, since of some ids there are few
MOST_ITEMS = 2
OPEN = ("internal", None)  # None: an array's items, which the draft classifies only where they are something else
_NOTHING = object()


def full_events(contract: Contract, events: Sequence[Event]) -> Iterator[dict[str, Any]]:
    """The fullest sample, filled up from the others, then one that is generated; ProducerError where none can be."""
    from producer.payloads import values

    drawn = (next(values(readable(contract), count=1, seed=seed, start=START)) for seed in range(DRAWN))
    made = max(drawn, key=_size)
    fullest = sorted((event.value for event in events), key=_size, reverse=True)
    shown = {field.name: _shown(field, _first(fullest, field.name)) for field in contract.fields}
    yield _members(contract.fields, shown, made)
    yield made


def _first(samples: Sequence[Mapping[str, Any]], name: str) -> Any:
    """The first value of a member that is not null, None where there is none."""
    return next((sample[name] for sample in samples if sample.get(name) is not None), None)


def _size(value: Any) -> int:
    """How many values other than null are in it, at any depth."""
    if isinstance(value, dict | list):
        return sum(map(_size, value.values() if isinstance(value, dict) else value))
    return int(value is not None)


def _shown(field: Field, value: Any) -> Any:
    """What of a sample's value may be seen: nothing that the draft hides or does not describe, no names of a map."""
    if value is None or field.classification not in OPEN or field.key is not None:
        return _NOTHING
    if field.properties:
        members = {child.name: _shown(child, value.get(child.name)) for child in field.properties}
        return {name: one for name, one in members.items() if one is not _NOTHING} or _NOTHING
    if field.items is not None:
        items = [_shown(field.items, one) for one in value[:MOST_ITEMS]]
        return [one for one in items if one is not _NOTHING] or _NOTHING
    return _NOTHING if isinstance(value, str) and len(value) > LONGEST_VALUE else value


def _merged(field: Field, shown: Any, made: Any) -> Any:
    """What is shown, and at any depth what was made where nothing is."""
    if shown is _NOTHING or not isinstance(made, dict | list):
        return made if shown is _NOTHING else shown
    if field.items is not None:
        return [_merged(field.items, one, made[0]) for one in shown] if made else shown
    if not field.properties:
        return shown
    return _members(field.properties, shown, made)


def _members(fields: Sequence[Field], shown: Any, made: Any) -> dict[str, Any]:
    """The members of an object, each merged; those that neither has are absent."""
    pairs = ((field, shown.get(field.name, _NOTHING), made.get(field.name, _NOTHING)) for field in fields)
    members = {field.name: _merged(field, one, other) for field, one, other in pairs}
    return {name: value for name, value in members.items() if value is not _NOTHING}
