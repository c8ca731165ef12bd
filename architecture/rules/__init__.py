"""THE table of rules: what must hold in an architecture. A new rule is one row in one of the files beside this one.

A rule is a function from `Facts` to faults. Walking (needs, flows, rights) is done by `facts`, `ways` and the modules
below them; a rule only judges. Every row has one seeded defect in `architecture/tests/defects/` that it alone finds.
"""

from __future__ import annotations

from collections.abc import Mapping

from architecture.rules import (
    access,
    data,
    lineage,
    links,
    load,
    money,
    network,
    objectives,
    people,
    proofs,
    recovery,
    redundancy,
    theft,
    tracing,
    watching,
)
from architecture.rules.rule import Rule

FAMILIES: Mapping[str, tuple[Rule, ...]] = {
    "Network": network.ROWS,
    "Lines": links.ROWS,
    "Load": load.ROWS,
    "Rights": access.ROWS,
    "Identities, secrets, keys": proofs.ROWS,
    "Theft": theft.ROWS,
    "Data at rest": data.ROWS,
    "Data under way": lineage.ROWS,
    "Redundancy": redundancy.ROWS,
    "Recovery": recovery.ROWS,
    "Promises": objectives.ROWS,
    "People": people.ROWS,
    "Numbers and exit": money.ROWS,
    "Tracing": tracing.ROWS,
    "Watching": watching.ROWS,
}
"""Every rule by family, in the order they are listed."""

RULES: Mapping[str, Rule] = {rule.id: rule for rows in FAMILIES.values() for rule in rows}
"""Every rule by its id."""

if len(RULES) != sum(map(len, FAMILIES.values())):
    raise TypeError("two rules have one id")
