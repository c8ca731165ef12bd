"""`tickets architecture simulate`: let a scenario happen on one target or all, and say what follows."""

import json
import math
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from architecture.figures.figure import Bound
from architecture.figures.money import costs
from architecture.load import HOME, load
from architecture.reliability.failures import readable
from architecture.simulate import Outcome, simulate
from cli import options

WIDTH = 80
EPILOG = """\b
Examples:
  tickets architecture simulate --scenario link-down
  tickets architecture simulate --scenario broker-lost --target aws
  tickets architecture simulate --scenario region-down --target gcp --hours 72
  tickets architecture simulate --scenario link-down --with broker-native
  tickets architecture simulate --scenario x10 --json

The scenarios are in architecture/model/services.yml, with their hours and steps.
"""
_ON_CALL = {"always": "answers at any hour", "office": "answers in office hours", "none": "is not on call"}


@click.command(epilog=EPILOG)
@click.option("--model", type=click.Path(file_okay=False, exists=True, path_type=Path), default=HOME, hidden=True)
@click.option("--scenario", required=True, help="One of the model's: link-down, region-down, key-revoked, ...")
@click.option("--target", "targets", multiple=True, help="Only on this target; may be repeated. Default: all.")
@click.option(
    "--with", "chosen", multiple=True, metavar="OPTION", help="With an option of the target, such as broker-native."
)
@click.option("--hours", type=click.FloatRange(min=0), help="How long it lasts, instead of what the scenario says.")
@click.option(
    "--at",
    type=click.Choice(("low", "likely", "high")),
    default="likely",
    show_default=True,
    help="Which end of every range: high is the longest outage, the most events and the slowest steps.",
)
@options.as_json
def command(
    model: Path,
    scenario: str,
    targets: tuple[str, ...],
    chosen: tuple[str, ...],
    hours: float | None,
    at: str,
    as_json: bool,
) -> None:
    """Let something go wrong: what stops, for how long, what is lost, who is called, by which runbook.

    Hours count from the beginning. "Friday" is the worst moment to begin: whoever answers in office hours only is
    waited for until Monday. With one target the timeline is shown too.

    Exit codes: 0 done; 1 the model cannot be used; 2 wrong use.
    """
    read = load(model)
    wanted = targets or tuple(read.targets)
    for target in wanted:
        _known("--target", target, list(read.targets))
    made = []
    for target in wanted:
        bound = Bound(read, target, chosen, read.bound(target, chosen))
        _known("--scenario", scenario, list(bound.architecture.one("scenarios")))
        made.append((bound, simulate(bound.architecture, scenario, hours, at)))
    if as_json:
        click.echo(json.dumps([document(bound, each) for bound, each in made], indent=2, ensure_ascii=False))
        return
    said = made[0][0].architecture.one("scenarios")[scenario]
    click.echo(f"{scenario}: {said.name.en}\n({made[0][0].where(scenario)})")
    for bound, each in made:
        click.echo("\n" + "\n".join(_told(bound, each, len(made) == 1)))


