"""Sums, checks and the audit to blocks of the page: what was held against what, and came out how."""

from __future__ import annotations

from collections.abc import Iterator

from cli.report.opened import Missing
from cli.report.page import words
from cli.report.page.blocks import Block, Gap, Pairs, Table, Text
from cli.report.sections import checks, flow

NO_NUMBERS: frozenset[int] = frozenset()


def sums(found: tuple[flow.Sum, ...], caption: str) -> Iterator[Block]:
    """Sums as a table; those that do not hold before it, loudly."""
    for one in found:
        if not one.holds:
            unequal = f"{words.count(one.left)} {one.left_says} ≠ {words.count(one.right)} {one.right_says}"
            yield Text(f"DOES NOT ADD UP: {unequal}. {one.otherwise}", "bad")
    rows = [
        (one.left_says, words.count(one.left), "=" if one.holds else "≠", words.count(one.right), one.right_says)
        for one in found
    ]
    if rows:
        head = ("what", "count", "holds", "must be", "what it must be")
        yield Table(caption, head, rows, frozenset({1, 3}), wide=True, folded=False)


def judged(found: checks.Checks) -> Iterator[Block]:
    """The audit, the files, and every check of the export."""
    yield from _audit(found)
    if isinstance(found.tables, Missing):
        yield Gap(found.tables)
        return
    yield from (Text(f"Exported file {what}.", "bad") for what in found.wrong_files)
    head = ("table", "rows", "checks", "failed", "not judged")
    rows = [
        (one.name, *map(words.count, (one.rows, len(one.checks), len(one.failed), len(one.not_checked))))
        for one in found.tables
    ]
    yield Table("Checks of the export, by its manifest", head, rows, frozenset(range(1, 5)), wide=False, folded=False)
    yield Text("An export whose rows break a clause publishes nothing, so a published one has passed.", "note")
    for one in found.tables:
        gaps = [(gap.clause, gap.reason) for gap in one.not_checked]
        if gaps:
            yield Table(
                f"Not judged in {one.name}, and why", ("clause", "reason"), gaps, NO_NUMBERS, wide=True, folded=True
            )
        every = [
            (check.clause, "passed" if not check.failed else f"FAILED in {check.failed:,} rows", check.found or "")
            for check in one.checks
        ]
        yield Table(
            f"Every check of {one.name}", ("clause", "result", "number"), every, frozenset({2}), wide=True, folded=True
        )


def _audit(found: checks.Checks) -> Iterator[Block]:
    if isinstance(found.audit, Missing):
        yield Gap(Missing(f"the audit was {found.audit.what}", found.audit.command))
        if found.last_audit is not None:
            result = "ok" if found.last_audit.ok else "NOT ok"
            kind = "note" if found.last_audit.ok else "bad"
            yield Text(f"The last one, {words.moment(found.last_audit.at)} UTC, was {result}.", kind)
        return
    told = found.audit.document
    result = "Audit ok" if found.audit.ok else "Audit FAILED"
    yield Text(
        f"{result}: {words.count(told['offsets'])} offsets against the broker.", "good" if found.audit.ok else "bad"
    )
    lists = ("missing", "repeated", "without_record", "lost", "unread", "complaints")
    yield Pairs([(name.replace("_", " "), _listed(told[name])) for name in lists])


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - 10} more" if len(values) > 10 else ""
    return ", ".join(values[:10]) + more if values else "none"
