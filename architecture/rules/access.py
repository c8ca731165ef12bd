"""Rules of rights: who acts, what they may do, and whether that is what they do."""

from __future__ import annotations

from collections.abc import Iterator

from architecture import needs, parts
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule

LONGEST_ADMINISTRATION_H = 12.0  # one working day
_RESTRICTED = parts.CLASSES.index("restricted")


def _wildcard(facts: Facts) -> Iterator[Fault]:
    for identity in facts.architecture.identities:
        for permission in identity.permissions:
            if permission.action == "*" or permission.on == "*":
                yield Fault(identity.id, "permissions", f"may do '{permission.action}' on '{permission.on}'")


def _covers(permission: parts.Permission, action: str, on: str) -> bool:
    return permission.action in (action, "*") and permission.on in (on, "*")


def _unused(facts: Facts) -> Iterator[Fault]:
    done = {(flow.identity, flow.action, needs.other(flow)) for flow in facts.architecture.flows}
    for identity in facts.architecture.identities:
        for permission in identity.permissions:
            wild = permission.action == "*" or permission.on == "*"
            used = (identity.id, permission.action, permission.on) in done
            if identity.kind != "emergency" and not wild and not used:
                what = f"may {permission.action} {permission.on}, and no flow does so as {identity.id}"
                yield Fault(identity.id, "permissions", what)


