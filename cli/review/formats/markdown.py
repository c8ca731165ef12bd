"""Report to the comment on a pull request: Markdown that GitHub shows, whatever the contracts say.

GitHub refuses a comment of more than 65,536 characters. Every part is added whole or left out and counted: first the
tables of all contracts, then the proofs, the worst first.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cli.review.formats import words
from cli.review.formats.context import Context
from cli.review.formats.markup import code, fenced, folded, literal, sentence, table
from cli.review.formats.values import brief, json_text, shortened, value_text
from contracts.compiler.diff.model import COMPATIBLE, Comparison, Finding, Report, Witness

MARKER = "<!-- contract-review -->"
"""The first line, by which the comment is found again."""
LIMIT = 60_000  # leaves room for what the action adds
_TABLES = 35_000  # of it at most for the tables, so that there is room for proofs
_ICONS = {"breaking": "\U0001f534", "unproven": "\U0001f7e0", "compatible": "\U0001f7e2", "waived": "\u26aa"}
MAX_EVENT = 4_000
MAX_TEXT = 120  # characters of one text inside an event
MAX_EVENTS = 5


@dataclass(slots=True)
class Room:
    """What is left of a number of characters, and how many parts found no place."""

    left: int
    missed: int = 0

    def fitting(self, parts: Iterable[str]) -> list[str]:
        """The parts that still fit, in order; once one does not, none after it does."""
        kept: list[str] = []
        for part in parts:
            if self.missed or len(part) + 2 > self.left:
                self.missed += 1
            else:
                self.left -= len(part) + 2
                kept.append(part)
        return kept


def render(report: Report, context: Context) -> str:
    """One comment; the first line is MARKER."""
    head = [MARKER, f"## Contract review: {report.verdict}", sentence(words.headline(report))]
    head += [f"**{sentence(words.advice(report, context))}**"]
    tables, rest = Room(_TABLES), Room(LIMIT - _TABLES)
    head += _problems(report, tables)
    rows = words.in_order(report)
    overviews = [_overview(row, tables) for row in rows]
    rest.left += tables.left
    proofs = [_proofs(row, rest) for row in rows]
    parts = [part for pair in zip(overviews, proofs, strict=True) for side in pair for part in side]
    return "\n\n".join([*head, *parts, *_left_out(tables, rest)])


def _left_out(tables: Room, rest: Room) -> list[str]:
    missed = tables.missed + rest.missed
    if not missed:
        return []
    return [
        f"_{missed:,} part{'s' * (missed != 1)} of this report had no room in a comment. "
        "`tickets contracts diff` with `--format html` or `--format json` shows everything._"
    ]


def _problems(report: Report, room: Room) -> list[str]:
    listed = room.fitting(f"- {sentence(problem)}" for problem in report.problems)
    return ["### Waivers that fail", "\n".join(listed)] if listed else []


def _overview(row: Comparison, room: Room) -> list[str]:
    """Heading, tables and version verdict of one contract."""
    about = f"{literal(row.file, 300)}. {sentence(words.circumstances(row), 1_000)}"
    head = room.fitting([f"{_title(row)}\n\n{about}"])
    if not head:
        return []
    findings = words.worst_first(row.findings)
    head += _table(("Verdict", "Change", "Breaks"), findings, _change, room)
    waived = [finding for finding in findings if finding.waiver]
    head += _table(("Waived", "Owner", "Until", "Reason"), waived, _waived, room)
    return head + (room.fitting([f"**Version:** {sentence(row.version.says)}"]) if row.version else [])


def _title(row: Comparison) -> str:
    versions = f" ({sentence(words.versions(row), 100)})" if row.version else ""
    counted = " (for information, not counted)" if row.informative else ""
    return f"### {sentence(row.contract, 100)}{versions}: {row.verdict}{counted}"


def _table(
    head: tuple[str, ...], findings: Iterable[Finding], cells: Callable[[Finding], tuple[str, ...]], room: Room
) -> list[str]:
    rows = list(map(cells, findings))
    kept = room.fitting(" | ".join(row) + "   " for row in rows)
    return [table(head, rows[: len(kept)])] if kept else []


def _change(finding: Finding) -> tuple[str, ...]:
    standing = words.standing(finding)
    change = f"{literal(value_text(finding.old, 100))} → {literal(value_text(finding.new, 100))}"
    what = f"{literal(words.place(finding), 300)} {change}<br>{sentence(finding.says, 400)}"
    whom = sentence(words.audience(finding)) + (" (allowed by the mode)" if finding.allowed_by_mode else "")
    return f"{_ICONS[standing]} {standing}", what, whom


def _waived(finding: Finding) -> tuple[str, ...]:
    waiver = finding.waiver
    if waiver is None:
        return ()
    what = f"{literal(finding.rule)} {literal(words.place(finding), 300)}"
    return what, sentence(waiver.owner, 100), sentence(waiver.expires, 40), sentence(waiver.reason, 400)


def _proofs(row: Comparison, room: Room) -> list[str]:
    """What opens on a click: witness and remedy of each change that breaks somebody or was let pass."""
    told = [finding for finding in words.worst_first(row.findings) if finding.verdict != COMPATIBLE or finding.breaks]
    return room.fitting(map(_proof, told))


def _proof(finding: Finding) -> str:
    summary = f"{words.standing(finding)}: {code(finding.rule)} {code(words.place(finding), 300)}"
    parts = [sentence(words.harm(finding))]
    parts += [sentence(remark, 1_000) for remark in words.remarks(finding)]
    parts += _witness(finding.witness) if finding.witness else []
    return folded(summary, parts + ([f"**Remedy:** {sentence(finding.remedy, 1_000)}"] if finding.remedy else []))


def _witness(witness: Witness) -> list[str]:
    events = words.events(witness)
    parts = [f"{sentence(words.proof(witness))}:"]
    parts += [_event(event) for event in events[:MAX_EVENTS]]
    parts += [f"and {len(events) - MAX_EVENTS} more"] if len(events) > MAX_EVENTS else []
    around = [f"- {sentence(name, 60)}: {sentence(said, 300)}" for name, said in witness.circumstances.items()]
    return [*parts, *(["\n".join(around)] if around else []), f"**Reader:** {sentence(words.outcome(witness), 1_000)}"]


def _event(event: object) -> str:
    """The event as JSON; in short where it is large, and then no longer JSON to the end."""
    return fenced(shortened(json_text(brief(event, MAX_TEXT), 2), MAX_EVENT), "json")
