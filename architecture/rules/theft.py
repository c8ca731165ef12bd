"""Rules of theft: from something that is easily taken, what a thief must not reach."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import parts, spread
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

_GUARDS = frozenset({"directory", "hsm", "kms", "pki", "vault"})
_WORKERS = frozenset({"application", "bi", "catalogue", "cdc", "client", "export", "job", "producer", "spark"})
_GUARDED = frozenset({"confidential", "personal"})


def _entrances(facts: Facts) -> Iterator[str]:
    """What strangers and mail reach: public endpoints, and the machines people work at."""
    for component in facts.architecture.components:
        if component.exposure == "public" or component.kind == "client":
            yield component.id


def _read(facts: Facts, loot: spread.Reached, action: str) -> Iterator[tuple[str, str, parts.Permission | None]]:
    """(from what, component, permission) for each component that is held, or that a taken identity may `action`."""
    for name in sorted(loot.components):
        yield name, name, None
    for name in sorted(loot.identities):
        for permission in facts.identities[name].permissions:
            if permission.action == action and permission.on in facts.components:
                yield name, permission.on, permission


def _exposed_data(facts: Facts) -> Iterator[Fault]:
    for start in _entrances(facts):
        if facts.components[start].exposure != "public" or facts.components[start].kind == "client":
            continue
        loot = facts.stolen(start)
        for by, component, permission in _read(facts, loot, "read"):
            clear = [
                held.data
                for held in facts.components[component].holds
                if held.form == "clear" and parts.CLASSES[facts.rank(held.data)] in _GUARDED
                if permission is None or permission.resource in (None, held.data)
            ]
            if clear and component != start:
                way = arrows(*loot.path(by), *(() if permission is None else (component,)))
                yield Fault(start, "", f"whoever takes it reads {', '.join(clear)}: {way}")
                break


def _ransom(facts: Facts) -> Iterator[Fault]:
    """A store that can be overwritten together with the backup it would be brought back from, by one that is taken:
    the store itself, a workplace, a public endpoint, or a person's identity.
    """
    people = [one.id for one in facts.architecture.identities if one.kind == "human"]
    for store in facts.architecture.components:
        backup = store.backup
        if backup is None or backup.immutable:
            continue
        for start in (store.id, *_entrances(facts), *people):
            loot = facts.led_to(start) if start in people else facts.stolen(start)
            written = {component: by for by, component, _ in _read(facts, loot, "write")}
            if store.id in written and backup.to in written:
                ways = [_ending(loot, written[name], name) for name in (store.id, backup.to)]
                yield Fault(store.id, "backup", f"one theft takes it and its backup: {' and '.join(ways)}")
                break


def _ending(loot: spread.Reached, by: str, goal: str) -> str:
    way = loot.path(by)
    return arrows(*way) if way[-1] == goal else arrows(*way, goal)


def _backup_by_itself(facts: Facts) -> Iterator[Fault]:
    """Who holds a store acts as it: where that gives the place of the backup, immutable or not, the backup goes too."""
    for store in facts.architecture.components:
        if store.backup is None or store.backup.to == store.id:
            continue
        loot = facts.stolen(store.id)
        if store.backup.to in loot.components:
            way = arrows(*loot.path(store.backup.to))
            yield Fault(store.id, "backup", f"whoever takes it holds its backup as well: {way}")


def _guards(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        if component.kind not in _WORKERS:
            continue
        loot = facts.stolen(component.id)
        fallen = [name for name in loot.components if facts.components[name].kind in _GUARDS and name != component.id]
        for name in sorted(fallen)[:1]:
            yield Fault(component.id, "", f"whoever takes it holds {name}: {arrows(*loot.path(name))}")


def _pseudonyms_undone(facts: Facts) -> Iterator[Fault]:
    secret = {
        key: component.id
        for component in facts.architecture.components
        if component.pseudonymises
        for key in (*component.needs, *component.recovery_needs)
        if key in facts.keys
    }
    for component in facts.architecture.components:
        if component.id in secret.values() or not any(held.form == "pseudonymised" for held in component.holds):
            continue
        if component.kind == "store" and not facts.outside(component.id):
            continue
        loot = facts.stolen(component.id)
        for key in sorted(loot.keys & set(secret)):
            way = arrows(*loot.path(key))
            yield Fault(component.id, "", f"whoever takes it has the pseudonyms and the key to undo them: {way}")


def _from_the_cloud(facts: Facts) -> Iterator[Fault]:
    """What is taken outside gives nothing inside: neither a machine nor an identity that may act on one."""
    for component in facts.architecture.components:
        if not facts.outside(component.id) or component.kind == "client":
            continue
        loot = facts.stolen(component.id)
        inside = next((name for name in sorted(loot.components) if not facts.outside(name)), None)
        if inside:
            yield Fault(component.id, "", f"whoever takes it holds {inside} inside: {arrows(*loot.path(inside))}")
            continue
        for name in sorted(loot.identities):
            rights = [right for right in facts.identities[name].permissions if right.on in facts.components]
            right = next((right for right in rights if not facts.outside(right.on)), None)
            if right:
                way = arrows(*loot.path(name), right.on)
                yield Fault(component.id, "", f"whoever takes it may {right.action} {right.on} inside: {way}")
                break


def _build(facts: Facts) -> Iterator[Fault]:
    for component in facts.architecture.components:
        if component.kind != "ci":
            continue
        loot = facts.stolen(component.id)
        for by, name, permission in _read(facts, loot, "read"):
            clear = [
                one.data for one in facts.components[name].holds if one.form == "clear" and facts.personal(one.data)
            ]
            if clear:
                way = arrows(*loot.path(by), *(() if permission is None else (name,)))
                yield Fault(component.id, "", f"whoever takes the build reads {', '.join(clear)}: {way}")
                break


ROWS = (
    Rule(
        "exposed-data",
        "error",
        "path",
        "From a public endpoint no theft leads to confidential or personal data in the clear elsewhere.",
        "A public endpoint will be broken into; the question is what lies behind it.",
        "Give the endpoint an identity that reads only what it shows, and let something inside push to it.",
        _exposed_data,
    ),
    Rule(
        "store-and-backup-in-one-hand",
        "error",
        "path",
        "No one theft, of a store, a workplace, a public endpoint or a login, overwrites a store and its backup.",
        "That is what ransomware does: first the backup, then the store.",
        "Make the backup immutable, or let an identity write it that nothing else leads to.",
        _ransom,
    ),
    Rule(
        "backup-within-reach",
        "error",
        "path",
        "Whoever takes a store does not hold its backup.",
        "Immutable or not: who administers the backup can end its retention.",
        "Let the backup pull, or give the store's identity the right to write only.",
        _backup_by_itself,
    ),
    Rule(
        "guard-within-reach",
        "error",
        "path",
        "No workload that is taken gives the directory, the vault, the PKI or the keys.",
        "Who holds one of those is everybody.",
        "Take the right to administer it away from the workload.",
        _guards,
    ),
    Rule(
        "pseudonyms-undone",
        "error",
        "path",
        "What keeps pseudonymised data leads no thief to the key that undoes the pseudonyms.",
        "With the key the data are clear (GDPR, article 4(5): it is kept apart).",
        "Keep the key where only what pseudonymises may use it.",
        _pseudonyms_undone,
    ),
    Rule(
        "theft-from-outside",
        "error",
        "path",
        "Nothing that is taken outside gives a component inside, or an identity that may do anything to one.",
        "The provider's console has more users than our data centre, and one password resets it.",
        "Use identities outside that have no right inside.",
        _from_the_cloud,
    ),
    Rule(
        "build-reads-data",
        "error",
        "path",
        "Whoever takes the build system reads no personal data in the clear.",
        "It runs code of strangers on every change.",
        "Let the build hand over signed images, and let production fetch them.",
        _build,
    ),
)
