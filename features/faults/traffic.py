"""A seed to what a bad day sends: events of both versions, told twice or twenty times, late, early, huge, broken.

Everything but the clock follows from the seed. A label says what a record was made as; nobody judges by it.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

MAX_BYTES = 1_000_000  # what the topic takes
TIMES = (2, 20)  # how often a repeated event is sent in all
LATE, EARLY = (timedelta(hours=1, minutes=5), timedelta(days=5)), (timedelta(minutes=6), timedelta(days=2))
EARLY_STAMP = timedelta(minutes=50)  # a broker takes a record's own time up to an hour ahead
KINDS = ("billing", "technical", "delivery", "contract", "complaint", "information")
PRIORITIES = ("low", "normal", "high", "urgent")
CHANNELS = ("email", "phone", "web", "chat", "branch")  # what both versions know
LIFE = ("opened", "assigned", "resolved", "reopened", "resolved", "closed")
LANGUAGES = ("fr", "en-GB", "de")
BROKEN_BYTES = (
    b"",
    b'{"event_id": "0b7c',
    b"{} {}",
    b'{"amount": NaN}',
    b"[1, 2]",
    b'{"request": "\xff\xfe"}',
    b"\xef\xbb\xbf{}",
    b'{"priority": "low", "priority": "high"}',
    b"[" * 1000 + b"]" * 1000,
    b'{"amount": ' + b"9" * 1000 + b"}",
    b'{"amount": 1e999999999}',
    b"\x00\x01\x02",
)
BROKEN_FIELDS: tuple[dict[str, Any], ...] = (
    {"priority": "urgent!!"},
    {"satisfaction": 9},
    {"amount": 0.015},
    {"occurred_at": "2026-01-05T08:30:00"},
    {"request": ""},
    {"ticket_id": "TCK-1"},
    {"event_type": None},
    {"tags": ["vip", "vip"]},
    {"attachments": [{"name": "a.pdf", "media_type": "pdf", "size_bytes": 1}]},
)


@dataclass(frozen=True, slots=True)
class Sending:
    """One record to be sent; `at` is its timestamp (None: the client's clock), `label` what it was made as."""

    id: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    at: datetime | None
    label: str


@dataclass(frozen=True, slots=True)
class Mix:
    """How many sendings a chunk has, and how many of its events are special; repeats come on top."""

    events: int
    repeated: int
    disordered: int
    conflicts: int
    malformed: int
    tombstones: int
    large: int
    giant: int


def chunk(seed: int, number: int, mix: Mix, now: datetime) -> tuple[list[Sending], list[Sending]]:
    """(what is sent now, what repeats some of it later): the later ones belong to the next chunk."""
    random = Random(f"{seed}/{number}")
    version = 1 + number % 2
    plain = [_sending(event, version, "valid") for event in _events(random, mix.events, version, now)]
    sent = _disordered(random, plain, mix.disordered, now)
    again = [copy for event in random.sample(sent, mix.repeated) for copy in _again(random, event)]
    strange = [*_conflicts(random, sent, mix.conflicts), *_broken(random, sent, mix), *_sized(random, sent, mix)]
    cut = len(again) * 2 // 3
    return _scattered(random, sent, [*again[:cut], *strange]), again[cut:]


def lines(seed: int, number: int, version: int, count: int, now: datetime) -> tuple[list[bytes], bytes]:
    """Valid events as lines of a file, and one more that is larger than the topic takes."""
    random = Random(f"lines/{seed}/{number}")
    events = list(_events(random, count, version, now))
    giant = {**events[-1], "event_id": _uuid(random), "request": "x" * MAX_BYTES}
    return [json.dumps(event, ensure_ascii=False).encode() for event in events], json.dumps(giant).encode()


def _events(random: Random, count: int, version: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Lives of tickets, told in order, up to now: what happened last is not late."""
    start = now - timedelta(seconds=count + 60)
    life: list[str] = []
    for number in range(count):
        if not life:
            ticket, life = _ticket(random), list(LIFE[: random.choice((1, 3, 3, 6))])
        kind = life.pop(0)
        event = {"event_id": _uuid(random), "event_type": kind, "occurred_at": _text(start + timedelta(seconds=number))}
        yield {**event, **ticket, **_extras(random, kind, version)}


def _ticket(random: Random) -> dict[str, Any]:
    return {
        "ticket_id": f"TCK-{random.randrange(10**8):08d}",
        "client_id": f"CLI-{random.randrange(10**6):06d}",
        "request": random.choice(("My invoice is wrong.", "Où est ma commande ?", "  It   does not start. ", "😀")),
        "request_type": random.choice(KINDS),
        "priority": random.choice(PRIORITIES),
        "channel": random.choice(CHANNELS),
    }


def _extras(random: Random, kind: str, version: int) -> dict[str, Any]:
    extra: dict[str, Any] = {"language" if version == 1 else "locale": random.choice(LANGUAGES)}
    if version == 2 and random.random() < 0.5:
        extra["product"] = random.choice(("Home Insurance", "Travel Card"))
    if kind == "closed":
        extra["satisfaction"] = random.choice((1, 2, 3, 4, 5, 5.0, None))
    if random.random() < 0.2:
        extra |= {"client_email": f"u{random.randrange(10**6)}@example.com", "amount": random.randrange(10**5) / 100}
    return extra


def _disordered(random: Random, sent: list[Sending], count: int, now: datetime) -> list[Sending]:
    """Some happened long ago, some tomorrow, some are sent before what they follow."""
    made = list(sent)
    for turn, place in enumerate(random.sample(range(len(made)), count)):
        kind = ("late", "early", "reordered")[turn % 3]
        made[place] = replace(
            made[place] if kind == "reordered" else _moved(random, made[place], kind, now), label=kind
        )
    moved = [event for event in made if event.label == "reordered"]
    return _scattered(random, [event for event in made if event.label != "reordered"], moved)


def _moved(random: Random, event: Sending, kind: str, now: datetime) -> Sending:
    """The event at another time, seen from the record's own: half of the early ones are stamped ahead too."""
    spread = LATE if kind == "late" else EARLY
    shift = timedelta(seconds=random.uniform(*(end.total_seconds() for end in spread)))
    stamp = now + EARLY_STAMP if kind == "early" and random.random() < 0.5 else None
    moment = (stamp or now) + (shift if kind == "early" else -shift)
    return replace(_changed(event, {"occurred_at": _text(moment)}), at=stamp)


def _again(random: Random, event: Sending) -> Iterator[Sending]:
    """The copies of an event: the same bytes, or the same value in other bytes."""
    for _ in range(random.randint(*TIMES) - 1):
        yield replace(_rewritten(event) if random.random() < 0.2 else event, label="repeat")


def _rewritten(event: Sending) -> Sending:
    body = json.loads(event.value or b"{}")
    moved = datetime.fromisoformat(body["occurred_at"]) + timedelta(hours=2)
    body["occurred_at"] = moved.replace(tzinfo=None).isoformat() + "+02:00"
    return replace(event, value=json.dumps(dict(reversed(body.items())), ensure_ascii=False).encode())


def _conflicts(random: Random, sent: list[Sending], count: int) -> Iterator[Sending]:
    """Another body under an id that is taken: of the same ticket, or of another one in whatever partition."""
    for turn, event in enumerate(random.sample(sent, count)):
        body = json.loads(event.value or b"{}")
        other = PRIORITIES[(PRIORITIES.index(body["priority"]) + 1) % len(PRIORITIES)]
        more = {"ticket_id": f"TCK-{random.randrange(10**8):08d}"} if turn % 3 == 0 else {}
        yield replace(_changed(event, {"priority": other, **more}), label="conflict")


def _broken(random: Random, sent: list[Sending], mix: Mix) -> Iterator[Sending]:
    for turn in range(mix.malformed):
        event = random.choice(sent)
        fresh = _changed(event, {"event_id": _uuid(random)})
        if turn % 3 == 0:
            yield replace(fresh, value=random.choice(BROKEN_BYTES), label="malformed")
        elif turn % 3 == 1:
            yield replace(_changed(fresh, random.choice(BROKEN_FIELDS)), key=fresh.key, label="malformed")
        else:
            yield replace(fresh, headers=_without(random, fresh.headers), label="malformed")
    for _ in range(mix.tombstones):
        yield replace(_changed(random.choice(sent), {"event_id": _uuid(random)}), value=None, label="tombstone")


def _without(random: Random, headers: tuple[tuple[str, bytes], ...]) -> tuple[tuple[str, bytes], ...]:
    """One header less, or one that says something else."""
    place = random.randrange(len(headers))
    name = headers[place][0]
    other = ((name, b"7.0.0" if name == "contract_version" else b"other"),) if random.random() < 0.5 else ()
    return (*headers[:place], *other, *headers[place + 1 :])


def _sized(random: Random, sent: list[Sending], mix: Mix) -> Iterator[Sending]:
    """Messages that the topic just takes, and some that it does not."""
    for label, count, size in (("large", mix.large, MAX_BYTES - 2_000), ("giant", mix.giant, MAX_BYTES + 1)):
        for _ in range(count):
            fresh = _changed(random.choice(sent), {"event_id": _uuid(random), "notes": ""})
            padding = "x" * (size - len(fresh.value or b""))
            yield replace(_changed(fresh, {"notes": padding}), label=label)


def _scattered(random: Random, sent: list[Sending], more: list[Sending]) -> list[Sending]:
    """The second put in among the first anywhere, so that a copy may even come before what it repeats."""
    places = sorted(((random.randrange(len(sent) + 1), number) for number in range(len(more))), reverse=True)
    made = list(sent)
    for place, number in places:
        made.insert(place, more[number])
    return made


def _sending(event: dict[str, Any], version: int, label: str) -> Sending:
    headers = {"contract": "client_tickets", "contract_version": f"{version}.0.0", "event_id": event["event_id"]}
    value = json.dumps(event, ensure_ascii=False).encode()
    sent = tuple((name, text.encode()) for name, text in headers.items())
    return Sending(event["event_id"], event["ticket_id"].encode(), value, sent, None, label)


def _changed(event: Sending, fields: dict[str, Any]) -> Sending:
    """The event with other values, its key and headers in step."""
    body = {**json.loads(event.value or b"{}"), **fields}
    headers = tuple((n, str(body["event_id"]).encode() if n == "event_id" else text) for n, text in event.headers)
    value = json.dumps(body, ensure_ascii=False).encode()
    return replace(event, id=str(body["event_id"]), key=str(body["ticket_id"]).encode(), value=value, headers=headers)


def _uuid(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
