"""Contract to Prometheus alert rules: from its service levels, and for a topic those that every job has.

A level that no metric can tell of is a comment with its reason, never left out in silence. The page of an alert is
docs/runbooks/<alert>.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cli.levels import number
from cli.views.words import duration
from cli.views.yaml_text import yaml_text
from contracts.compiler.model import Contract, ServiceLevel
from runtime.metrics import bound_text

LATE_SHARE = 0.05  # of events that may come later than promised
BURN = 14.4  # times as fast as the promise allows: 2 % of a month's allowance in an hour (SRE workbook, chapter 5)
HOUR_S, MONTH_S = 3600, 2_592_000
NEAR = 0.8  # of a topic's retention
STALLED_S = 600
EXPORT_S = AUDIT_S = 86_400
PAGE, TICKET = "page", "ticket"  # wake somebody up, or look at it on the next working day


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule. `hold` is how long `expr` must hold before the alert fires; texts are Prometheus templates."""

    name: str
    expr: str
    hold: str
    severity: str
    summary: str
    description: str


Watch = Callable[[Contract, ServiceLevel, float], tuple[Alert, ...]]


def render(contract: Contract) -> str:
    """One YAML document that Prometheus takes as a file of rules."""
    alerts, unwatched = found(contract)
    groups = [{"name": contract.key, "rules": [_rule(contract, alert) for alert in alerts]}] if alerts else []
    head = [
        f"# Alert rules of {contract.key} {contract.version}, made by",
        f"# `tickets contracts show {contract.name} --as alerts`; change the contract, not this.",
        *(f"# Not watched: {line}" for line in unwatched),
    ]
    return "\n".join([*head, yaml_text({"groups": groups})])


def found(contract: Contract) -> tuple[tuple[Alert, ...], tuple[str, ...]]:
    """The alerts of a contract, and the levels that are not watched, each with its reason."""
    alerts: list[Alert] = []
    unwatched: list[str] = []
    for level in contract.service_levels:
        value = number(level)
        watch = LEVELS.get(level.name, {}).get(contract.rows)
        made = "no metric measures it" if watch is None else "its value is no number, or its unit is not known"
        if isinstance(watch, str):
            made = watch
        elif watch is not None and value is not None:
            alerts += watch(contract, level, value)
            continue
        unwatched.append(" ".join(f"{level.name} {level.value} {level.unit}: {made}".split()))
    return (*alerts, *_always(contract)), tuple(unwatched)


def _rule(contract: Contract, alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.hold,
        "labels": {"severity": alert.severity, "promised_by": contract.key, "owner": contract.owner},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook": f"docs/runbooks/{alert.name}.md",
        },
    }


def _topic(contract: Contract) -> str:
    """The label `contract` of the job's metrics: the input contract's name."""
    return (contract.source or contract.key).partition(".")[0]


def _of(contract: Contract, more: str = "") -> str:
    return f'{{contract="{_topic(contract)}"{more}}}'


def _plain(text: str) -> str:
    """A contract's own words as a template prints them: `{{` in them begins nothing."""
    return text.replace("{{", '{{ "{{" }}')


def _latency(contract: Contract, level: ServiceLevel, value: float) -> tuple[Alert, ...]:
    of, name = _of(contract), "tickets_event_delay_seconds"
    within = _of(contract, f',le="{bound_text(value)}"')
    share = (
        f"1 - sum by (contract) (rate({name}_bucket{within}[15m])) / sum by (contract) (rate({name}_count{of}[15m]))"
    )
    return (
        Alert(
            "EventsLate",
            f"{share} > {LATE_SHARE}",
            "10m",
            TICKET,
            f"Events of {contract.name} reach the topic later than the {_words(value)} promised",
            "{{ $value | humanizePercentage }} of the events of the last 15 minutes came later. "
            + _plain(level.description),
        ),
    )


def _availability(contract: Contract, level: ServiceLevel, value: float) -> tuple[Alert, ...]:
    """Seconds away, not a share of what was seen: a job that has just begun has seen little."""
    away = f"sum_over_time((1 - tickets_broker_up{_of(contract)})"
    hour, month = (round((1 - value) * span, 1) for span in (BURN * HOUR_S, MONTH_S))
    said = f"Promised are {level.value} {level.unit}. {_plain(level.description)} Judged over all hours."
    return (
        Alert(
            "TopicUnavailable",
            f"{away}[1h:1m]) * 60 > {hour} and {away}[5m:1m]) > 0",
            "1m",
            PAGE,
            f"The topic of {contract.name} was away so often that the month's promise will not hold",
            f"Within the hour it was away for {{{{ $value | humanizeDuration }}}}. {said}",
        ),
        Alert(
            "TopicAvailabilityMissed",
            f"{away}[30d:5m]) * 300 > {month}",
            "5m",
            TICKET,
            f"The topic of {contract.name} was away for longer than 30 days may be",
            f"It was away for {{{{ $value | humanizeDuration }}}}. {said}",
        ),
    )


