"""Clause on a number of members, or on equal items, to arrays, objects and maps that break it."""

import json
from collections.abc import Iterator
from typing import Any

from producer.broken.bench import Bench, same_number

OTHER_NAME = "not_in_the_contract"
MOST_MEMBERS = 100_000  # what has more, no broker takes


def too_few(bench: Bench) -> Iterator[Any]:
    """Fewer items than the least."""
    if (least := bench.clause.argument) > 0:
        yield list(bench.value)[: least - 1]
        yield []


def too_many(bench: Bench) -> Iterator[Any]:
    """One item more than the most, and different ones where that can be."""
    wanted = bench.clause.argument + 1
    if wanted > MOST_MEMBERS:
        return
    made, seen = list(bench.value), {_text(item) for item in bench.value}
    while len(made) < wanted:
        item = bench.another()
        if _text(item) in seen and isinstance(item, str):
            item = f"{item[: max(1, len(item) - 4)]}{len(made)}"
        seen.add(_text(item))
        made.append(item)
    yield made


def twice(bench: Bench) -> Iterator[Any]:
    """An item repeated, also as the equal number."""
    items = list(bench.value) or [bench.another()]
    yield [*items, items[0]]
    yield [items[0], items[0]]
    yield from ([items[0], same] for same in same_number(items[0]))


def too_bare(bench: Bench) -> Iterator[Any]:
    """Fewer members, those that must be there first; a map's are all alike."""
    if (least := bench.clause.argument) > 0:
        needed = [field.name for field in bench.field.properties if field.null_clauses]
        names = sorted(bench.value, key=lambda name: name not in needed)
        yield {name: bench.value[name] for name in names[: least - 1]}
        yield {}


def too_full(bench: Bench) -> Iterator[Any]:
    """More members: those that an object does not name, which an open reader takes, or more of a map's own."""
    missing = bench.clause.argument + 1 - len(bench.value)
    if missing > MOST_MEMBERS:
        return
    if bench.field.properties:
        yield bench.value | {f"{OTHER_NAME}_{place}": place for place in range(missing)}
        yield bench.value | {f"{OTHER_NAME}_{place}": None for place in range(missing)}
        return
    made = dict(bench.value)
    for _ in range(missing * 20):
        if len(made) > bench.clause.argument:
            break
        name, value = bench.another()
        made.setdefault(name, value)
    for place in range(bench.clause.argument + 1 - len(made)):
        made[f"{OTHER_NAME}_{place}"] = bench.another()[1]
    yield made


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
