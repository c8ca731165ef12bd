"""Whether what confirms a decision is there and holds: a table of kinds, each with its judge.

Proposals are judged by what they name already; what is rejected, deprecated or superseded is history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from cli.adr import outcomes
from cli.adr.located import locate
from cli.adr.measures import MeasureError, Measures
from cli.adr.problems import Problem
from cli.adr.record import Record, Row

ALIVE = frozenset({"proposed", "accepted"})
WHERE = {"passes": "", "passes nightly": "nightly", "passes on the stack": "stack"}


@dataclass(frozen=True)
class Evidence:
    """What decisions are held against.

    `load_rules` gives each rule of the architecture with what it finds, waived findings aside; it is called once, and
    only if a rule is named. `ran` is None where nobody asks whether tests were run; an empty record is one.
    """

    root: Path
    measures: Measures
    load_rules: Callable[[], Mapping[str, Sequence[str]]]
    recorded: outcomes.Outcomes
    ran: bool

    @cached_property
    def rules(self) -> Mapping[str, Sequence[str]]:
        """By rule, its findings."""
        return self.load_rules()


def judge(record: Record, file: str, evidence: Evidence) -> list[Problem]:
    """Every confirmation that is not there or does not hold."""
    if record.status not in ALIVE:
        return []
    return [
        Problem("confirmation", file, row.number, what, remedy)
        for row in record.confirmed
        for what, remedy in _row(row, evidence)
    ]


def _row(row: Row, evidence: Evidence) -> Iterator[tuple[str, str]]:
    if row.first not in _KINDS:
        yield f"'{row.first}' is no kind of confirmation", f"There are: {', '.join(_KINDS)}."
        return
    yield from _KINDS[row.first](row.second, row.third, evidence)


def _rule(what: str, when: str, evidence: Evidence) -> Iterator[tuple[str, str]]:
    if when != "no finding":
        yield f"a rule holds when 'no finding', not when '{when}'", "Write `no finding`."
    if what not in evidence.rules:
        near = get_close_matches(what, evidence.rules, 1)
        hint = f"Did you mean {near[0]}?" if near else "See `tickets architecture check --list`."
        yield f"there is no rule {what}", hint
    elif found := evidence.rules[what]:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        yield f"rule {what} finds {found[0]}{more}", f"See `tickets architecture check --rule {what}`."


def _test(what: str, when: str, evidence: Evidence) -> Iterator[tuple[str, str]]:
    located = locate(evidence.root, what)
    if when not in WHERE:
        yield f"a test holds when it passes, not when '{when}'", f"Write one of: {', '.join(WHERE)}."
    elif located.missing:
        yield located.missing, located.hint
    elif elsewhere := located.marks & set(WHERE.values()) - {WHERE[when]}:
        told = next(words for words, mark in WHERE.items() if mark in elsewhere)
        yield f"{what} is not part of `make test`", f"Write `{told}`, or name another test too."
    else:
        yield from _passed(what, WHERE[when], evidence)


def _passed(what: str, mark: str, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Whether the last run says that a test passed; a test that runs elsewhere need not be in its record."""
    came = outcomes.of(evidence.recorded, what)
    if "failed" in came:
        yield f"{what} failed in the last run", "Mend it and run it again; `make check` begins a new record."
    elif evidence.ran and not mark and "passed" not in came:
        how = "was skipped" if came else "was not run"
        yield f"{what} {how} in the last run", "Run `make test`; a test that never runs confirms nothing."


def _number(what: str, when: str, evidence: Evidence) -> Iterator[tuple[str, str]]:
    try:
        holds, said = evidence.measures.holds(what, when)
    except MeasureError as error:
        yield error.what, error.remedy
        return
    if not holds:
        yield f"{what} does not hold: not {said}", "Find out what has changed; decide anew, or mend it."


_KINDS: dict[str, Callable[[str, str, Evidence], Iterator[tuple[str, str]]]] = {
    "rule": _rule,
    "test": _test,
    "figure": _number,
    "benchmark": _number,
}
