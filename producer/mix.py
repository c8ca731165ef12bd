"""Contract to the traffic of a bad day, one record at a time; `traffic` says what it is made of, and is faster."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.compiler.model import Contract
from producer.event import EPOCH, UNNAMED, Headers
from producer.plan import Plan as Plan
from producer.plan import Shares as Shares
from producer.plan import plan as plan
from producer.plan import span_of as span_of
from producer.traffic import USUAL, traffic


class Sending(NamedTuple):
    """One record and what it is: `kind` is valid, invalid or duplicate; `clause` the id that an invalid one breaks."""

    value: bytes
    key: bytes
    headers: Headers
    sent_at: datetime
    kind: str
    late: bool
    clause: str | None


def mixed(
    contract: Contract, count: int, seed: int, start: datetime, counts: Plan, producer: str = UNNAMED
) -> Iterator[Sending]:
    """The sendings of `traffic` one by one."""
    for values, sent_us, odd, seal in traffic(contract, count, seed, start, counts, producer):
        for place, (value, at_us) in enumerate(zip(values, sent_us, strict=True)):
            kind, late, clause, own = odd.get(place, USUAL)
            key, headers = own or seal(value)
            yield Sending(value, key, headers, EPOCH + timedelta(microseconds=at_us), kind, late, clause)
