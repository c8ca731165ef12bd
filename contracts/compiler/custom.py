"""Our customProperties to model values: the words ODCS has none for (envelope, time, life cycle, lineage).

The table PROPERTIES is the whole convention; `contracts/README.md` explains it to people.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contracts.compiler.model import Header, LifeCycle

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
ROWS = ("event", "accepted", "refused", "aggregate", "reference")
MODES = ("backward", "forward", "full")
PRODUCER = "$producer"
HEADER_WORDS: Mapping[str, str] = {
    "$contract": "the contract's name",
    "$version": "the contract's version",
    PRODUCER: "the name of the producer that sent it",
}
"""What a header may hold beside the value of a field."""


def _duration(value: Any) -> timedelta:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        raise ValueError("an ISO 8601 duration such as P7D or PT1H")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of texts")
    return tuple(value)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a whole number above 0")
    return value


def _rows(value: Any) -> str:
    if value not in ROWS:
        raise ValueError(f"one of {', '.join(ROWS)}")
    return str(value)


def _mode(value: Any) -> str:
    if value not in MODES:
        raise ValueError(f"one of {', '.join(MODES)}")
    return str(value)


def _headers(value: Any) -> tuple[Header, ...]:
    try:
        return tuple(Header(_text(row["name"]), _text(row["from"]), row.get("required") is True) for row in value)
    except (TypeError, KeyError, AttributeError, ValueError):
        raise ValueError("a list of {name, from, required}") from None


def _life_cycle(value: Any) -> LifeCycle:
    try:
        return LifeCycle(
            key=_text(value["key"]),
            state=_text(value["state"]),
            start=_texts(value["start"]),
            transitions={_text(state): _texts(after) for state, after in value["transitions"].items()},
            constant=_texts(value.get("constant", [])),
            only={_text(name): _texts(states) for name, states in value.get("only", {}).items()},
        )
    except (TypeError, KeyError, AttributeError, ValueError):
        raise ValueError("{key, state, start, transitions, constant?, only?}") from None


@dataclass(frozen=True, slots=True)
class Property:
    """One custom property: `read` makes the model's value or raises ValueError with what it wants."""

    name: str
    read: Callable[[Any], Any]
    meaning: str


_TABLE = (
    Property("rows", _rows, "what one row is: event, accepted, refused, aggregate or reference"),
    Property("kafkaKey", _text, "the field whose value is the record key"),
    Property("kafkaHeaders", _headers, f"headers set by the producer: {', '.join(HEADER_WORDS)} or a field"),
    Property("kafkaPartitions", _count, "partitions of the topic"),
    Property("kafkaRetention", _duration, "how long the broker keeps a record"),
    Property("kafkaMaxBytes", _count, "largest record the topic takes, in bytes"),
    Property("eventTime", _text, "the timestamp field that says when an event happened"),
    Property("lateAfter", _duration, "an event is late when the broker got it this long after its event time"),
    Property("earlyAfter", _duration, "an event is early when its event time is this long after the broker's"),
    Property("dataSubject", _text, "the field that says whose data an event is"),
    Property("lifeCycle", _life_cycle, "the states an entity goes through"),
    Property("compatibility", _mode, "which readers a new version must not break: backward, forward or full"),
    Property("sourceContract", _text, "the input contract an output is made from, as name.vN"),
    Property("referenceContracts", _texts, "reference data used for enrichment, as name.vN"),
)
PROPERTIES: Mapping[str, Property] = {row.name: row for row in _TABLE}