def document(bound: Bound, outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON has it; hours that never end are null."""
    stolen = outcome.compromised
    return {
        "target": bound.name,
        "scenario": outcome.scenario,
        "source": bound.where(outcome.scenario),
        "stops": {
            "answering": list(outcome.answering),
            "fresh": list(outcome.fresh),
            "components": list(outcome.components),
        },
        "hours": {
            when: {name: _finite(getattr(each, f"{name}_h")) for name in ("known", "waited", "back", "fresh")}
            for when, each in outcome.durations.items()
        },
        "catch_up": {
            name: {
                "backlog": each.backlog,
                "rate_per_s": each.rate_per_s,
                "capacity_per_s": each.capacity_per_s,
                "hours": _finite(each.drain_h),
            }
            for name, each in outcome.catch_up.items()
        },
        "not_held_back": [
            {
                "flow": each.hold.flow,
                "holds_h": each.hold.hours,
                "hours": _finite(each.hours),
                "events": _finite(each.events),
                "made_again_from": list(each.made_again_from),
            }
            for each in outcome.overflow
        ],
        "lost_if_gone_for_good_h": {name: _finite(each) for name, each in outcome.at_risk.items()},
        "cost_month_p50": costs(bound, outcome.scenario).total.p50,
        "overloaded": {name: {"comes": comes, "takes": takes} for name, (comes, takes) in outcome.overloaded.items()},
        "called": outcome.called,
        "on_call": outcome.on_call,
        "to_bring_back": [list(step) for step in outcome.to_bring_back],
        "runbooks": list(outcome.runbooks),
        "compromised": None
        if stolen is None
        else {
            "components": sorted(stolen.components),
            "identities": sorted(stolen.identities),
            "secrets": sorted(stolen.secrets),
            "keys": sorted(stolen.keys),
            "data": [
                {"data": each.data, "form": each.form, "class": each.classification}
                for each in readable(bound.architecture, stolen)
            ],
        },
        "timeline": [
            {"hours": _finite(each.hours), "text": {"en": each.text.en, "fr": each.text.fr}}
            for each in outcome.timeline
        ],
    }


def _told(bound: Bound, outcome: Outcome, whole: bool) -> Iterator[str]:
    """One target's outcome as text of 80 columns."""
    yield bound.name
    yield from _row("answers no more", ", ".join(outcome.answering) or "no service")
    yield from _row("gives nothing new", ", ".join(outcome.fresh) or "no service")
    if outcome.answering or outcome.fresh or outcome.compromised:
        office, worst = outcome.durations["office"], outcome.durations["worst"]
        yield from _row("over after", f"{_hours(office.back_h)}; {_hours(worst.back_h)} from Friday evening")
        if outcome.fresh:
            yield from _row("fresh after", f"{_hours(office.fresh_h)}; {_hours(worst.fresh_h)} from Friday evening")
    for name, each in outcome.catch_up.items():
        rates = f"at {each.capacity_per_s:,.0f} a second, while {each.rate_per_s:,.1f} come"
        yield from _row("waiting events", f"{name}: {each.backlog:,.0f}, read in {_hours(each.drain_h)} {rates}")
    yield from _lost(outcome)
    for name, (comes, takes) in outcome.overloaded.items():
        yield from _row(
            "too many events", f"{name}: up to {comes:,.0f} a second come, its way may take {takes:,.0f} only"
        )
    if bound.architecture.one("scenarios")[outcome.scenario].multiplies:
        if not outcome.overloaded:
            yield from _row("too many events", "no: the way of every service takes the peak")
        now, then = costs(bound).total, costs(bound, outcome.scenario).total
        yield from _row("cost a month", f"{now.p50:,.0f} EUR now, {then.p50:,.0f} EUR then (half the draws are below)")
    yield from _stolen(bound, outcome)
    known = outcome.durations["office"].known_h
    yield from _row("called", f"{outcome.called or 'nobody'}, after {_hours(known)}; {_ON_CALL[outcome.on_call]}")
    if whole and outcome.to_bring_back:
        steps = ", ".join(" with ".join(step) for step in outcome.to_bring_back)
        yield from _row("bring back", steps)
    yield from _row("runbooks", "\n".join(outcome.runbooks) or "none")
    if whole:
        moments = (f"{_hours(each.hours):<10}{each.text.en}" for each in outcome.timeline)
        yield from _row("timeline", "\n".join(moments), 10)


def _lost(outcome: Outcome) -> Iterator[str]:
    if not outcome.overflow and not outcome.at_risk:
        yield from _row("lost", "nothing: what cannot be sent is held back long enough")
    for each in outcome.overflow:
        again = f"made again from {', '.join(each.made_again_from)}" if each.made_again_from else "not made again"
        yield from _row(
            "not held back",
            f"{each.hold.flow}: all after {_hours(each.hold.hours)}, {_hours(each.hours)} of it; {again}",
        )
    for name, hours in outcome.at_risk.items():
        much = "everything" if math.isinf(hours) else f"at most {_hours(hours)} of data"
        yield from _row("if gone for good", f"{name} loses {much}")


def _stolen(bound: Bound, outcome: Outcome) -> Iterator[str]:
    if outcome.compromised is not None:
        stolen = outcome.compromised
        yield from _row("held by the thief", ", ".join(sorted(stolen.components | stolen.identities)))
        read = (f"{each.data} ({each.form}, {each.classification})" for each in readable(bound.architecture, stolen))
        yield from _row("readable", ", ".join(read) or "no data")


def _row(label: str, value: str, indent: int = 0) -> Iterator[str]:
    """A label, and its value wrapped beside it; a new line in the value begins a new line here.

    `indent` columns stay free below the beginning of a line that is wrapped.
    """
    head = f"  {label:<18}"
    for line in value.split("\n"):
        for wrapped in click.wrap_text(line, WIDTH - len(head), subsequent_indent=" " * indent).splitlines() or [""]:
            yield (head + wrapped).rstrip()
            head = " " * len(head)


def _hours(hours: float) -> str:
    if math.isinf(hours):
        return "never"
    minutes = hours * 60
    if 0 < minutes < 1:
        return "a minute"
    return f"{minutes:.0f} min" if minutes < 90 else f"{hours:.1f} h" if hours < 72 else f"{hours / 24:.1f} days"


def _finite(hours: float) -> float | None:
    return None if math.isinf(hours) else hours


def _known(option: str, name: str, names: list[str]) -> None:
    if name not in names:
        near = get_close_matches(name, names, 1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
        raise click.UsageError(f"{option}: there is no '{name}'. {hint}")
