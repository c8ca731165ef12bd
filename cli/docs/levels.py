"""Service levels -> whether they hold: as a running job tells it; and a workspace's last export and audit."""

from __future__ import annotations

from collections.abc import Iterator

from cli.docs.evidence import Evidence, moment
from cli.docs.scraped import judge
from cli.docs.tree import relative
from cli.levels import number
from cli.review.formats.markup import table
from cli.views.alerts import LEVELS
from cli.views.markdown import escaped
from contracts.compiler.model import Contract, ServiceLevel

RUN = "`tickets process {} --every 5s --metrics 9464`"
NOT_MEASURED = "not measured"
ASK = "`make docs DOCS_FLAGS='--metrics 9464'`"
STANDING = ("audit", "export")


def section(contract: Contract, evidence: Evidence, page: str) -> Iterator[str]:
    """The levels and, of the topic behind the contract, how its results stand."""
    if not contract.service_levels:
        return
    yield "## Service levels"
    rows: list[tuple[str, ...]] = [
        (
            escaped(level.name),
            escaped(f"{level.value} {level.unit}".strip()),
            escaped(level.description),
            _holds(contract, level, evidence),
            _watched(contract, level, page),
        )
        for level in contract.service_levels
    ]
    yield table(("Level", "Promised", "Description", "Holds", "Watched by"), rows)
    yield from _standing(_topic(contract), evidence)
    if evidence.samples is None:
        topic = _topic(contract)
        yield f"A running job tells whether they hold: {RUN.format(topic)}, then {ASK}."


def _topic(contract: Contract) -> str:
    """The input contract's name."""
    return (contract.source or contract.key).partition(".")[0]


def _holds(contract: Contract, level: ServiceLevel, evidence: Evidence) -> str:
    """What the running job says of a level."""
    value = number(level)
    if evidence.samples is None or value is None:
        return NOT_MEASURED
    found = judge(level.name, value, _topic(contract), evidence.samples)
    return f"{'holds' if found.ok else 'does not hold'}: {escaped(found.said)}" if found else NOT_MEASURED


def _watched(contract: Contract, level: ServiceLevel, page: str) -> str:
    """The alerts that fire where it does not hold, or why there are none."""
    watch, value = LEVELS.get(level.name, {}).get(contract.rows), number(level)
    if watch is None or isinstance(watch, str) or value is None:
        return f"not watched: {escaped(watch if isinstance(watch, str) else 'no metric measures it')}"
    return ", ".join(
        f"alert [{alert.name}]({relative(f'docs/runbooks/{alert.name}.md', page)})"
        for alert in watch(contract, level, value)
    )


def _standing(topic: str, evidence: Evidence) -> Iterator[str]:
    if evidence.workspace is None:
        commands = " and ".join(f"`tickets {command} {topic}`" for command in STANDING)
        yield f"Audit and export: not measured, since no workspace was given: {commands}, then `make docs DATA=data`."
        return
    rows: list[tuple[str, ...]] = []
    for command in STANDING:
        found = evidence.standing(command, topic)
        never = f"not measured: `tickets {command} {topic}`"
        good = moment(found.succeeded_at) if found and found.succeeded_at else "never"
        rows.append(
            (
                f"{command} of `{topic}`",
                f"{'ok' if found.ok else 'failed'} {moment(found.at)}" if found else never,
                good,
            )
        )
    yield table(("Result", "Newest", "Last good one"), rows)
