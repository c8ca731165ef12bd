"""Rules of data under way: where they come from, in which form they really are, and that asked-for ways exist."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import parts
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

Carried = tuple[str, str]  # component, data
_ORIGINS = frozenset({"application", "cdc", "client"})  # make events and records that no contract derives


def _makers(facts: Facts) -> set[Carried]:
    """(component, data) that need nobody to bring them: kept there, or made by people."""
    kept = {(part.id, one.data) for part in facts.architecture.components for one in part.holds}
    typed = {
        (flow.source, one.data)
        for flow in facts.architecture.flows
        for one in flow.carries
        if facts.components[flow.source].kind in _ORIGINS and not any(row.source for row in facts.contracts(one.data))
    }
    return kept | typed


def _derived(facts: Facts, at: str, data: str, there: set[Carried]) -> bool:
    """Whether a component has what these data are made from: the source of their contracts, or of data without any."""
    contracts = facts.contracts(data)
    if not contracts:
        return False
    sources = {row.source for row in contracts if row.source}
    mine = {row.key for one in facts.data if (at, one) in there for row in facts.contracts(one)}
    return bool(sources & mine)


def _brought(facts: Facts) -> set[Carried]:
    """Least fixed point of what a component can send on: kept, typed, received, or made from what it has."""
    there = _makers(facts)
    while True:
        more = {
            (flow.to, held.data)
            for flow in facts.architecture.flows
            for held in flow.carries
            if (flow.source, held.data) in there or _derived(facts, flow.source, held.data, there)
        }
        if more <= there:
            return there
        there |= more


def _from_nowhere(facts: Facts) -> Iterator[Fault]:
    there = _brought(facts)
    for flow in facts.architecture.flows:
        for held in flow.carries if flow.purpose in ("data", "backup") else ():
            if (flow.source, held.data) not in there and not _derived(facts, flow.source, held.data, there):
                way = arrows(*_upstream(facts, flow), flow.to)
                yield Fault(flow.id, "carries", f"carries {held.data}, which nothing before it has: {way}")


def _upstream(facts: Facts, flow: parts.Flow) -> tuple[str, ...]:
    """A way of data flows that ends at the source of a flow, from as far as it goes."""
    way = [flow.source]
    while True:
        before = [
            one.source
            for one in facts.architecture.flows
            if one.to == way[0] and one.purpose in ("data", "backup") and one.source not in way
        ]
        if not before:
            return tuple(way)
        way.insert(0, before[0])


def _pseudonymous(facts: Facts) -> set[Carried]:
    """Least fixed point of what is truly pseudonymised where: made so by a component that does, or received so."""
    hidden: set[Carried] = set()
    while True:
        more = {
            (flow.to, held.data)
            for flow in facts.architecture.flows
            for held in flow.carries
            if held.form == "pseudonymised" and _hides(facts, flow.source, held.data, hidden)
        }
        if more <= hidden:
            return hidden
        hidden |= more


def _hides(facts: Facts, source: str, data: str, hidden: set[Carried]) -> bool:
    """Whether a component has data in pseudonymised form; what is made from pseudonymised data is so, too."""
    if facts.components[source].pseudonymises or (source, data) in hidden:
        return True
    return any((source, one) in hidden and _derived(facts, source, data, {(source, one)}) for one in facts.data)


def _clear_outside(facts: Facts) -> Iterator[Fault]:
    """Ways on which data with personal fields, or made from such, go outside in a form that only says it is safe."""
    hidden = _pseudonymous(facts)
    for flow in facts.architecture.flows:
        if not facts.outside(flow.to):
            continue
        for held in flow.carries:
            if not _touches_person(facts, held.data) or held.form == "encrypted":
                continue
            if held.form == "clear" or not _hides(facts, flow.source, held.data, hidden):
                way = arrows(*_trail(facts, flow, held.data), flow.to)
                what = f"{held.data} reaches zone {facts.zone(flow.to).id} without having been pseudonymised: {way}"
                yield Fault(flow.id, "carries", what)


def _touches_person(facts: Facts, data: str) -> bool:
    """Whether data have a personal field, or one row of theirs was made from one such row."""
    if facts.personal(data):
        return True
    sources = {row.source for row in facts.contracts(data) if row.classification in ("confidential", "restricted")}
    return any(facts.around.contracts[key].classification == "personal" for key in sources if key)


def _trail(facts: Facts, flow: parts.Flow, data: str) -> tuple[str, ...]:
    """The way these data took to a flow, or, where they are made there, the way of what they are made from."""
    way, wanted = [flow.source], {data}
    while True:
        sources = {row.source for one in wanted for row in facts.contracts(one) if row.source}
        wanted |= {one for one in facts.data for row in facts.contracts(one) if row.key in sources}
        before = next(
            (
                one
                for one in facts.architecture.flows
                if one.to == way[0] and one.source not in way and any(held.data in wanted for held in one.carries)
            ),
            None,
        )
        if before is None:
            return tuple(way)
        way.insert(0, before.source)


def _clear_kept_outside(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        for held in component.holds:
            if held.form == "clear" and facts.outside(component.id) and _touches_person(facts, held.data):
                yield Fault(component.id, "holds", f"keeps {held.data} in the clear in zone {component.zone}")


def _unsealed_backup(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        if component.backup is None or not facts.outside(component.backup.to):
            continue
        target = facts.components[component.backup.to]
        mine = {held.data for held in component.holds}
        for held in target.holds:
            if held.data in mine and held.form != "encrypted":
                way = arrows(component.id, target.id)
                yield Fault(target.id, "holds", f"a backup is {held.form} outside: {held.data}, {way}")


ROWS = (
    Rule(
        "data-from-nowhere",
        "error",
        "path",
        "Data that a flow carries are kept by its source, brought to it, or made there from what their contract names.",
        "Otherwise a flow is missing from the model, and with it the line, the right and the risk.",
        "Add the flow that brings the data, or mend what this one carries.",
        _from_nowhere,
    ),
    Rule(
        "clear-personal-data-leaves",
        "error",
        "path",
        "Data about a person leave only encrypted by us, or after passing a component that pseudonymises.",
        "Outside, neither our firewall nor our law decides who reads them.",
        "Lead them through what pseudonymises, or encrypt them with a key that stays here.",
        _clear_outside,
    ),
    Rule(
        "clear-personal-data-kept-outside",
        "error",
        "part",
        "Nothing outside keeps data about a person in the clear.",
        "A copy lasts longer than the flow that brought it.",
        "Keep them pseudonymised or encrypted, or keep them here.",
        _clear_kept_outside,
    ),
    Rule(
        "backup-unsealed",
        "error",
        "path",
        "A backup outside is encrypted by us before it leaves.",
        "A backup holds everything at once, for long, and nobody watches who reads it.",
        "Encrypt it with a key of custody held; set form to encrypted at what keeps it.",
        _unsealed_backup,
    ),
)
