"""Two words on each record, ours and a peer's, record by record: where they agree, where not, and by which clause."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.peers.ours import Ours
from benchmarks.peers.outputs import Place, Row

Alike = Callable[[dict[str, Any]], dict[str, Any]]  # a peer's values, made comparable


@dataclass(frozen=True)
class Agreement:
    """Counts of records that add up to `records`.

    `equal` and `different` are accepted by both; `fields` counts, of the different ones, each field that differs.
    `only_peer_accepts` is by the clauses we refuse the record for, `only_peer_refuses` by the peer's reason.
    `duplicates` are second events with an id, for both; `only_peer_duplicate` includes refused records that the peer
    took for a second event; `dropped` are records of which the peer wrote nothing, nor of any other with their id.
    `refused_by` counts the records we refuse by clause, `caught` those of them that the peer refused too.
    """

    records: int
    equal: int
    different: int
    both_refuse: int
    only_peer_accepts: dict[str, int]
    only_peer_refuses: dict[str, int]
    duplicates: int
    only_ours_duplicate: int
    only_peer_duplicate: int
    dropped: int
    fields: dict[str, int]
    refused_by: dict[str, int]
    caught: dict[str, int]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def agreement(ours: Sequence[Ours], rows: Iterable[Row], alike: Alike) -> Agreement:
    """`alike` makes a peer's values comparable. ValueError for a record that a peer wrote twice, or that is none."""
    kept = placed(ours, rows)
    second = _second(ours, kept)
    counts: Counter[str] = Counter()
    accepts, refuses, fields, refused_by, caught = (Counter[str]() for _ in range(5))
    shown = {one.sent_id for one in ours if one.place in kept} - {None}
    for one in ours:
        row = kept.get(one.place)
        said = row.outcome if row is not None else "duplicate" if one.sent_id in shown else "dropped"
        if one.clauses:
            refused_by.update(one.clauses)
        if said == "dropped":
            counts["dropped"] += 1
        elif one.clauses and said == "rejected":
            counts["both_refuse"] += 1
            caught.update(one.clauses)
        elif one.clauses and said == "accepted":
            accepts[", ".join(one.clauses)] += 1
        elif said == "rejected":
            refuses[_reason(row.reason if row is not None else None)] += 1
        elif one.place in second or said == "duplicate":
            both = one.place in second and said == "duplicate"
            counts["duplicates" if both else "only_ours" if one.place in second else "only_peer"] += 1
        else:
            differing = _differing(one, row, alike)
            fields.update(differing)
            counts["different" if differing else "equal"] += 1
    return Agreement(
        records=len(ours),
        equal=counts["equal"],
        different=counts["different"],
        both_refuse=counts["both_refuse"],
        only_peer_accepts=dict(accepts.most_common()),
        only_peer_refuses=dict(refuses.most_common()),
        duplicates=counts["duplicates"],
        only_ours_duplicate=counts["only_ours"],
        only_peer_duplicate=counts["only_peer"],
        dropped=counts["dropped"],
        fields=dict(fields.most_common()),
        refused_by=dict(sorted(refused_by.items())),
        caught=dict(sorted(caught.items())),
    )


def placed(ours: Sequence[Ours], rows: Iterable[Row]) -> dict[Place, Row]:
    """Rows by place. A row without one has the place of a record with its event id, one that we accept if there is."""
    known = {one.place for one in ours}
    kept: dict[Place, Row] = {}
    open_rows = []
    for row in rows:
        if row.place is None:
            open_rows.append(row)
        elif row.place in kept or row.place not in known:
            raise ValueError(f"the peer wrote {row.place} twice, or it is no record of the topic")
        else:
            kept[row.place] = row
    by_id: dict[str | None, list[Ours]] = defaultdict(list)
    for one in sorted(ours, key=lambda one: bool(one.clauses)):
        if one.place not in kept:
            by_id[one.sent_id].append(one)
    for row in open_rows:
        if not by_id[row.event_id]:
            raise ValueError(f"the peer wrote more events with id {row.event_id} than the topic has")
        kept[by_id[row.event_id].pop(0).place] = row
    return kept


def _second(ours: Sequence[Ours], kept: dict[Place, Row]) -> set[Place]:
    """Places that are duplicates for us: of the accepted events with one id all but one, the one the peer accepted."""
    by_id: dict[str | None, list[Place]] = defaultdict(list)
    for one in ours:
        if not one.clauses:
            by_id[one.sent_id and one.sent_id.lower()].append(one.place)
    found: set[Place] = set()
    for places in by_id.values():
        first = next((place for place in places if place in kept and kept[place].outcome == "accepted"), places[0])
        found.update(place for place in places if place != first)
    return found


def _differing(one: Ours, row: Row | None, alike: Alike) -> list[str]:
    theirs = alike(row.values or {}) if row is not None else {}
    return [name for name, value in (one.values or {}).items() if theirs.get(name) != value]


def _reason(reason: str | None) -> str:
    """Reasons of one kind under one name: their numbers and quoted values go."""
    return re.sub(r'"[^"]*"|\d+', "…", reason or "no reason")[:100]
