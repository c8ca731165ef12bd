"""A file of decisions to the findings they let pass: each names a rule and a path, who decided, why, and until when.

A waiver that has expired, or that no finding needs, fails the comparison: what nobody looks at again is no decision.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from contracts.compiler.diff import semver
from contracts.compiler.diff.model import COMPATIBLE, Comparison, Report, Waiver
from contracts.compiler.diff.table import RULES
from contracts.compiler.errors import ContractError, Problem

_NEEDED = ("rule", "path", "reason", "owner", "expires")


def read(path: Path, document: Any) -> tuple[Waiver, ...]:
    """The waivers of a file's `waivers` list; ContractError with every fault in it."""
    rows = document.get("waivers") if isinstance(document, Mapping) else None
    if not isinstance(rows, list):
        raise ContractError((Problem(str(path), "waivers", "is no list", "Write `waivers:` and a list below it."),))
    problems = [
        Problem(str(path), f"waivers.{place}", *fault) for place, row in enumerate(rows) for fault in _faults(row)
    ]
    if problems:
        raise ContractError(tuple(problems))
    return tuple(
        Waiver(
            rule=str(row["rule"]),
            path=str(row["path"]),
            contract=str(row.get("contract", "")),
            reason=str(row["reason"]),
            owner=str(row["owner"]),
            expires=str(row["expires"]),
        )
        for row in rows
    )


def _faults(row: Any) -> Iterable[tuple[str, str]]:
    if not isinstance(row, Mapping):
        yield "is no mapping", f"Write {', '.join(_NEEDED)}."
        return
    for name in _NEEDED:
        if not str(row.get(name) or "").strip():
            yield f"has no {name}", f"A waiver says {', '.join(_NEEDED)}, and `contract` where it is meant for one."
    for name in row.keys() - {*_NEEDED, "contract"}:
        yield f"has an unknown key '{name}'", f"Use {', '.join(_NEEDED)} and contract."
    if row.get("rule") and row["rule"] not in RULES:
        near = get_close_matches(str(row["rule"]), RULES, 1)
        yield (
            f"names no rule: '{row['rule']}'",
            f"Did you mean {near[0]}?" if near else "See `tickets contracts rules`.",
        )
    try:
        date.fromisoformat(str(row.get("expires") or "2026-01-01"))
    except ValueError:
        yield f"expires '{row['expires']}', which is no day", "Write a day such as 2026-06-30."


def apply(comparisons: tuple[Comparison, ...], waivers: tuple[Waiver, ...], today: date) -> Report:
    """The report with findings waived, and a problem for each waiver that expired or that nothing needed.

    The version number is judged again without what was waived. Only what would fail can be waived; a waiver for a
    contract that is not compared here is not held to be unused.
    """
    valid = [waiver for waiver in waivers if date.fromisoformat(waiver.expires) >= today]
    problems = [
        f"The waiver of {row.rule} at {row.path} ({row.owner}) expired on {row.expires}."
        for row in waivers
        if row not in valid
    ]
    used: set[Waiver] = set()
    made = tuple(_waived(comparison, valid, used) for comparison in comparisons)
    compared = {comparison.contract for comparison in comparisons}
    compared |= {name.rpartition(".v")[0] for name in compared}
    problems += [
        f"The waiver of {row.rule} at {row.path} ({row.owner}) lets nothing pass: no finding needs it."
        for row in valid
        if row not in used and (not row.contract or row.contract in compared)
    ]
    return Report(made, tuple(problems))


def _waived(comparison: Comparison, waivers: list[Waiver], used: set[Waiver]) -> Comparison:
    findings = []
    for finding in comparison.findings:
        fits = [row for row in waivers if _fits(row, finding.rule, finding.place, finding.path, comparison.contract)]
        if fits and finding.verdict != COMPATIBLE:
            used.add(fits[0])
        findings.append(finding.waived(fits[0]) if fits and finding.verdict != COMPATIBLE else finding)
    version = comparison.version and semver.again(comparison.version, findings)
    return replace(comparison, findings=tuple(findings), version=version)


def _fits(waiver: Waiver, rule: str, place: str, path: str, contract: str) -> bool:
    named = waiver.contract in ("", contract, contract.rpartition(".v")[0])
    return named and waiver.rule == rule and waiver.path in (place, path)
