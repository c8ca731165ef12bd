"""Two life cycles to a case: a step that one version allows and the other does not, or a field held otherwise."""

from collections.abc import Mapping

from contracts.compiler.diff.case import UNSAID, Case, Samples, Unsaid
from contracts.compiler.diff.changes import Version
from contracts.compiler.diff.model import (
    NEW_TO_OLD,
    OLD_TO_NEW,
    PRODUCERS,
    READERS_OF_NEW,
    READERS_OF_OLD,
    Change,
)
from contracts.compiler.model import Contract


def life_cycle(change: Change, old: Version, new: Version, samples: Samples) -> Case | Unsaid | None:
    """A step that is no longer allowed breaks who takes it and who reads that it was taken; a new one old readers."""
    one_life, two_life = old.contract.life_cycle, new.contract.life_cycle
    if one_life and two_life and (one_life.key, one_life.state) != (two_life.key, two_life.state):
        return UNSAID
    before, after = _steps(old.contract), _steps(new.contract)
    if before is None or after is None:
        return _ruled(before is None)
    lost, come = sorted(before - after), sorted(after - before)
    if lost:
        one, two = lost[0]
        says = f"{two!r} may no longer follow {one!r}" if one else f"a life may no longer begin with {two!r}"
        breaks = (*([READERS_OF_NEW] if come else []), READERS_OF_OLD, PRODUCERS)
        return Case(OLD_TO_NEW, breaks, {"steps": " -> ".join(filter(None, lost[0]))}, says, None)
    if come:
        one, two = come[0]
        says = f"{two!r} may now follow {one!r}, which a reader of the old contract was told never happens"
        return Case(NEW_TO_OLD, (READERS_OF_NEW,), {"steps": " -> ".join(filter(None, come[0]))}, says, None)
    return _held(_kept(old.contract, new.contract), _kept(new.contract, old.contract))


def _held(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> Case | None:
    """Fields that keep their value, or occur in some states only: what is demanded more, or less, than before."""
    for name in sorted(before.keys() | after.keys()):
        one, two = before.get(name, frozenset()), after.get(name, frozenset())
        if demanded := sorted(two - one):
            says = f"{name} may no longer {demanded[0]}"
            return Case(OLD_TO_NEW, (PRODUCERS,), {"field": name}, says, None)
        if allowed := sorted(one - two):
            says = f"{name} may now {allowed[0]}, which a reader of the old contract was told never happens"
            return Case(NEW_TO_OLD, (READERS_OF_NEW,), {"field": name}, says, None)
    return None


def _kept(contract: Contract, other: Contract) -> Mapping[str, frozenset[str]]:
    """What a life forbids each field that both versions have, in words."""
    cycle = contract.life_cycle
    if cycle is None:
        return {}
    names = {field.name for field in contract.fields} & {field.name for field in other.fields}
    states = {state for after in cycle.transitions.values() for state in after} | set(cycle.start)
    made = {name: {"change over a life"} if name in cycle.constant else set() for name in names}
    for name in names & cycle.only.keys():
        made[name] |= {f"occur in the state {state}" for state in states - set(cycle.only[name])}
    return {name: frozenset(words) for name, words in made.items()}


def _ruled(added: bool) -> Case:
    """Without a life cycle every step is allowed."""
    if added:
        says = "any step was allowed, and now only those of the life cycle are"
        return Case(OLD_TO_NEW, (READERS_OF_OLD, PRODUCERS), {"steps": "any other"}, says, None)
    says = "any step is allowed now, and a reader of the old contract was told of a few only"
    return Case(NEW_TO_OLD, (READERS_OF_NEW,), {"steps": "any other"}, says, None)


def _steps(contract: Contract) -> set[tuple[str, str]] | None:
    """Each allowed (state before, state after), the first with nothing before; None where any is."""
    cycle = contract.life_cycle
    if cycle is None:
        return None
    return {("", start) for start in cycle.start} | {
        (one, two) for one, others in cycle.transitions.items() for two in others
    }
