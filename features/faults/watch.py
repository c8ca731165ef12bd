"""A workspace between two runs: what must hold at any moment, whatever was cut off, and what must not change again."""

import dataclasses
from pathlib import Path

from features.faults import evidence
from features.faults.checker import SAFETY, Violation
from features.faults.clients import TOPIC
from features.faults.evidence import Evidence, Place
from features.faults.judge import Judged, Record
from features.faults.wholeness import Exports


class Watch:
    """Remembers what it saw, round after round."""

    def __init__(self, data: Path) -> None:
        self.exports = Exports(data)
        self._data = data
        self._outcomes: dict[Place, str] = {}

    def look(self) -> list[Violation]:
        """What is wrong now. The tickets are read before the ledger: it is never behind them."""
        tables = self._data / "tables" / TOPIC
        tickets = evidence.rows(tables / "tickets", evidence.TICKETS)
        ledger = evidence.rows(tables / "ledger", evidence.LEDGER)
        found = dataclasses.replace(NOTHING, tickets=tickets, ledger=ledger)
        said = [Violation(name, what) for name, broken in SAFETY.items() for what in broken(found)]
        said += [Violation("I2", what) for what in self._changed(ledger)]
        return [*said, *(Violation("I6", what) for what in self.exports.broken(anew=False))]

    def _changed(self, ledger: list[dict[str, object]]) -> list[str]:
        """An outcome that was seen once stays, and so does its row."""
        now: dict[Place, str] = {(row["partition"], row["offset"]): str(row["outcome"]) for row in ledger}  # type: ignore[misc]
        said = [f"{place} was {was}, and has no row now" for place, was in self._outcomes.items() if place not in now]
        said += [f"{p} was {was}, and is {now[p]} now" for p, was in self._outcomes.items() if now.get(p, was) != was]
        self._outcomes = now
        return said


def _unjudged(_: Record) -> Judged:
    raise NotImplementedError("nothing is judged between two runs")


NOTHING = Evidence({}, [], [], [], [], Path(), None, _unjudged, {})
