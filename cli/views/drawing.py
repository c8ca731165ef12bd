"""Life cycle to an inline SVG: the states below each other, transitions forward on the right, back on the left.

Works for any graph: a transition to the next state is a straight arrow, every other one an arc in its own lane.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from cli.views.mermaid import states
from contracts.compiler.model import LifeCycle

_HIGH, _GAP, _LANE, _LETTER, _MOST = 30, 26, 16, 8, 40


@dataclass(frozen=True, slots=True)
class _Arc:
    """A transition between places in the column; `lane` counts outwards from the boxes, 0 is straight down."""

    start: int
    end: int
    lane: int


def drawing(cycle: LifeCycle) -> str:
    """One `<svg>`, in the colour of the text around it."""
    names = states(cycle)
    arcs = tuple(_arcs(cycle, names))
    left = (max((arc.lane for arc in arcs if arc.end <= arc.start), default=0) + 1) * _LANE + 8
    right = (max((arc.lane for arc in arcs if arc.end > arc.start), default=0) + 1) * _LANE
    wide = max(len(_short(name)) for name in names) * _LETTER + 24
    size = f"{left + wide + right} {len(names) * (_HIGH + _GAP)}"
    body = [
        *(_box(name, place, left, wide, first=name in cycle.start) for place, name in enumerate(names)),
        *(_path(arc, left, wide) for arc in arcs),
    ]
    return "\n".join(
        [
            f'<svg viewBox="0 {2 - _GAP} {size}" width="{size.split()[0]}" role="img" aria-labelledby="states">',
            '<title id="states">The states and their transitions, as in the table below</title>',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
            'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>',
            *body,
            "</svg>",
        ]
    )


def _short(name: str) -> str:
    return name if len(name) <= _MOST else name[: _MOST - 1] + "\u2026"


def _arcs(cycle: LifeCycle, names: tuple[str, ...]) -> Iterator[_Arc]:
    """Shorter transitions get inner lanes, so that arcs on one side cross as little as they can."""
    place = {name: number for number, name in enumerate(names)}
    pairs = {(place[state], place[after]) for state, following in cycle.transitions.items() for after in following}
    taken = {True: 0, False: 0}
    for start, end in sorted(pairs, key=lambda pair: (abs(pair[1] - pair[0]), pair)):
        forward = end > start
        if end != start + 1:
            taken[forward] += 1
        yield _Arc(start, end, 0 if end == start + 1 else taken[forward])


def _top(place: int) -> int:
    return place * (_HIGH + _GAP)


def _box(name: str, place: int, left: int, wide: int, *, first: bool) -> str:
    """A state; an arrow from nowhere leads into one that may come first."""
    top = _top(place)
    entry = f'<path class="edge" marker-end="url(#tip)" d="M{left + 14} {top - 20}V{top}"/>' if first else ""
    return (
        f'{entry}<rect x="{left}" y="{top}" width="{wide}" height="{_HIGH}" rx="6"/>'
        f'<text x="{left + wide / 2:g}" y="{top + _HIGH / 2 + 5:g}">{escape(_short(name))}</text>'
    )


def _path(arc: _Arc, left: int, wide: int) -> str:
    """Straight down to the next state, else out of the side, along the lane and back in."""
    top, end = _top(arc.start), _top(arc.end)
    if arc.lane == 0:
        line = f"M{left + wide / 2:g} {top + _HIGH}V{end}"
    elif arc.end > arc.start:
        line = f"M{left + wide} {top + 21}H{left + wide + arc.lane * _LANE}V{end + 9}H{left + wide}"
    else:
        line = f"M{left} {top + 9}H{left - arc.lane * _LANE}V{end + 21}H{left}"
    return f'<path class="edge" marker-end="url(#tip)" d="{line}"/>'
