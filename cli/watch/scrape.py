"""A job's metrics endpoint to facts about it: one request, read by the names of the table in runtime/metrics.py."""

import http.client
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from cli.watch.facts import Behind, Job

WAIT_S = 6.0  # a scrape waits four seconds for a broker that is away
Samples = Mapping[str, list[tuple[Mapping[str, str], float]]]


class SilentError(Exception):
    """Nobody answers at the address, or not as a job does; the message says what was found."""


def scrape(host: str, port: int, contract: str) -> Job:
    """The job of a contract as it is now; SilentError where none answers there, or one of another contract."""
    text = _get(host, port)
    try:
        found = samples(text)
    except (ValueError, KeyError, IndexError):
        raise SilentError(f"what answers at {host}:{port} tells no metrics") from None
    names = sorted({labels["contract"] for rows in found.values() for labels, _ in rows if "contract" in labels})
    if "tickets_last_batch_timestamp_seconds" not in found:
        raise SilentError(f"what answers at {host}:{port} is no `tickets process`")
    if contract not in names:
        raise SilentError(f"the job at {host}:{port} reads {', '.join(names)}")
    return job(found, contract, f"{host}:{port}")


def _get(host: str, port: int) -> str:
    connection = http.client.HTTPConnection(host, port, timeout=WAIT_S)
    try:
        connection.request("GET", "/metrics", headers={"Accept": "text/plain"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise SilentError(f"nothing answers at {host}:{port}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise SilentError(f"what answers at {host}:{port} says {answer.status} {answer.reason}")
    return text


def samples(text: str) -> Samples:
    """Every sample of a text in Prometheus's format, by name."""
    from prometheus_client.parser import text_string_to_metric_families

    made: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            made.setdefault(sample.name, []).append((sample.labels, sample.value))
    return made


def job(found: Samples, contract: str, address: str) -> Job:
    """What the samples say of one contract's job."""
    own = {name: [row for row in rows if row[0].get("contract") == contract] for name, rows in found.items()}
    one = _Ones(own)
    up = one("tickets_broker_up")
    return Job(
        address=address,
        started_at=_moment(one("tickets_run_started_timestamp_seconds")) or datetime.now(UTC),
        records=_counts(own.get("tickets_records_total", ()), "outcome"),
        refusals={k: n for k, n in _counts(own.get("tickets_refusals_total", ()), "clause").items() if n},
        behind=_behind(own),
        broker_up=None if up is None else bool(up),
        batches=int(one("tickets_batch_duration_seconds_count") or 0),
        batch_seconds=one("tickets_batch_duration_seconds_sum") or 0.0,
        last_batch_at=_moment(one("tickets_last_batch_timestamp_seconds")),
        ledger_version=_whole(one("tickets_ledger_version")),
        rejected_share=one("tickets_rejected_ratio"),
        rejected_limit=one("tickets_rejected_limit_ratio"),
    )


class _Ones:
    """Metrics that have one value for a contract."""

    def __init__(self, own: Samples) -> None:
        self._own = own

    def __call__(self, name: str) -> float | None:
        return next((value for _, value in self._own.get(name, ())), None)


def _behind(own: Samples) -> dict[int, Behind]:
    def by_partition(name: str) -> dict[int, float]:
        return {int(labels["partition"]): value for labels, value in own.get(name, ())}

    seconds, ages = by_partition("tickets_behind_seconds"), by_partition("tickets_oldest_unread_age_seconds")
    offsets = by_partition("tickets_offsets_behind")
    return {p: Behind(int(count), seconds.get(p), ages.get(p)) for p, count in sorted(offsets.items())}


def _counts(rows: Iterable[tuple[Mapping[str, str], float]], label: str) -> dict[str, int]:
    return {labels[label]: int(value) for labels, value in rows}


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
