"""A campaign to its result: what hit, what was found, what follows from finding nothing."""

import dataclasses
import platform
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from features.faults import checker
from features.faults.profiles import promised
from features.harness import ROOT

if TYPE_CHECKING:
    from features.faults.campaign import Campaign

Result = dict[str, Any]
CONFIDENCE = 0.95


def upper_bound(hits: int) -> float | None:
    """The failure rate per fault that `hits` faults without one failure still allow, at 95 %; None without a fault."""
    return 1 - (1 - CONFIDENCE) ** (1 / hits) if hits else None


def build(done: "Campaign", seconds: float) -> Result:
    """All there is to report; `ok` is the verdict."""
    counts = _counts(done)
    short = {name for name, row in counts.items() if row["in_flight"] < row["promised"]} | done.feed.missing().keys()
    hits = sum(row["in_flight"] for row in counts.values())
    return {
        "ok": not done.violations and all(one.ok for one in done.controls) and (done.cut or not short),
        "profile": done.profile.name,
        "seed": done.site.seed,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cut_short": done.cut,
        "seconds": round(seconds, 1),
        "rounds": len({row["round"] for row in done.hits}),
        "faults": counts,
        "fewer_than_promised": sorted(short),
        "hits": hits,
        "failure_rate_below": upper_bound(hits) if not done.violations else None,
        "traffic": dict(sorted(done.feed.sent.items())),
        "records": done.outcomes.total(),
        "outcomes": dict(sorted(done.outcomes.items())),
        "exports": done.exports,
        "invariants": {
            name: {"says": row.says, "checked": done.checks[name], "violations": _broken(done, name)}
            for name, row in checker.INVARIANTS.items()
        },
        "runs": {"says": RUNS, "started": len(done.site.jobs), "violations": _broken(done, "I8")},
        "violations": done.violations,
        "controls": [{**dataclasses.asdict(one), "ok": one.ok} for one in done.controls],
        "broker": f"Apache Kafka {kafka_version()}, one node, started from its jars",
        "versions": versions(),
    }


RUNS = "After every fault the next run starts, reads on, and ends; a run that can't go on ends by itself."


def _broken(done: "Campaign", name: str) -> int:
    return sum(row["invariant"] == name for row in done.violations)


def _counts(done: "Campaign") -> dict[str, dict[str, int]]:
    """By kind: how often it was done, how often it hit, and how often it was promised to."""
    tried = Counter(row["counts_as"] for row in done.hits)
    hit = Counter(row["counts_as"] for row in done.hits if row["in_flight"])
    wanted = promised(done.profile)
    names = [*wanted, *sorted(tried.keys() - wanted.keys())]
    return {name: {"done": tried[name], "in_flight": hit[name], "promised": wanted.get(name, 0)} for name in names}


def text(result: Result) -> str:
    """The result for people."""
    lines = [f"{'fault':<34}{'done':>6}{'hit':>6}{'promised':>10}"]
    lines += [f"{n:<34}{r['done']:>6}{r['in_flight']:>6}{r['promised']:>10}" for n, r in result["faults"].items()]
    lines += [
        f"{name}  {row['violations']} violations in {row['checked']} checks: {row['says']}"
        for name, row in result["invariants"].items()
    ]
    lines += [f"runs  {result['runs']['violations']} violations in {result['runs']['started']} runs: {RUNS}"]
    lines += [
        f"VIOLATION {row['invariant']} (round {row['round']}): {row['what'][:300]}" for row in result["violations"][:20]
    ]
    missed = [one for one in result["controls"] if not one["ok"]]
    lines += [f"{len(result['controls']) - len(missed)} of {len(result['controls'])} negative controls caught"]
    lines += [
        f"NOT CAUGHT {one['name']}: wanted {one['wanted']}, found {one['caught_by']} ({one['example'][:200]})"
        for one in missed
    ]
    lines += [f"Fewer hits than promised: {', '.join(result['fewer_than_promised'])}"] * bool(
        result["fewer_than_promised"]
    )
    lines += ["Cut short by --minutes."] * result["cut_short"]
    bound = result["failure_rate_below"]
    sure = f"; with 95 % confidence fewer than {bound:.1%} of such faults break a promise" if bound is not None else ""
    lines += [f"{result['hits']} faults hit, {result['records']} records, {result['seconds']:.0f} s{sure}"]
    return "\n".join([*lines, "ok" if result["ok"] else "FAILED"])


PACKAGES = ("client-tickets", "pyspark", "delta-spark", "deltalake", "confluent-kafka")


def versions() -> dict[str, str]:
    """What was tested with."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def kafka_version() -> str:
    """Of the broker's jars, by the lock."""
    lines = (ROOT / "jars.lock").read_text("utf-8").splitlines()
    return next(line.split(":")[2].split()[0] for line in lines if " org.apache.kafka:kafka-server:" in line)