def _freshness(contract: Contract, level: ServiceLevel, value: float) -> tuple[Alert, ...]:
    return (
        Alert(
            "DataStale",
            f"max by (contract) (tickets_oldest_unread_age_seconds{_of(contract)}) > {value:g}",
            "2m",
            PAGE,
            f"{contract.key} is older than the {_words(value)} promised",
            "The oldest record that is in no row is {{ $value | humanizeDuration }} old. " + _plain(level.description),
        ),
    )


LEVELS: Mapping[str, Mapping[str, Watch | str]] = {
    "latency": {"event": _latency},
    "availability": {"event": _availability},
    "freshness": {
        **dict.fromkeys(("accepted", "refused", "aggregate"), _freshness),
        "reference": "people write the file, and each run reads it anew",
    },
    "retention": {
        "event": "the broker keeps it (retention.ms); UnreadNearRetention tells before unread records go",
        **dict.fromkeys(("accepted", "refused", "aggregate", "reference"), "no metric tells how old the oldest row is"),
    },
}


def _always(contract: Contract) -> Iterator[Alert]:
    """What is watched of every topic, whatever its contract promises."""
    if contract.envelope is None:
        return
    yield from _of_job(contract)
    yield from _of_refusals(contract)
    yield from _of_results(contract)
    failed = _of(contract, ',outcome="failed"')
    yield Alert(
        "RecordsNotAcknowledged",
        f"tickets_produced_records_total{failed} > 0",
        "0m",
        TICKET,
        f"A producer of {contract.name} has records that the broker did not acknowledge",
        "{{ $value }} records of this run stand in its outbox and wait to be sent again.",
    )


def _of_job(contract: Contract) -> Iterator[Alert]:
    of, name = _of(contract), contract.name
    last, age = f"tickets_last_batch_timestamp_seconds{of}", f"tickets_oldest_unread_age_seconds{of}"
    yield Alert(
        "JobDown",
        f"absent({last})",
        "5m",
        PAGE,
        f"No job reads the topic of {name}",
        "Nothing answers for it at the metrics endpoint: the job has ended, hangs, or cannot be reached.",
    )
    yield Alert(
        "JobStalled",
        f"sum by (contract) (tickets_offsets_behind{of}) > 0 and on (contract) time() - {last} > {STALLED_S}",
        "1m",
        PAGE,
        f"The job of {name} has records to read and commits nothing",
        f"{{{{ $value }}}} offsets wait, and there was no batch for {_words(STALLED_S)}.",
    )
    yield Alert(
        "BrokerAway",
        f"tickets_broker_up{of} == 0",
        "30s",
        PAGE,
        f"The broker does not answer for the topic of {name}",
        "The job waits for some minutes and then ends; nothing is lost, and nothing goes on.",
    )
    yield from _near_retention(contract, age)


def _near_retention(contract: Contract, age: str) -> Iterator[Alert]:
    retention = contract.envelope.retention if contract.envelope else timedelta(0)
    if retention > timedelta(0):
        yield Alert(
            "UnreadNearRetention",
            f"max by (contract) ({age}) > {NEAR * retention.total_seconds():.0f}",
            "1m",
            PAGE,
            f"Unread records of {contract.name} will soon be removed from the topic",
            f"The oldest is {{{{ $value | humanizeDuration }}}} old; the topic keeps {duration(retention)}.",
        )


def _of_refusals(contract: Contract) -> Iterator[Alert]:
    of = _of(contract)
    yield Alert(
        "RejectedFlood",
        f"tickets_rejected_ratio{of} > on (contract) tickets_rejected_limit_ratio{of}",
        "0m",
        TICKET,
        f"Many records of {contract.name} break the contract",
        "{{ $value | humanizePercentage }} of the newest records are refused, more than --alert-rejected allows.",
    )


def _of_results(contract: Contract) -> Iterator[Alert]:
    of, name = _of(contract), contract.name
    for command, limit in (("export", EXPORT_S), ("audit", AUDIT_S)):
        title = command.capitalize()
        yield Alert(
            f"{title}Failed",
            f"tickets_{command}_ok{of} == 0",
            "0m",
            PAGE if command == "audit" else TICKET,
            f"The newest {command} of {name} failed",
            f"`tickets {command}` has ended with a complaint, and none was run since that has not.",
        )
        yield Alert(
            f"{title}TooOld",
            f"time() - tickets_{command}_success_timestamp_seconds{of} > {limit}",
            "0m",
            TICKET,
            f"There was no good {command} of {name} for {_words(limit)}",
            "The last one was {{ $value | humanizeDuration }} ago.",
        )


def _words(seconds: float) -> str:
    return duration(timedelta(seconds=seconds))
