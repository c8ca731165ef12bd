"""Two versions to evidence: events of each replayed through the other's readers, and the smallest that breaks kept.

First the pool of generated events and boundaries, both ways; then a search with hypothesis, which puts several odd
values together, where the pool alone has found nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cli.review.batches import batch_breaks
from cli.review.pool import GENERATED, Pool, Trial
from cli.review.readers import Otherwise, Record, Side, otherwise
from cli.review.versions import Written
from contracts.compiler.diff.evidence import READS, Break, Evidence
from contracts.compiler.diff.model import NEW_TO_OLD, OLD_TO_NEW, Replayed
from contracts.compiler.model import Field

SEARCHED = 100  # events that hypothesis puts together, each way; each costs as much as ten that are only replayed
FEW = 30  # items of a list that are left out one by one
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Way:
    """One direction: who writes, who reads, and at which fields values are compared (those of the old version)."""

    direction: str
    writer: Side
    reader: Side
    promised: tuple[Field, ...]
    new: Side

    def otherwise(self, record: Record) -> tuple[Otherwise, ...]:
        """How the reader does not read it as it was written."""
        found = otherwise(self.writer, self.reader, record, self.promised)
        return (*found, *self._too_large(record), *self._timeless(record))

    def _timeless(self, record: Record) -> tuple[Otherwise, ...]:
        """An old event told when it happened, and the new version does not say where to look."""
        old, new = self.writer.contract.event_time, self.reader.contract.event_time
        if self.direction != OLD_TO_NEW or old is None or new is not None:
            return ()
        happened = (self.writer.values(record) or {}).get(old)
        says = f"read as an event of no time, and it happened at {happened}"
        return () if happened is None else (Otherwise("@event_time", READS, None, says),)

    def _too_large(self, record: Record) -> tuple[Otherwise, ...]:
        """A topic refuses a record larger than it takes: the writer's matter, so only a new topic's."""
        envelope = self.reader.contract.envelope
        if envelope is None or self.direction != OLD_TO_NEW or record.size <= envelope.max_bytes:
            return ()
        says = f"refused by the topic: the record has {record.size} bytes, and it takes {envelope.max_bytes}"
        return (Otherwise("@value", "max_bytes", None, says),)


def replay(
    old: Written, new: Written, *, seed: int = 0, wanted: int = 1, advance: Advance = lambda _: None
) -> Evidence:
    """Everything that replay finds between two versions; the same for the same versions and seed.

    `wanted` is how many changes of what is read are to be found: odd values are also put together where the pool may
    have missed one. `advance` is called with the number of events replayed, for a progress bar.
    """
    sides = Side(old), Side(new)
    promised = sides[0].contract.fields
    ways = (
        Way(OLD_TO_NEW, sides[0], sides[1], promised, sides[1]),
        Way(NEW_TO_OLD, sides[1], sides[0], promised, sides[1]),
    )
    breaks: list[Break] = []
    counts: dict[str, int] = {}
    boundaries = 0
    gaps: dict[str, str] = {}
    for way in ways:
        pool = Pool(way.writer, way.reader, seed)
        trials = list(_unseen(pool.trials()))
        found = _replayed(way, trials, advance)
        if wanted > 1 or (wanted and not found):
            extra = _searched(way, trials)
            known = {(one.path, one.rule) for one in found}
            found += [one for one in _replayed(way, extra, advance) if (one.path, one.rule) not in known]
            trials += extra
        counts[way.direction] = len(trials)
        boundaries += sum(trial.boundary for trial in trials)
        if len(trials) < GENERATED:
            pool.gaps.setdefault("$", f"only {len(trials)} different valid events could be made")
        gaps |= pool.gaps
        breaks += found
        rows, missing = batch_breaks(way.direction, way.writer, way.reader, seed)
        breaks += rows
        gaps |= missing
    return Evidence(tuple(breaks), Replayed(counts[OLD_TO_NEW], counts[NEW_TO_OLD], boundaries, 0), gaps)


def _unseen(trials: Iterator[Trial]) -> Iterator[Trial]:
    """Boundaries once each; generated events count as they come."""
    seen: set[tuple[bytes, frozenset[str]]] = set()
    for trial in trials:
        sent = (trial.record.value, trial.record.left_out)
        if not trial.boundary or sent not in seen:
            seen.add(sent)
            yield trial


def _replayed(way: Way, trials: list[Trial], advance: Advance) -> list[Break]:
    best: dict[tuple[str, str], tuple[Record, Otherwise]] = {}
    for trial in trials:
        advance(1)
        for one in way.otherwise(trial.record):
            known = best.get((one.path, one.rule))
            smaller = known is None or len(trial.record.value) < len(known[0].value)
            if smaller and way.writer.valid(trial.record):
                best[one.path, one.rule] = (trial.record, one)
    return [_break(way, *_shrunk(way, record, one)) for record, one in best.values()]


def _shrunk(way: Way, record: Record, one: Otherwise) -> tuple[Record, Otherwise]:
    """The event with everything left out that the break does not need."""
    while True:
        tried = (_still(way, event, record, one) for event in _smaller(record.event))
        found = next((smaller for smaller in tried if smaller is not None), None)
        if found is None:
            return record, one
        record, one = found


def _still(way: Way, event: dict[str, Any], whole: Record, one: Otherwise) -> tuple[Record, Otherwise] | None:
    record = way.writer.record(event, whole.left_out)
    if record is None or not way.writer.valid(record):
        return None
    same = [row for row in way.otherwise(record) if (row.path, row.rule) == (one.path, one.rule)]
    return (record, same[0]) if same else None


def _smaller(value: Any) -> Iterator[Any]:
    """Copies of a value, each with less in it: of a long list ever smaller parts, then one thing at a time."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            for less in _smaller(below) if isinstance(below, dict | list) else ():
                yield {**value, name: less}
    elif isinstance(value, list):
        size = len(value) // 2 if len(value) > FEW else 0
        while size > 1:
            yield from (value[size:], value[:-size])
            size //= 2
        for place, item in enumerate(value[:FEW]):
            yield value[:place] + value[place + 1 :]
            for less in _smaller(item) if isinstance(item, dict | list) else ():
                yield [*value[:place], less, *value[place + 1 :]]


