"""A model to a report: every rule on every target asked for, with what a waiver accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from architecture import parts
from architecture.load import Model
from architecture.rules import RULES
from architecture.rules.facts import Facts, Surroundings
from architecture.rules.rule import Finding, Rule

_ABOUT_WAIVERS = "waiver-idle"  # judged last: it needs to know what the other rules found


@dataclass(frozen=True, slots=True)
class Report:
    """What the rules found: `targets` are those judged, as `aws` or `aws+option`."""

    targets: tuple[str, ...]
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]

    def open(self, strict: bool) -> tuple[Finding, ...]:
        """Findings that fail a check: those that no waiver accepts; warnings only if `strict`."""
        return tuple(
            finding for finding in self.findings if not finding.waiver and (strict or finding.severity == "error")
        )

    @property
    def waived(self) -> tuple[Finding, ...]:
        """Findings that a waiver accepts."""
        return tuple(finding for finding in self.findings if finding.waiver)


def check(
    model: Model,
    around: Surroundings,
    targets: Sequence[str] = (),
    options: Sequence[str] = (),
    rules: Sequence[str] = (),
) -> Report:
    """Judge targets (all, if none is named) with options of theirs by rules (all, if none is named).

    Whether a waiver is idle is asked of all targets, whichever are judged. KeyError for a rule that is not there,
    ArchitectureError for a target or option.
    """
    chosen = [RULES[name] for name in rules] or list(RULES.values())
    asked = {name: model.bound(name, options) for name in targets or model.targets}
    idle = idle_waivers(model, around, asked.values()) if RULES[_ABOUT_WAIVERS] in chosen else frozenset()
    found = [
        finding
        for name, architecture in asked.items()
        for finding in judge(model, architecture, Facts(architecture, around, frozenset(RULES), idle), chosen, options)
    ]
    shown = tuple("+".join((name, *options)) for name in asked)
    return Report(shown, tuple(rule.id for rule in chosen), tuple(found))


def idle_waivers(model: Model, around: Surroundings, asked: Iterable[parts.Architecture]) -> frozenset[str]:
    """Waivers that no finding needs, on any target or on what is asked about."""
    known: set[str] = set()
    needed: set[str] = set()
    for architecture in (*model.all().values(), *asked):
        facts = Facts(architecture, around, frozenset(RULES), frozenset())
        known |= {waiver.id for waiver in architecture.waivers}
        waived = {waiver.rule for waiver in architecture.waivers} & set(RULES)
        for finding in judge(model, architecture, facts, [RULES[name] for name in sorted(waived)], ()):
            needed |= {finding.waiver} if finding.waiver else set()
        needed |= {waiver.id for waiver in architecture.waivers if around.age_days(waiver.expires) > 0}
    return frozenset(known - needed)


def judge(
    model: Model, architecture: parts.Architecture, facts: Facts, rules: Iterable[Rule], options: Sequence[str]
) -> Iterator[Finding]:
    """The findings of one bound architecture, in the order of the rules; expired waivers accept nothing."""
    valid = [waiver for waiver in architecture.waivers if facts.around.age_days(waiver.expires) <= 0]
    target = architecture.target.id
    for rule in rules:
        for fault in rule.find(facts):
            accepted = next((one.id for one in valid if (one.rule, one.on) == (rule.id, fault.on)), None)
            yield Finding(
                rule=rule.id,
                severity=rule.severity,
                target="+".join((target, *options)),
                on=fault.on,
                where=where(model, fault.on, fault.word, target, options),
                what=fault.what,
                remedy=rule.remedy,
                waiver=accepted,
            )


def where(model: Model, part: str, word: str, target: str, options: Sequence[str]) -> str:
    """`file:line` of a word of a part in the layer that said it last; of a flow made by `each`, that of its pattern."""
    layers = [f"{target}+{option}/" for option in reversed(options)] + [f"{target}/", ""]
    name = part
    while name:
        for sought in (word, ""):
            for layer in layers:
                if (layer + name, sought) in model.lines:
                    return model.lines[layer + name, sought]
        name = name.rpartition("-")[0]
    return ""


def nearest(name: str) -> str:
    """The rule that a mistyped id may have meant, as a hint."""
    near = get_close_matches(name, RULES, 1)
    return f"Did you mean {near[0]}?" if near else "See `tickets architecture check --list`."
