"""What the page shows, as frozen values: one moment of a job, of its tables, and of export and audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.standing import Standing


@dataclass(frozen=True, slots=True)
class Behind:
    """What one partition has that the ledger has not; None where the job can't say it."""

    offsets: int
    seconds: float | None
    oldest_age_s: float | None


@dataclass(frozen=True, slots=True)
class Job:
    """One scrape of a running job. Counts are since its start; `refusals` by clause, only those that happened.

    `behind` is empty and `broker_up` False where its broker is away. `batch_seconds` is the time of all `batches`.
    `last_batch_at` is the run's begin before the first. `rejected_share` is None until there are enough records.
    """

    address: str
    started_at: datetime
    records: Mapping[str, int]
    refusals: Mapping[str, int]
    behind: Mapping[int, Behind]
    broker_up: bool | None
    batches: int
    batch_seconds: float
    last_batch_at: datetime | None
    ledger_version: int | None
    rejected_share: float | None
    rejected_limit: float | None


@dataclass(frozen=True, slots=True)
class Rates:
    """What went on in the last `seconds` of a job: records per second by outcome, mean batch time (None: no batch)."""

    seconds: float
    records: Mapping[str, float]
    batch_seconds: float | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Records that were not accepted: by the clause they break, or by their outcome."""

    what: str
    records: int
    last_seen: datetime
    example: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What the ledger holds: all records, those not accepted, and why, the newest refusal first."""

    version: int
    records: int
    not_accepted: int
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known at a moment. `job` and `rates` are None while none answers, `stored` where there is no ledger.

    `notes` are what a person should know: that no job runs, that its endpoint does not answer, that a table can't be
    read. `asked` is the address that was asked.
    """

    contract: str
    at: datetime
    asked: str
    job: Job | None
    rates: Rates | None
    stored: Stored | None
    export: Standing | None
    audit: Standing | None
    notes: tuple[str, ...]


def document(facts: Facts) -> dict[str, Any]:
    """The facts as `--json` prints them; moments are ISO 8601 in UTC."""
    return {
        "contract": facts.contract,
        "at": _moment(facts.at),
        "running": facts.job is not None,
        "metrics": facts.asked,
        "job": None if facts.job is None else _job(facts.job, facts.rates, facts.at),
        "tables": None if facts.stored is None else _stored(facts.stored),
        "export": _standing(facts.export),
        "audit": _standing(facts.audit),
        "notes": list(facts.notes),
    }


def _job(job: Job, rates: Rates | None, at: datetime) -> dict[str, Any]:
    return {
        "started_at": _moment(job.started_at),
        "uptime_seconds": round((at - job.started_at).total_seconds(), 1),
        "records": dict(job.records),
        "records_per_second": None if rates is None else {k: round(v, 2) for k, v in rates.records.items()},
        "rate_window_seconds": None if rates is None else round(rates.seconds, 1),
        "refusals": dict(job.refusals),
        "broker_up": job.broker_up,
        "offsets_behind": sum(one.offsets for one in job.behind.values()) if job.behind else None,
        "partitions": {
            str(partition): {
                "offsets_behind": one.offsets,
                "behind_seconds": one.seconds,
                "oldest_unread_age_seconds": one.oldest_age_s,
            }
            for partition, one in sorted(job.behind.items())
        },
        "batches": job.batches,
        "batch_seconds_mean": round(job.batch_seconds / job.batches, 3) if job.batches else None,
        "batch_seconds_recent": None if rates is None else rates.batch_seconds,
        "last_batch_at": _moment(job.last_batch_at),
        "ledger_version": job.ledger_version,
        "rejected_share": job.rejected_share,
        "rejected_limit": job.rejected_limit,
    }


def _stored(stored: Stored) -> dict[str, Any]:
    rows = [
        {"what": row.what, "records": row.records, "last_seen": _moment(row.last_seen), "example": row.example}
        for row in stored.refused
    ]
    return {
        "ledger_version": stored.version,
        "records": stored.records,
        "not_accepted": stored.not_accepted,
        "refused": rows,
    }


def _standing(found: Standing | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"ok": found.ok, "at": _moment(found.at), "succeeded_at": _moment(found.succeeded_at)}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
