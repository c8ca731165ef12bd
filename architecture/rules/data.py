"""Rules of data at rest: class, place, encryption, and how long."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from architecture import parts
from architecture.law import EU
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

_RESTRICTED = parts.CLASSES.index("restricted")


def _no_class(facts: Facts) -> Iterator[Fault]:
    for data in facts.architecture.data:
        if data.classification is None and not data.contracts:
            yield Fault(data.id, "classification", "has no class, and no contract to take it from")


def _no_contract(facts: Facts) -> Iterator[Fault]:
    for data in facts.architecture.data:
        for key in data.contracts:
            if key not in facts.around.contracts:
                yield Fault(data.id, "contracts", f"names the contract '{key}', which is not in contracts/")


def _below_contract(facts: Facts) -> Iterator[Fault]:
    for data in facts.architecture.data:
        for contract in facts.contracts(data.id):
            if data.classification and contract.classification:
                said, true = (parts.CLASSES.index(name) for name in (data.classification, contract.classification))
                if said < true:
                    what = f"is said to be {data.classification}; {contract.key} is {contract.classification}"
                    yield Fault(data.id, "classification", what)


def _outside_eu(facts: Facts) -> Iterator[Fault]:
    """Encrypted copies count: ciphertext of personal data is personal data to whoever may get the key one day."""
    for component in facts.architecture.components:
        for place in component.places:
            ways = facts.around_place(place)
            country = next((code for name in ways if (code := facts.places[name].country)), None)
            kept = [one.data for one in component.holds if facts.rank(one.data) >= _RESTRICTED]
            if kept and country not in EU:
                what = f"keeps {', '.join(kept)} in {country or 'no known country'}: {arrows(component.id, *ways)}"
                yield Fault(component.id, "places", what)
                break


def _plain_at_rest(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        kept = [one.data for one in component.holds if one.form != "encrypted" and facts.rank(one.data) > 0]
        if kept and (component.at_rest is None or component.at_rest.by == "none"):
            yield Fault(component.id, "at_rest", f"keeps {', '.join(kept)} unencrypted")


def _provider_key(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        heavy = [one.data for one in component.holds if one.form != "encrypted" and facts.rank(one.data) >= _RESTRICTED]
        if heavy and facts.outside(component.id) and component.at_rest and component.at_rest.by == "provider":
            what = f"keeps {heavy[0]} ({parts.CLASSES[facts.rank(heavy[0])]}) with the provider's own key"
            yield Fault(component.id, "at_rest", what)


def _kept_too_long(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        for held in component.holds:
            days, name = _limit(facts, held.data)
            if held.kept_days is not None and held.kept_days > days:
                what = f"keeps {held.data} for {held.kept_days:g} days; {name} ends after {days:g}"
                yield Fault(component.id, "holds", what)


def _limit(facts: Facts, data: str) -> tuple[float, str]:
    """How long data may be kept, and who says so: the longest of their contracts, or their own limit if shorter."""
    said = [(row.retention_days, row.key) for row in facts.contracts(data) if row.retention_days]
    own = facts.data[data].retention_days
    limits = [max(said)] if said else []
    return min([*limits, *([(own, "its own retention")] if own else [])], default=(inf, ""))


def _no_end(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        for held in component.holds:
            limited = _limit(facts, held.data)[0] < inf and facts.rank(held.data) >= _RESTRICTED
            if held.kept_days is None and limited and component.kind != "backup":
                what = f"keeps {held.data} ({parts.CLASSES[facts.rank(held.data)]}) and does not say how long"
                yield Fault(component.id, "holds", what)


ROWS = (
    Rule(
        "class-missing",
        "error",
        "part",
        "Every kind of data has a class, its own or its contract's.",
        "Rules of encryption, place and access would pass over it.",
        "Name its contracts, or say its classification.",
        _no_class,
    ),
    Rule(
        "contract-unknown",
        "error",
        "part",
        "A contract that data name exists.",
        "Class, retention and roles would be read from nothing.",
        "Mend the key (name.vN), or write the contract.",
        _no_contract,
    ),
    Rule(
        "class-below-contract",
        "error",
        "part",
        "Data are not said to be of a lower class than their contract.",
        "The owner's classification is what people consented to.",
        "Leave classification out; it is then read from the contract.",
        _below_contract,
    ),
    Rule(
        "personal-data-outside-eu",
        "error",
        "part",
        "Restricted, confidential and personal data are kept in the European Union, in any form.",
        "A transfer to a third country needs its own legal ground (GDPR, chapter V), and encryption is not one.",
        "Choose a region or place in the Union.",
        _outside_eu,
    ),
    Rule(
        "unencrypted-at-rest",
        "error",
        "part",
        "Data that are not public are encrypted where they are kept.",
        "Disks are replaced, snapshots are copied, buckets are opened by mistake.",
        "Say at_rest, and by whose key.",
        _plain_at_rest,
    ),
    Rule(
        "provider-key",
        "error",
        "part",
        "Restricted, confidential or personal data outside are encrypted with a key that we manage or hold.",
        "With its own key the provider, and a court of its country, reads what it stores.",
        "Set at_rest.by to managed or held, with the key.",
        _provider_key,
    ),
    Rule(
        "kept-too-long",
        "error",
        "part",
        "Data are kept no longer than their contract's retention.",
        "What should be gone is still found, by a thief and by whoever asks under GDPR, article 15.",
        "Lower kept_days, or let the owner change the contract.",
        _kept_too_long,
    ),
    Rule(
        "retention-missing",
        "warning",
        "part",
        "Where restricted, confidential or personal data have a retention, each store says how long it keeps them.",
        "What has no end is kept for ever.",
        "Set kept_days at the holding.",
        _no_end,
    ),
)
