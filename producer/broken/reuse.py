"""Breaks that were judged once to many events: a field's wrong value breaks the same clauses in whatever event it is.

To judge takes some hundred times as long as to make an event. So each clause has a few wrong values that were judged,
which are put into other events; from time to time one is made and judged anew.
"""

from random import Random

from contracts.compiler.model import Clause
from producer.broken.breakers import Breaker
from producer.event import Event
from producer.values.makers import ABSENT
from producer.values.quantities import micros

KNOWN = 8  # wrong values of a clause before any is used again
ANEW = 1 / 32  # of the breaks of a clause from then on


class Reuser:
    """A Breaker for much traffic. Clauses of whole values and of the envelope are broken anew each time."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker
        self._known: dict[str, list[object]] = {}

    def break_clause(self, clause: Clause, event: Event, rng: Random) -> Event | None:
        """The event with one clause of its value or its envelope broken; None as Breaker says."""
        name = self._breaker.member_of(clause)
        if name is None or not isinstance(event.value, dict):
            return self._breaker.break_clause(clause, event, rng)
        known = self._known.setdefault(clause.id, [])
        if len(known) == KNOWN and rng.random() >= ANEW:
            value = {**event.value, name: known[int(rng.random() * KNOWN)]}
            if value[name] is ABSENT:
                del value[name]
            return self._breaker.carried(value, event)
        broken = self._breaker.break_payload(clause, event.value, rng, micros(event.sent_at))
        if broken is None:
            return None
        if isinstance(broken.value, dict):
            known.append(broken.value.get(name, ABSENT))
            del known[:-KNOWN]
        return self._breaker.carried(broken.value, event)
