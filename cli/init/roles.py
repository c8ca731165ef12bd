"""Top-level fields to the parts they play for the topic: event id, key, event time, whose data it is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cli.init import names
from cli.init.draft import Draft, Role

CANDIDATES = 4  # others named beside the one that was taken
NO_ID = "no required text or whole number differs from event to event; add one to the events, or name it with --id"
NO_KEY = "no required text or whole number that is not personal; name one with --key"
NO_TIME = "no required field reads as a timestamp; numbers since 1970 do not: send ISO 8601 text"


def event_id(fields: Sequence[Draft], events: Sequence[Mapping[str, Any]], wanted: str | None) -> Role:
    """The field whose value no two different events share; the surest by its name and its format."""
    if wanted is not None:
        return Role(wanted, "as asked")
    whole = {json.dumps(event, default=str, sort_keys=True) for event in events}  # the same event twice is one
    able = [field for field in _fit(fields) if len({event[field.name] for event in events}) == len(whole)]
    able.sort(key=lambda field: (_place(field, "event_id"), field.options.get("format") != "uuid", _no_id(field)))
    return _taken(able, f"no value twice in {len(whole)} events", NO_ID)


def key(fields: Sequence[Draft], events: Sequence[Mapping[str, Any]], identity: Role, wanted: str | None) -> Role:
    """What events of one thing share, so that they keep their order: an id that comes again, else the event's own."""
    if wanted is not None:
        return Role(wanted, "as asked")
    able = [field for field in _fit(fields) if not _no_id(field) and field.name != identity.field]
    able = [field for field in able if 1 < len({event[field.name] for event in events}) < len(events)]
    if able:
        return _taken(able, "an id that several events share, which then keep their order", NO_KEY)
    if identity.field is not None:
        return Role(identity.field, "the event's own id, as no other id comes twice; events then have no order")
    return _taken(list(_fit(fields)), "the first that can be one", NO_KEY)


def event_time(fields: Sequence[Draft], wanted: str | None) -> Role:
    """The timestamp whose name speaks most of the event itself."""
    if wanted is not None:
        return Role(wanted, "as asked")
    able = [field for field in fields if field.type == "timestamp" and field.required]
    able.sort(key=lambda field: _place(field, "event_time"))
    return _taken(able, "the timestamp whose name speaks most of the event", NO_TIME)


def subject(fields: Sequence[Draft]) -> Role:
    """Whose data an event is, where a name says so."""
    able = [field for field in fields if field.type == "string" and names.sounds_like(field.name, "subject")]
    return _taken(able, "by its name; `tickets erase` finds a person's events by it", "no name of a field says whose")


def _fit(fields: Sequence[Draft]) -> Sequence[Draft]:
    """Fields that may stand in a key or an id: there in every event, and nothing that must stay hidden."""
    return [field for field in fields if field.required and field.type in ("string", "integer") and not field.masked]


def _no_id(field: Draft) -> bool:
    return not f"_{names.words(field.name)}".endswith("_id") and names.words(field.name) not in ("id", "uuid", "key")


def _place(field: Draft, sense: str) -> int:
    found = names.rank(field.name, sense)
    return 100 if found is None else found


def _taken(able: Sequence[Draft], why: str, none: str) -> Role:
    """The first of those that can be one, which of them it is a guess between, or why there is none."""
    if not able:
        return Role(None, none)
    others = ", ".join(field.name for field in able[1 : CANDIDATES + 1])
    return Role(able[0].name, f"{why}{f'; so could be {others}' if others else ''}")