def _missing(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        if flow.identity and flow.action:
            called = needs.other(flow)
            permitted = facts.identities[flow.identity].permissions
            if not any(_covers(permission, flow.action, called) for permission in permitted):
                yield Fault(flow.id, "identity", f"{flow.identity} has no permission to {flow.action} {called}")


def _unauthenticated(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        open_to_all = facts.zone(needs.other(flow)).kind == "internet" or flow.protocol.lower() in ("dns", "ntp")
        if flow.authentication == "none" and not open_to_all:
            yield Fault(flow.id, "authentication", f"{needs.initiator(flow)} proves nothing to {needs.other(flow)}")


def _unauthorised(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        lacks = [word for word in ("identity", "action") if getattr(flow, word) is None]
        heavy = [held for held in flow.carries if held.form != "encrypted" and facts.rank(held.data) >= _RESTRICTED]
        matters = flow.purpose in ("data", "backup", "administration") or heavy
        if lacks and matters and flow.authentication != "none":
            yield Fault(flow.id, "", f"says no {' and no '.join(lacks)}, so nobody can grant or refuse it")


def _borrowed(facts: Facts) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        caller = facts.components[needs.initiator(flow)]
        identity = facts.identities.get(flow.identity or "")
        if identity is None or identity.kind != "workload":
            continue
        if identity.id != caller.identity and caller.id not in identity.used_by:
            yield Fault(flow.id, "identity", f"{caller.id} is logged in as {identity.id}, which is not its own")


def _shared(facts: Facts) -> Iterator[Fault]:
    for identity in facts.architecture.identities:
        users = dict.fromkeys(identity.used_by)
        users |= dict.fromkeys(part.id for part in facts.architecture.components if part.identity == identity.id)
        if len(users) > 1 and identity.kind == "workload":
            yield Fault(identity.id, "used_by", f"is used by {', '.join(users)}")


def _standing(facts: Facts) -> Iterator[Fault]:
    for identity in facts.architecture.identities:
        rights = [right.on for right in identity.permissions if right.action in ("administer", "*")]
        if identity.kind != "human" or not rights:
            continue
        if identity.lifetime_h is None or identity.lifetime_h > LONGEST_ADMINISTRATION_H:
            span = "for ever" if identity.lifetime_h is None else f"{identity.lifetime_h:g} h"
            yield Fault(identity.id, "lifetime_h", f"administers {', '.join(rights)}, {span} with one login")


def _outside_contract(facts: Facts) -> Iterator[Fault]:
    """A permission on a topic or table, held against the roles that one of its contracts gives that access."""
    for identity in facts.architecture.identities:
        for permission in identity.permissions:
            if permission.on not in facts.components or permission.action not in ("read", "write"):
                continue
            if facts.components[permission.on].kind == "backup":
                continue
            for data in _touched(facts, permission):
                contracts = facts.contracts(data)
                allowed = set().union(
                    *(row.readers if permission.action == "read" else row.writers for row in contracts)
                )
                if allowed and not allowed & set(identity.roles):
                    keys, mine = ", ".join(row.key for row in contracts), ", ".join(identity.roles) or "none"
                    what = f"may {permission.action} {data} in {permission.on}; {keys} gives that to "
                    yield Fault(identity.id, "permissions", f"{what}{', '.join(sorted(allowed))}, its roles are {mine}")


def _touched(facts: Facts, permission: parts.Permission) -> list[str]:
    """The readable data a permission is about: those its resource names, else all that the component holds."""
    held = [one.data for one in facts.components[permission.on].holds if one.form != "encrypted"]
    return [data for data in held if permission.resource in _names(facts, data)] or held


def _names(facts: Facts, data: str) -> set[str | None]:
    """What a topic or table with these data may be called."""
    return {data}.union(*({facts_.key, facts_.name, facts_.topic} for facts_ in facts.contracts(data)))


def _unknown_role(facts: Facts) -> Iterator[Fault]:
    known = set().union(*(row.readers | row.writers for row in facts.around.contracts.values()))
    for identity in facts.architecture.identities:
        for role in identity.roles:
            if role not in known:
                yield Fault(identity.id, "roles", f"has the role '{role}', which no contract knows")


ROWS = (
    Rule(
        "wildcard-permission",
        "error",
        "part",
        "A permission names one action on one component.",
        "What is granted by a star is granted for all that will ever be added.",
        "Replace the star by the actions and components that flows of this identity use.",
        _wildcard,
    ),
    Rule(
        "unused-permission",
        "warning",
        "part",
        "Every permission is used by a flow of that identity.",
        "Nobody misses it until a thief has it.",
        "Take it away, or write down the flow that needs it.",
        _unused,
    ),
    Rule(
        "missing-permission",
        "error",
        "part",
        "Every flow is permitted: its identity may do its action to the other side.",
        "On the first day it would fail, and be mended by a star.",
        "Add the permission to the identity, or mend the flow's identity or action.",
        _missing,
    ),
    Rule(
        "flow-without-authentication",
        "error",
        "part",
        "Every flow authenticates who opens it, but for DNS, NTP and what is public on the internet.",
        "Anybody in the zone could send the same.",
        "Choose a way: certificate, token, SCRAM, Kerberos or federated.",
        _unauthenticated,
    ),
    Rule(
        "flow-without-authorisation",
        "error",
        "part",
        "A flow that moves data, backups or secrets, or administers, says as whom it is logged in and what it does.",
        "Rights can neither be granted nor reviewed for a flow without a subject and a verb.",
        "Add identity and action.",
        _unauthorised,
    ),
    Rule(
        "borrowed-identity",
        "error",
        "part",
        "A component logs in as itself.",
        "Under another's name the log lies, and taking one right from one takes it from both.",
        "Give the component an identity of its own and its permission.",
        _borrowed,
    ),
    Rule(
        "shared-identity",
        "error",
        "part",
        "A workload's identity has one user.",
        "With two, nobody can say who did it, nor stop one of them.",
        "Make one identity for each.",
        _shared,
    ),
    Rule(
        "administration-standing",
        "error",
        "part",
        f"A person's right to administer ends with the day: one login is good for {LONGEST_ADMINISTRATION_H:g} hours.",
        "A right that is always there is there at night, too.",
        "Set lifetime_h, and hand the right out on request.",
        _standing,
    ),
    Rule(
        "identity-without-role",
        "error",
        "part",
        "Who may read or write a topic or table has a role to which its contract gives that access.",
        "The contract is what the data's owner agreed to; a right beside it is a leak with a ticket number.",
        "Take the permission away, give the identity the role it acts in, or let the owner change the contract.",
        _outside_contract,
    ),
    Rule(
        "role-unknown",
        "error",
        "part",
        "A role of an identity is one of a contract.",
        "A role that no contract knows gives nothing, and reads as if it did.",
        "Mend the name, or add the role to the contract.",
        _unknown_role,
    ),
)