def _break(way: Way, record: Record, one: Otherwise) -> Break:
    around = {}
    if one.path.startswith("@") and record.key is not None:
        around["key"] = record.key.decode("utf-8", "replace")
        around |= {f"header {name}": "left out" for name in sorted(record.left_out)}
        around |= {f"header {name}": value.decode("utf-8", "replace") for name, value in record.headers}
    if one.path in ("@topic", "@value"):
        around |= {"topic": str(record.topic), "format": record.format, "bytes": str(len(record.value))}
    refused = way.direction == OLD_TO_NEW and way.new.contract.rows == "event"
    around_it = one.path.startswith("@") and one.rule != READS
    producers = refused and (around_it or way.new.refused_by_writer(record.event))
    return Break(way.direction, one.path, one.rule, one.clause, record.event, None, around, one.says, producers)


def _searched(way: Way, trials: list[Trial]) -> list[Trial]:
    """Events put together from several of the pool: what single odd values did not show, some together might."""
    if len(trials) < 2:
        return []
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    events = [trial.record.event for trial in trials]
    names = sorted({name for event in events for name in event})
    found: dict[bytes, Trial] = {}

    @settings(
        max_examples=SEARCHED,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(events), st.lists(st.tuples(st.sampled_from(names), st.sampled_from(events)), max_size=6))
    def search(base: dict[str, Any], parts: list[tuple[str, dict[str, Any]]]) -> None:
        event = dict(base)
        for name, other in parts:
            if name in other:
                event[name] = other[name]
            else:
                event.pop(name, None)
        record = way.writer.record(event)
        if record is not None and record.value not in found and way.writer.admits(record):
            found[record.value] = Trial(record, False)

    search()
    return list(found.values())
