"""A report in the words that every format for people shares: what it comes to, whom it breaks, what to do."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cli.review.formats.context import Context
from cli.review.formats.values import value_text
from contracts.compiler.diff.model import (
    AUDIENCES,
    BREAKING,
    COMPATIBLE,
    NEW_TO_OLD,
    UNPROVEN,
    VERDICTS,
    Comparison,
    Finding,
    Report,
    Waiver,
    Witness,
)

WAIVED = "waived"
STANDINGS = (BREAKING, UNPROVEN, COMPATIBLE, WAIVED)
"""How a finding can stand, worst first."""


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By verdict, those that break somebody first, waived ones last; where equal, as they came."""

    def rank(finding: Finding) -> tuple[bool, int, bool]:
        return finding.waiver is not None, -VERDICTS.index(finding.verdict), not finding.breaks

    return tuple(sorted(findings, key=rank))


def in_order(report: Report) -> tuple[Comparison, ...]:
    """Every comparison, the worst first, those that do not count last."""
    return tuple(sorted(report.comparisons, key=lambda row: (row.informative, -VERDICTS.index(row.verdict))))


def standing(finding: Finding) -> str:
    """The verdict as it counts: `waived` where somebody took it on."""
    return WAIVED if finding.waiver else finding.verdict


def counted(report: Report) -> tuple[Comparison, ...]:
    """The comparisons that the verdict is made of."""
    return tuple(row for row in report.comparisons if not row.informative)


def counts(findings: Iterable[Finding]) -> str:
    """`2 breaking, 1 waived`, or that there are none."""
    found = [standing(finding) for finding in findings]
    return ", ".join(f"{found.count(name)} {name}" for name in STANDINGS if name in found) or "no change"


def headline(report: Report) -> str:
    """One sentence: how many changes of which kind, in how many contracts."""
    rows = counted(report)
    findings = [finding for row in rows for finding in row.findings]
    where = f"{len(rows)} contract{'s' * (len(rows) != 1)} compared"
    return f"{where}: {counts(findings)}."


def audience(finding: Finding) -> str:
    """Whom the change breaks, in words."""
    if not finding.breaks:
        return "not known" if finding.verdict == UNPROVEN else "nobody"
    return "; ".join(AUDIENCES.get(key, key) for key in finding.breaks)


def harm(finding: Finding) -> str:
    """The same as a sentence."""
    if finding.verdict == UNPROVEN:
        return (
            f"Could break: {audience(finding)}." if finding.breaks else "Not proved to break anybody, nor to be safe."
        )
    return f"Breaks {audience(finding)}."


def change(finding: Finding, limit: int) -> str:
    """`5 -> 4`; `nothing` stands for what is absent."""
    return f"{value_text(finding.old, limit)} -> {value_text(finding.new, limit)}"


def place(finding: Finding) -> str:
    """Where the change is; a change of the contract as a whole has no place."""
    return finding.place or "the contract"


def line(finding: Finding) -> str:
    """The line it stands on, empty where nobody knows; what was removed stands in the earlier version only."""
    if finding.line is None:
        return ""
    return f"line {finding.line}" + (" of the earlier version" if finding.new is None else "")


def versions(comparison: Comparison) -> str:
    """`1.0.0 -> 1.1.0`, with a word for a side that does not exist; empty where nobody knows."""
    version = comparison.version
    if version is None:
        return ""
    return f"{version.old or 'not there before'} -> {version.new or 'removed'}"


def circumstances(comparison: Comparison) -> str:
    """What was compared with what, and how much was replayed."""
    said = [f"Against {comparison.against}"] if comparison.against else []
    return "; ".join([*said, f"mode {comparison.mode}", replayed(comparison)]) + "."


def replayed(comparison: Comparison) -> str:
    """How many events went each way."""
    done = comparison.replayed
    if done is None:
        return "no events replayed"
    spark = f", {done.on_topic:,} of them read by Spark from a topic as well" if done.on_topic else ""
    return (
        f"{done.old_to_new:,} events replayed from old to new and {done.new_to_old:,} from new to old, "
        f"{done.boundaries:,} of them on a boundary{spark}"
    )


def events(witness: Witness) -> tuple[Mapping[str, Any], ...]:
    """The events that prove it, none where none is needed."""
    return (witness.event,) if witness.event is not None else tuple(witness.events or ())


def proof(witness: Witness) -> str:
    """What the events are, who wrote and who reads them: `An event written with A, read with B`."""
    seen = len(events(witness))
    if not seen:
        return "No event is needed to see it"
    later = " (an older reader)" if witness.direction == NEW_TO_OLD else ""
    count = "An event" if seen == 1 else f"{seen} events"
    return f"{count} written with {witness.writer}, read with {witness.reader}{later}"


def outcome(witness: Witness) -> str:
    """What the reader makes of it, and the clause that refuses it."""
    says = witness.says if witness.says.endswith((".", "!", "?")) else f"{witness.says}."
    if witness.clause:
        return says if witness.clause in says else f"{says} Refused by {witness.clause}."
    return f"{says} No clause refuses it: it is read differently." if events(witness) else says


def decision(waiver: Waiver) -> str:
    """Who let it pass, until when and why."""
    return f"Waived by {waiver.owner} until {waiver.expires}: {waiver.reason}"


def remarks(finding: Finding) -> Iterator[str]:
    """What else must be said of a finding, a sentence each."""
    if finding.allowed_by_mode:
        yield "The contract's compatibility mode does not protect them, so it counts as compatible."
    if finding.waiver:
        yield decision(finding.waiver)


def advice(report: Report, context: Context) -> str:
    """What to do now, in one or two sentences."""
    rows = counted(report)
    stopping = [finding for row in rows for finding in context.stopping(row)]
    said = []
    if stopping:
        said.append("Follow the remedies, or write a waiver with a reason and a day it ends.")
    if any(context.dishonest(row) for row in rows):
        said.append("Correct the version number.")
    if report.problems:
        said.append("Correct the waivers named above.")
    return " ".join(said) or "Nothing to do: nothing is above the bar."
