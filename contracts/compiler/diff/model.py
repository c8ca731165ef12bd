"""What a comparison of two contract versions is made of and comes to, as frozen values.

Words: OLD is the earlier version, NEW the later. An event travels `old_to_new` when a producer of OLD wrote it and a
reader with NEW reads it, `new_to_old` the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

OLD_TO_NEW, NEW_TO_OLD = "old_to_new", "new_to_old"
DIRECTIONS = (OLD_TO_NEW, NEW_TO_OLD)

READERS_OF_NEW = "readers_of_new_events"
READERS_OF_OLD = "readers_of_old_events"
PRODUCERS = "producers"
EXPORTS = "export_consumers"
AUDIENCES: Mapping[str, str] = {
    READERS_OF_NEW: "readers of new events with the old contract",
    READERS_OF_OLD: "readers of old events with the new contract",
    PRODUCERS: "producers",
    EXPORTS: "export consumers",
}
"""Whom a change can break, and how that is said; a finding that names none breaks nobody."""

UNCHANGED, COMPATIBLE, UNPROVEN, BREAKING = "unchanged", "compatible", "unproven", "breaking"
VERDICTS = (UNCHANGED, COMPATIBLE, UNPROVEN, BREAKING)  # from good to bad
SEVERITIES: Mapping[str, str] = {BREAKING: "error", UNPROVEN: "warning", COMPATIBLE: "info"}


@dataclass(frozen=True, slots=True)
class Change:
    """One element that differs between two documents.

    `element` is a row of `rules.ELEMENTS`, `sense` how it changed (tightened, loosened, added, removed, changed).
    `place` is where it stands in ODCS words (`schema.client_tickets.satisfaction.logicalTypeOptions.maximum`), `path`
    the field it belongs to (`satisfaction`), `@...` for the envelope, `$` for the table, empty for anything else.
    `old` and `new` are plain YAML values, None where the element is absent.
    """

    element: str
    sense: str
    place: str
    path: str
    old: Any
    new: Any

    @property
    def rule(self) -> str:
        """The id of the rule that speaks of it."""
        return f"{self.element}-{self.sense}"


@dataclass(frozen=True, slots=True)
class Witness:
    """The proof of a break: something valid under the contract it was made with, and what the other one makes of it.

    `event` is one event (a dict), `events` several that break a clause together, else None; both None where no event
    is needed to see it (a role, a service level). `circumstances` says what else matters, in words by name (the
    record's key, its topic, its age). `writer` and `reader` are contract versions (`client_tickets 1.0.0`), `says` one
    sentence: what the reader makes of it. `clause` is the id of the clause that refuses it, None where it is read
    differently.
    """

    direction: str
    writer: str
    reader: str
    event: Mapping[str, Any] | None
    events: tuple[Mapping[str, Any], ...] | None
    circumstances: Mapping[str, str]
    clause: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody's written decision to let one finding pass until a day: `contract` is empty where any is meant."""

    rule: str
    path: str
    contract: str
    reason: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One change and what it means for others.

    `rule` is a row of `rules.RULES`, `place` and `path` as in Change, `says` one plain sentence. `breaks` are keys of
    AUDIENCES, empty for nobody. `bump` is what the version must at least change by: `major`, `minor` or `patch`.
    `allowed_by_mode` says that somebody breaks whom the contract's compatibility mode does not protect; the verdict is
    then `compatible`. `line` is the line of NEW (of OLD for what was removed) the element stands on, None if unknown.
    """

    rule: str
    place: str
    path: str
    old: Any
    new: Any
    says: str
    verdict: str
    breaks: tuple[str, ...]
    witness: Witness | None
    remedy: str
    bump: str
    allowed_by_mode: bool
    line: int | None
    waiver: Waiver | None

    @property
    def severity(self) -> str:
        """error, warning or info."""
        return "info" if self.waiver else SEVERITIES[self.verdict]

    def waived(self, waiver: Waiver) -> Finding:
        """The finding with the decision to let it pass."""
        return replace(self, waiver=waiver)


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events went each way, how many of them stood on a boundary, and how many records Spark read from a real
    topic as replay said (0: that was not asked for).
    """

    old_to_new: int
    new_to_old: int
    boundaries: int
    on_topic: int


@dataclass(frozen=True, slots=True)
class VersionVerdict:
    """Whether the version number is honest: `asked` is what the findings ask for, `given` what the number changed by
    (`none` where it did not). `says` is a sentence; `fails` whether it is an error (else a hint at most).
    `published` and `own_file` are what it was judged by (semver.judge), to be judged again once findings are waived.
    """

    old: str
    new: str
    asked: str
    given: str
    honest: bool
    fails: bool
    says: str
    published: bool
    own_file: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything about one contract: OLD and NEW are versions such as `1.0.0`, empty for a side that does not exist.

    `contract` is `client_tickets.v1`, `file` where NEW is (OLD for a removed one), `mode` the compatibility mode.
    `against` says what OLD was (a file, a git commit). `informative` comparisons (a new major beside the old one) are
    shown and not counted.
    """

    contract: str
    file: str
    against: str
    mode: str
    findings: tuple[Finding, ...]
    replayed: Replayed | None
    version: VersionVerdict | None
    informative: bool

    @property
    def verdict(self) -> str:
        """The worst verdict of the findings that nobody waived; `unchanged` without any."""
        counted = [finding.verdict for finding in self.findings if finding.waiver is None]
        waived = [COMPATIBLE] if any(finding.waiver for finding in self.findings) else []
        return max((UNCHANGED, *waived, *counted), key=VERDICTS.index)


@dataclass(frozen=True, slots=True)
class Report:
    """All comparisons of one run; `problems` are waivers that failed, in words."""

    comparisons: tuple[Comparison, ...]
    problems: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The worst verdict of the comparisons that count."""
        counted = [row.verdict for row in self.comparisons if not row.informative]
        return max((UNCHANGED, *counted), key=VERDICTS.index)
