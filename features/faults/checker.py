"""Evidence to violations: what is promised, one function a promise. Nothing of the product is imported.

`SAFETY` may be asked at any moment, `INVARIANTS` once all that was acknowledged has been processed undisturbed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from features.faults import recount
from features.faults.evidence import Evidence, Place
from features.faults.judge import ids_of
from features.faults.wholeness import Exports

OUTCOMES = frozenset({"accepted", "rejected", "duplicate", "conflict", "tombstone", "discarded", "erased"})
LISTED = 50  # violations of one invariant that are written down


@dataclass(frozen=True, slots=True)
class Violation:
    """What was found instead of what is promised; `invariant` is a key of INVARIANTS."""

    invariant: str
    what: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise in one sentence, and what finds where it is broken."""

    says: str
    broken: Callable[[Evidence], Iterator[str]]


def check(evidence: Evidence, names: tuple[str, ...]) -> list[Violation]:
    """Where these invariants are broken, at most LISTED times each."""
    return [Violation(name, what) for name in names for what in islice(INVARIANTS[name].broken(evidence), LISTED)]


def _receipts(evidence: Evidence) -> Iterator[str]:
    for receipt in evidence.receipts:
        record = evidence.topic.get((receipt["partition"], receipt["offset"]))
        where = f"{receipt['partition']}:{receipt['offset']} ({receipt['file']})"
        if record is None:
            yield f"acknowledged {receipt['id']} at {where}: no record is there"
        elif receipt["id"] is not None and receipt["id"] not in ids_of(record):
            yield f"acknowledged {receipt['id']} at {where}: the record there is {sorted(ids_of(record))}"


def _one_outcome(evidence: Evidence) -> Iterator[str]:
    yield from _repeated(evidence)
    held = {(row["partition"], row["offset"]) for row in evidence.ledger}
    yield from (f"{place} has no outcome" for place in sorted(evidence.topic.keys() - held))
    yield from (f"{place} has an outcome and no record" for place in sorted(held - evidence.topic.keys()))


def _repeated(evidence: Evidence) -> Iterator[str]:
    """No offset has two rows, or an outcome that is none: true at any moment."""
    counted = Counter((row["partition"], row["offset"]) for row in evidence.ledger)
    yield from (f"{place} has {times} rows" for place, times in counted.items() if times > 1)
    for row in evidence.ledger:
        if row["outcome"] not in OUTCOMES:
            yield f"{(row['partition'], row['offset'])} has the outcome {row['outcome']}"


def _right_outcome(evidence: Evidence) -> Iterator[str]:
    for row in evidence.ledger:
        place = (row["partition"], row["offset"])
        if place not in evidence.judged or row["outcome"] not in OUTCOMES:
            continue  # that is another invariant's
        wanted = _wanted(evidence, place)
        if row["outcome"] not in wanted:
            yield f"{place} is {row['outcome']}, ought to be {' or '.join(sorted(wanted))}"
        elif row["outcome"] in ("duplicate", "conflict"):
            first, winner = (row["first_partition"], row["first_offset"]), evidence.winners[row["event_id"]]
            if first != winner:
                yield f"{place} is a {row['outcome']} of {first}, ought to be of {winner}"


def _wanted(evidence: Evidence, place: Place) -> frozenset[str]:
    """The outcomes that are right for a record."""
    judged = evidence.judged[place]
    if judged.kind != "valid" or judged.id is None:
        return frozenset({"tombstone" if judged.kind == "tombstone" else "rejected"})
    winner = evidence.winners[judged.id]
    if place == winner:
        return frozenset({"accepted"})
    return frozenset({"duplicate" if judged.body == evidence.judged[winner].body else "conflict"})


def _tickets(evidence: Evidence) -> Iterator[str]:
    yield from _tickets_doubled(evidence)
    found = {row["event_id"]: (row["kafka_partition"], row["kafka_offset"]) for row in evidence.tickets}
    for id_, places in evidence.accepted.items():
        if id_ not in found:
            yield f"accepted {id_} at {places[0]} is no ticket"


def _tickets_doubled(evidence: Evidence) -> Iterator[str]:
    """No event is two tickets, and each was accepted: true at any moment."""
    for id_, times in Counter(row["event_id"] for row in evidence.tickets).items():
        if times > 1:
            yield f"{id_} is {times} tickets"
    for row in evidence.tickets:
        place = (row["kafka_partition"], row["kafka_offset"])
        if place not in evidence.accepted.get(row["event_id"], ()):
            yield f"the ticket {row['event_id']} of {place} was not accepted"


def _kpis(evidence: Evidence) -> Iterator[str]:
    yield from recount.differences(evidence)


def _exports(evidence: Evidence) -> Iterator[str]:
    yield from Exports(evidence.data).broken(anew=True)


def _audit(evidence: Evidence) -> Iterator[str]:
    if evidence.audit is not None and not evidence.audit["ok"]:
        yield f"tickets audit: { ({name: found for name, found in evidence.audit.items() if name != 'outcomes'}) }"


INVARIANTS: Mapping[str, Invariant] = {
    "I1": Invariant("An acknowledged event is in the topic, where its receipt says.", _receipts),
    "I2": Invariant("Every record has exactly one outcome in the ledger.", _one_outcome),
    "I3": Invariant(
        "The outcome is the right one: valid or not, and of one event id the first one counts.", _right_outcome
    ),
    "I4": Invariant("Every accepted event id is exactly one ticket, and nothing else is.", _tickets),
    "I5": Invariant("KPIs equal a recount of the raw topic.", _kpis),
    "I6": Invariant("Every export that can be seen is whole, and equals the ledger it names.", _exports),
    "I7": Invariant("`tickets audit` finds nothing.", _audit),
}
SAFETY: Mapping[str, Callable[[Evidence], Iterator[str]]] = {"I2": _repeated, "I4": _tickets_doubled}
