"""Negative controls that run: the product itself, made to break a promise, over a small topic, in a workspace each.

Slower than controls.py, and closer to a broken product: one promise broken breaks others that follow from it, so each
row says what must be found, and what else may be.
"""

import dataclasses
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.faults import checker, evidence
from features.faults.clients import TOPIC
from features.faults.controls import Outcome
from features.faults.evidence import Evidence, Place
from features.faults.judge import Record
from features.faults.site import Site
from features.faults.stage import EXPORT_DEADLINE_S, order

RUN_DEADLINE_S = 240.0
BATCH = 500


@dataclass(frozen=True, slots=True)
class Live:
    """A sabotage of sabotage.py: `must` be found broken, `may` be broken by it too."""

    must: frozenset[str]
    may: frozenset[str]


LIVE: Mapping[str, Live] = {
    "batch skipped": Live(frozenset({"I2", "I7"}), frozenset({"I3", "I5"})),
    "batch committed twice": Live(frozenset({"I2", "I7"}), frozenset({"I3", "I4", "I5"})),
    "deduplication off": Live(frozenset({"I3"}), frozenset({"I4", "I5", "I7"})),
    "accepted flipped": Live(frozenset({"I3"}), frozenset({"I5", "I7"})),
    "tickets twice": Live(frozenset({"I4", "I7"}), frozenset({"I5"})),
    "tickets missing": Live(frozenset({"I4", "I7"}), frozenset({"I5"})),
    "late events left out": Live(frozenset({"I5"}), frozenset()),
}
Topic = Mapping[Place, Record]
UNSTAGED = "export unstaged"


def run_live(site: Site) -> list[Outcome]:
    """All of them, on the topic as it is now: small, or this takes long."""
    topic = evidence.read_topic(site.broker.bootstrap)
    made = [_job(name, live, site, topic) for name, live in LIVE.items()]
    return [*made, _export(site, topic)]


def _job(name: str, live: Live, site: Site, topic: Topic) -> Outcome:
    folder = _folder(site, name)
    limits = ("--once", "--max-events", str(BATCH), "--data", str(folder))
    job = site.start("control", "process", TOPIC, *limits, link="READING", how=("--sabotage", name))
    assert job.await_end(RUN_DEADLINE_S), f"{name}: the run does not end: {job.tail()}"
    assert job.process.poll() == 0, f"{name}: the run failed: {job.tail()}"
    caught, example = _caught(site, folder, topic)
    wanted = live.must | (caught & live.may)
    return Outcome(f"{name} (run)", tuple(sorted(wanted)), tuple(sorted(caught)), example)


def _export(site: Site, topic: Topic) -> Outcome:
    """A sound run, then an export that writes where readers look, killed before it is done."""
    folder = _folder(site, UNSTAGED)
    done = site.run("process", TOPIC, "--once", "--data", str(folder))
    assert done.returncode == 0, done.stderr
    how = ("--sabotage", UNSTAGED, "--kill", order("export staged", 1))
    export = site.start("control", "export", TOPIC, "--data", str(folder), how=how)
    assert export.await_end(EXPORT_DEADLINE_S), export.tail()
    caught, example = _caught(site, folder, topic)
    return Outcome(f"{UNSTAGED} (run)", ("I6",), tuple(sorted(caught)), example)


def _caught(site: Site, folder: Path, topic: Topic) -> tuple[frozenset[str], str]:
    found: Evidence = evidence.gather(folder, site.broker.bootstrap, site.receipts, topic)
    audit = json.loads(site.run("audit", TOPIC, "--json", "--data", str(folder)).stdout)
    said = checker.check(dataclasses.replace(found, audit=audit), tuple(checker.INVARIANTS))
    return frozenset(violation.invariant for violation in said), said[0].what if said else "nothing was found"


def _folder(site: Site, name: str) -> Path:
    folder = site.folder / "controls" / f"run-{name.replace(' ', '-')}"
    shutil.rmtree(folder, ignore_errors=True)
    return folder
