"""`tickets architecture check`: the model judged by its rules, on every target."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import Any

import click

from architecture.contract_facts import contract_facts
from architecture.figures import figures
from architecture.load import HOME, Model, load
from architecture.rules import FAMILIES, RULES
from architecture.rules.facts import Surroundings
from architecture.rules.judging import Report, check, nearest
from architecture.rules.rule import Finding
from cli import options
from cli.habits import no_such

WIDTH = 80
EPILOG = """\b
Examples:
  tickets architecture check
  tickets architecture check --target aws --with broker-native
  tickets architecture check --rule one-room --rule common-cause
  tickets architecture check --waived --json
  tickets architecture check --list

\b
A finding is accepted by a waiver in architecture/model/waivers.yml: rule,
element, reason, owner, and the day it ends.
"""


@click.command(epilog=EPILOG)
@click.option("--model", type=click.Path(file_okay=False, exists=True, path_type=Path), default=HOME, hidden=True)
@click.option("--target", "targets", multiple=True, help="aws, azure, gcp or onprem; may be repeated. Default: all.")
@click.option(
    "--with", "chosen", multiple=True, metavar="OPTION", help="An option of the targets, such as broker-byoc."
)
@click.option("--rule", "rules", multiple=True, help="Judge by this rule alone; may be repeated.")
@click.option("--strict/--no-strict", default=True, show_default=True, help="Whether a warning fails the check, too.")
@click.option("--waived", is_flag=True, help="Show what waivers accept, and not only how many.")
@click.option("--list", "listed", is_flag=True, help="List the rules and what each wants, and judge nothing.")
@options.as_json
def command(
    model: Path,
    targets: tuple[str, ...],
    chosen: tuple[str, ...],
    rules: tuple[str, ...],
    strict: bool,
    waived: bool,
    listed: bool,
    as_json: bool,
) -> None:
    """Judge the model: what breaks a rule, where it is written, and what to do.

    A rule that judges a path names the whole way. What is found on several targets is told once. --with and no
    --target means the targets that have the option.

    Exit codes: 0 nothing found but what is waived; 1 something was found; 2 wrong use.
    """
    for name in rules:
        if name not in RULES:
            raise click.UsageError(f"There is no rule '{name}'. {nearest(name)}")
    if listed:
        click.echo(json.dumps(list(rows(rules))) if as_json else listing(rules))
        return
    read = load(model)
    report = check(read, surroundings(read), _asked(read, targets, chosen), chosen, rules)
    click.echo(json.dumps(document(report, strict)) if as_json else told(report, strict, waived))
    raise SystemExit(1 if report.open(strict) else 0)


def surroundings(model: Model) -> Surroundings:
    """What the rules know besides the model, today: contracts, files beside it, and figures where one is named."""
    root = model.root.parent.parent
    files = root if (root / "docs").is_dir() else None
    return Surroundings(date.today(), contract_facts(), files, lambda: frozenset(figures(model)))


def _asked(model: Model, targets: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """The targets to judge: UsageError for one that is not there, or has not the options."""
    has = {name: {option.id for option in binding.options} for name, binding in model.targets.items()}
    for name in targets:
        if name not in has:
            raise no_such("target", name, has)
        if strange := [option for option in chosen if option not in has[name]]:
            there = ", ".join(sorted(has[name])) or "none"
            raise click.UsageError(f"Target {name} has no option '{strange[0]}'. There are: {there}.")
    asked = tuple(targets) or tuple(name for name, there in has.items() if there.issuperset(chosen))
    if not asked:
        there = ", ".join(sorted(set().union(*has.values()))) or "none"
        raise click.UsageError(f"No target has the options {', '.join(chosen)}. There are: {there}.")
    return asked


def told(report: Report, strict: bool, waived: bool) -> str:
    """Findings by the targets they are found on, then waived ones if asked for, and a last line that sums up."""
    shown = [finding for finding in report.findings if waived or not finding.waiver]
    lines = [line for on, findings in _together(shown) for line in _section(on, findings)]
    count, accepted = len(report.open(False)), len(report.waived)
    warnings = len(report.open(True)) - count
    waiver = f"; {accepted} waived" + ("" if waived else " (--waived shows them)") if accepted else ""
    over = "" if strict or not warnings else ", which do not fail this check"
    found = f"{_many(count, 'error')}, {_many(warnings, 'warning')}{over}" if count + warnings else "nothing found"
    on = f"{_many(len(report.rules), 'rule')} on {', '.join(report.targets)}"
    return "\n".join([*lines, fill(f"{on}: {found}{waiver}.", WIDTH)])


def _together(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings that differ in nothing but the target, told once: by the targets they are on, in order of finding."""
    targets: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        targets.setdefault((finding.rule, finding.on, finding.what, finding.where), []).append(finding)
    sections: dict[str, list[Finding]] = {}
    for same in targets.values():
        sections.setdefault(", ".join(dict.fromkeys(one.target for one in same)), []).append(same[0])
    return list(sections.items())


def _section(on: str, findings: Sequence[Finding]) -> Iterator[str]:
    yield on
    for finding in sorted(findings, key=lambda one: one.severity != "error"):
        state = f"waived by {finding.waiver}" if finding.waiver else finding.severity
        yield f"  {state}: {finding.on}  {finding.where}".rstrip()
        yield _indented(f"{finding.rule}: {finding.what}")
        yield _indented(finding.remedy)
    yield ""


def _indented(text: str) -> str:
    """Wrapped between words, and never inside one: ids and paths stay whole."""
    return fill(
        text, WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False
    )


def document(report: Report, strict: bool) -> dict[str, Any]:
    """The JSON document: every finding, waived or not, on every target."""
    return {
        "ok": not report.open(strict),
        "targets": list(report.targets),
        "rules": len(report.rules),
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "target": finding.target,
                "on": finding.on,
                "where": finding.where,
                "what": finding.what,
                "remedy": finding.remedy,
                "waiver": finding.waiver,
            }
            for finding in report.findings
        ],
    }


def rows(rules: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rules as `--list --json` gives them."""
    for family, listed in FAMILIES.items():
        for rule in listed:
            if not rules or rule.id in rules:
                yield {
                    "id": rule.id,
                    "family": family,
                    "severity": rule.severity,
                    "judges": rule.judges,
                    "sentence": rule.sentence,
                    "why": rule.why,
                    "remedy": rule.remedy,
                }


def listing(rules: Sequence[str]) -> str:
    """The rules by family; with --rule also why, and what to do."""
    lines, family = [], ""
    for row in rows(rules):
        if row["family"] != family:
            family = row["family"]
            lines += ["", family]
        lines.append(f"  {row['id']} ({row['severity']}, {row['judges']})")
        lines += [_indented(row[word]) for word in (("sentence", "why", "remedy") if rules else ("sentence",))]
    return "\n".join(lines).lstrip("\n")


def _many(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"
