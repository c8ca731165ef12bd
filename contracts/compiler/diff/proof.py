"""Changes and evidence to findings: which break belongs to which change, and what is then said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.compiler.diff import languages
from contracts.compiler.diff.attribution import explains
from contracts.compiler.diff.case import UNSAID, Case, Samples
from contracts.compiler.diff.changes import Version, paths
from contracts.compiler.diff.evidence import Break, Evidence
from contracts.compiler.diff.lines import line_of
from contracts.compiler.diff.model import (
    BREAKING,
    COMPATIBLE,
    EXPORTS,
    NEW_TO_OLD,
    OLD_TO_NEW,
    PRODUCERS,
    READERS_OF_NEW,
    READERS_OF_OLD,
    UNPROVEN,
    VERDICTS,
    Change,
    Finding,
    Replayed,
    Witness,
)
from contracts.compiler.diff.promises import PROMISES, consumers
from contracts.compiler.diff.rule import PROMISE, UNKNOWN, WORDS, Element
from contracts.compiler.diff.sentences import sentence
from contracts.compiler.diff.table import ELEMENTS
from contracts.compiler.rules import expect_rows

BACKWARD, FORWARD, FULL = "backward", "forward", "full"
MODES: Mapping[str, tuple[str, ...]] = {
    BACKWARD: (OLD_TO_NEW,),
    FORWARD: (NEW_TO_OLD,),
    FULL: (OLD_TO_NEW, NEW_TO_OLD),
}
"""Which way events must stay readable: `backward` promises that new readers read old events, `forward` that old
readers read new ones, `full` both. Avro's schema resolution and the registries built on it use the same words."""
_REFUSED_BY_TOPIC = ("@value", "max_bytes")  # no reader ever sees it, and what the topic holds it goes on holding

expect_rows(
    PROMISES,
    frozenset(name for name, row in ELEMENTS.items() if row.effect == PROMISE),
    "contracts/compiler/diff/promises.py",
)


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything that is needed to judge: both versions, the changes between them, what replay has shown.

    `samples` are valid events of OLD, `copied` the paths that output contracts copy, `lines` places to line numbers in
    NEW and in OLD.
    """

    old: Version
    new: Version
    changes: tuple[Change, ...]
    evidence: Evidence
    samples: Samples
    copied: frozenset[str]
    mode: str
    lines: tuple[Mapping[str, int], Mapping[str, int]]


def mode_of(old: Version, new: Version) -> str:
    """The stricter mode of two versions: a change may not at once relax the rule it is judged by."""
    modes = {side.contract.compatibility for side in (old, new)}
    return modes.pop() if len(modes) == 1 else FULL


def findings(matter: Matter, off: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """One finding a change, and one for each break that no change explains; worst first.

    `off` names rules that are switched off: their changes are not looked at, and must be found by replay alone.
    """
    seen = tuple(change for change in matter.changes if change.rule not in off)
    shares: dict[int, list[Break]] = {place: [] for place in range(len(seen))}
    stray: list[Break] = []
    for one in matter.evidence.breaks:
        scores = [explains(change, one) for change in seen]
        best = max(scores, default=0)
        if best == 0:
            stray.append(one)
        for place, score in enumerate(scores):
            if score == best > 0:  # changes that explain a break equally well can't be told apart: it is both's
                shares[place].append(one)
    made = [_judge(change, tuple(shares[place]), matter) for place, change in enumerate(seen)]
    made += [_judge(_unexplained(path), tuple(found), matter) for path, found in _by_path(stray).items()]
    return tuple(sorted(made, key=lambda finding: -VERDICTS.index(finding.verdict)))


def _by_path(breaks: Iterable[Break]) -> dict[str, list[Break]]:
    made: dict[str, list[Break]] = {}
    for one in breaks:
        made.setdefault(one.path, []).append(one)
    return made


def _unexplained(path: str) -> Change:
    return Change("replay", "changed", f"schema.{path}" if path[:1] not in "@$" else path, path, None, None)


def _judge(change: Change, breaks: tuple[Break, ...], matter: Matter) -> Finding:
    element = ELEMENTS[change.element]
    made = _finding(change, element, matter)
    if element.effect == PROMISE:
        return _promised(made, change, breaks, matter)
    if breaks:
        return _broken(made, breaks, matter)
    if element.effect == WORDS:
        return replace(made, verdict=COMPATIBLE, bump="patch")
    gap = "nothing replays it" if element.effect == UNKNOWN else _gap(change, matter)
    if gap is None:
        return made
    return replace(made, verdict=UNPROVEN, bump="major", remedy=f"Unproven: {gap}. {made.remedy}")


def _finding(change: Change, element: Element, matter: Matter) -> Finding:
    """The finding before anything is known: compatible, breaking nobody."""
    place = 1 if change.new is None and change.old is not None else 0
    return Finding(
        rule=change.rule,
        place=change.place,
        path=change.path,
        old=change.old,
        new=change.new,
        says=sentence(change),
        verdict=COMPATIBLE,
        breaks=(),
        witness=None,
        remedy=element.remedy,
        bump=element.bump,
        allowed_by_mode=False,
        line=line_of(dict(matter.lines[place]), change.place),
        waiver=None,
    )


def _broken(made: Finding, breaks: tuple[Break, ...], matter: Matter) -> Finding:
    """Somebody breaks; whether that counts is the mode's to say."""
    counted = [one for one in breaks if one.direction in MODES[matter.mode]]
    witness = _witness((counted or list(breaks))[0], matter)
    made = replace(made, breaks=_audiences(breaks, matter), witness=witness)
    if counted:
        return replace(made, verdict=BREAKING, bump="major")
    return replace(made, allowed_by_mode=True)


