"""Nothing to events: hypothesis draws lists of JSON objects that are alike, with odd names, odd values and gaps."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "new", "paid", "sent", "no", "1e3", "2026-01-05", "05/01/2026", "13/01/2026", "08:30:00"]),
    st.sampled_from(["2026-01-05T08:30:00Z", "2026-01-05T08:30:00", "2026-01-05 08:30:00", "2026-02-30T00:00:00Z"]),
    st.sampled_from(["ada@example.com", "192.0.2.7", "::1", "https://example.com/x", "+33 1 23 45 67 89", "a\n# c: d"]),
    st.from_regex(r"[A-Z]{1,3}[-_ .][0-9]{1,4}", fullmatch=True),
    st.uuids().map(str),
    st.datetimes(timezones=st.just(None)).map(str),
)
NUMBERS = st.one_of(
    st.integers(-5, 5),
    st.integers(-(2**70), 2**70),
    st.just(10**310),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, max_value=10**6, min_value=-(10**6)).map(float),
)
NAMES = st.one_of(
    st.sampled_from(["id", "event_id", "order_id", "at", "created_at", "email", "phone", "amount", "Id", "on"]),
    st.sampled_from(["a.b", "a b", "", "x/y", "é", "2026-01", "2026-02", "$", "# no", "emails", "tags", "comment"]),
    st.text(max_size=6),
)
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans())


def kinds(draw: Draw, level: int = 0) -> st.SearchStrategy[Any]:
    """A strategy of the values at one place: mostly of one kind, as events have them."""
    plain = [TEXTS, NUMBERS, st.booleans(), st.integers(0, 3), SCALARS, st.none(), st.sampled_from(["new", "paid"])]
    if level < 3 and draw(st.integers(0, 2)) == 0:
        inner = kinds(draw, level + 1)
        kind = draw(st.integers(0, 2))
        if kind == 0:
            return st.lists(inner, max_size=3)
        return objects(members(draw, level + 1)) if kind == 1 else st.dictionaries(NAMES, inner, max_size=4)
    chosen: st.SearchStrategy[Any] = draw(st.sampled_from(plain))
    return chosen


def members(draw: Draw, level: int) -> dict[str, st.SearchStrategy[Any]]:
    """Names of an object's members, each with the values it may have."""
    return {name: kinds(draw, level) for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))}


def objects(wanted: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have some of the members, now and then null."""
    return st.fixed_dictionaries({}, optional={name: st.one_of(values, st.none()) for name, values in wanted.items()})


@st.composite
def events(draw: Draw) -> list[dict[str, Any]]:
    """One to forty events; some many times, so that lists of values and ids are guessed, too."""
    made = draw(st.lists(objects(members(draw, 0)), min_size=1, max_size=12))
    times: int = draw(st.sampled_from([1, 1, 4, 12]))
    return list(made) * times