def _audiences(breaks: tuple[Break, ...], matter: Matter) -> tuple[str, ...]:
    """Whom breaks reach, in the order of AUDIENCES."""
    found: list[str] = []
    contract = matter.old.contract
    for one in breaks:
        reader = READERS_OF_NEW if one.direction == NEW_TO_OLD else READERS_OF_OLD
        if (one.path, one.rule) != _REFUSED_BY_TOPIC:
            found += consumers(contract, reader)
        if contract.rows == "event" and one.producers:
            found.append(PRODUCERS)
        if one.direction == NEW_TO_OLD and one.path in matter.copied:
            found.append(EXPORTS)
    order = (READERS_OF_NEW, READERS_OF_OLD, PRODUCERS, EXPORTS)
    return tuple(name for name in order if name in found)


def _witness(one: Break, matter: Matter) -> Witness:
    writer, reader = _sides(one.direction, matter)
    return Witness(one.direction, writer, reader, one.event, one.events, one.circumstances, one.clause, one.says)


def _sides(direction: str, matter: Matter) -> tuple[str, str]:
    named = [f"{side.contract.name} {side.contract.version}" for side in (matter.old, matter.new)]
    if named[0] == named[1]:
        named = [f"{named[0]} (old)", f"{named[1]} (new)"]
    return (named[0], named[1]) if direction == OLD_TO_NEW else (named[1], named[0])


def _promised(made: Finding, change: Change, breaks: tuple[Break, ...], matter: Matter) -> Finding:
    case = PROMISES[change.element](change, matter.old, matter.new, matter.samples)
    if case is UNSAID:
        return replace(
            made, verdict=UNPROVEN, bump="major", remedy=f"Unproven: the contracts do not say. {made.remedy}"
        )
    if not isinstance(case, Case):
        return _broken(made, breaks, matter) if breaks else made
    writer, reader = _sides(case.direction, matter)
    witness = Witness(case.direction, writer, reader, case.event, None, case.circumstances, None, case.says)
    return replace(made, verdict=BREAKING, bump="major", breaks=case.breaks, witness=witness)


def _gap(change: Change, matter: Matter) -> str | None:
    """Why replay proves nothing about a change; None where it does."""
    for path in ("$", *paths(change)):
        if path in matter.evidence.gaps:
            return matter.evidence.gaps[path]
    if change.element == "pattern" or "pattern" in _arguments(change):
        return _patterns(change)
    return None


def _arguments(change: Change) -> Mapping[str, Any]:
    sides = [side for side in (change.old, change.new) if isinstance(side, Mapping)]
    return {name: value for side in sides for name, value in (side.get("arguments") or {}).items()}


def _patterns(change: Change) -> str | None:
    """Two patterns no event tells apart are one language, or automata could not say."""
    old, new = (
        side if isinstance(side, str) or side is None else (side.get("arguments") or {}).get("pattern")
        for side in (change.old, change.new)
    )
    try:
        for one, two in ((old, new), (new, old)):
            text = languages.beyond(str(one) if one is not None else "", str(two) if two is not None else "")
            if text is not None:
                return f"{text!r} tells the patterns apart, but other clauses refuse it"
    except languages.Unknown as reason:
        return f"no event tells the patterns apart, and they can't be compared exactly ({reason})"
    return None


def whole(sense: str, version: Version, other: str = "", line: int | None = 1) -> Finding:
    """The finding of a contract that is new, gone, or (`other` is its new name) called otherwise."""
    name = version.contract.key
    old, new = {"added": (None, name), "removed": (name, None)}.get(sense, (name, other))
    change = Change("contract", sense, name, "", old, new)
    nothing = Evidence((), Replayed(0, 0, 0, 0), {})
    matter = Matter(version, version, (change,), nothing, (), frozenset(), FULL, ({}, {}))
    return replace(_judge(change, (), matter), line=line)
