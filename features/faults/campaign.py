"""A plan carried out: rounds one after the other, looked over after each, judged as a whole at the end."""

import dataclasses
import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from features.faults import checker, clients, evidence, faults
from features.faults.bucket import BucketSite
from features.faults.checker import Violation
from features.faults.controls import Outcome, run_controls
from features.faults.evidence import Evidence
from features.faults.faults import Fault, KillAtPoint, KillBroker, TwoJobs
from features.faults.feed import Feed
from features.faults.job import Job
from features.faults.live import run_live
from features.faults.moves import BETWEEN, ON_JOB
from features.faults.plan import Round, spare, tallied
from features.faults.profiles import Profile, promised
from features.faults.site import Site
from features.faults.stage import BATCH_DEADLINE_S, Hit, Stage, order
from features.faults.watch import Watch

FINAL_DEADLINE_S = 900.0
START_AGAIN = 2  # starts of a job that a fault before it may cost
SPARES = 3  # more rounds for a kind, per missing hit, before its promise is given up
LAST_BATCHES = 20_000  # records in a batch of the undisturbed run
WAITING = 6  # batches that must be waiting when a job is started


@dataclass
class Campaign:
    """One campaign. `until_s` is when it stops beginning rounds (monotonic), None for never; `cut` that it did."""

    site: Site
    profile: Profile
    rounds: list[Round]
    until_s: float | None
    tell: Callable[[str], None]
    stage: Stage = field(init=False)
    watch: Watch = field(init=False)
    bucket: tuple[Stage, Watch] | None = field(default=None, init=False)  # made with the first round there
    feed: Feed = field(init=False)
    hits: list[dict[str, Any]] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)
    _found: Evidence = field(init=False)
    controls: list[Outcome] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    exports: int = 0
    cut: bool = False

    def __post_init__(self) -> None:
        self.stage, self.watch, self.feed = Stage(self.site), Watch(self.site.data), Feed(self.site, self.profile)

    def run(self) -> None:
        """The controls that run, all rounds, those that make up for misses, and the end undisturbed."""
        if self.profile.live_controls:
            for own in (False, True, False, True):
                self.feed.send(None, own=own)
            self.controls += run_live(self.site)
            self.tell(f"{sum(one.ok for one in self.controls)} of {len(self.controls)} broken products were caught")
        for number, one in enumerate(self._all_rounds(), 1):
            if self.until_s is not None and time.monotonic() > self.until_s:
                self.cut = True
                break
            self._guarded(one)
            self.tell(self._progress(number, one))
        self._end()

    def close(self) -> None:
        """End what only rounds in the bucket need."""
        if self.bucket is not None:
            self.bucket[0].site.close()

    def missing(self) -> dict[str, int]:
        """Of each promised kind how many hits are missing."""
        hit = Counter(row["counts_as"] for row in self.hits if row["in_flight"])
        return {name: count - hit[name] for name, count in promised(self.profile).items() if hit[name] < count}

    def _all_rounds(self) -> Iterator[Round]:
        yield from self.rounds
        number, turns = len(self.rounds), Counter[str]()
        while missing := {name: n for name, n in self.missing().items() if turns[name] < SPARES * n + SPARES}:
            name = next(iter(missing))
            yield spare(self.profile, name, turns[name], self.site.seed, number)
            turns[name] += 1
            number += 1

    def _guarded(self, one: Round) -> None:
        """A round that can't go on is a violation itself, and the next one begins anew."""
        try:
            (self._in_bucket if one.bucket else self._round)(one)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            self._complain(one, Violation("I8", f"the round broke off: {error}"))
            self.site.end_jobs()

    def _in_bucket(self, one: Round) -> None:
        """A round in the second workspace, which reads the same topic."""
        if self.bucket is None:
            site = BucketSite.beside(self.site)
            self.bucket = Stage(site), Watch(site.data)
        stage, watch = self.bucket
        stage.max_events = one.max_events
        stage.site.refresh()
        while stage.site.backlog() < WAITING * one.max_events:
            self.feed.send(None, own=one.own)
        for fault in (*one.soft, one.end):
            if stage.job is None or stage.running.ended:
                stage.job = stage.site.process(every=one.every, max_events=one.max_events)
            self._note(one, fault, ON_JOB[type(fault)](stage, fault))
        stage.running.end()
        stage.learn()
        self._look(one, stage.site, watch)

    def _round(self, one: Round) -> None:
        self.stage.max_events = one.max_events
        self.feed.enough(WAITING * one.max_events, own=one.own)
        alone = isinstance(one.sending, KillBroker)  # a run does not start without a broker, and says so
        if alone:
            self._send(one, one.sending)
        self.stage.job = self._start(one)
        self._send(one, None if alone else one.sending)
        for fault in one.soft:
            if self._at_work(one):
                self._note(one, fault, ON_JOB[type(fault)](self.stage, fault))
        if one.warm and self._at_work(one):
            self.stage.running.await_commit(BATCH_DEADLINE_S)
        if self._at_work(one):
            self._note(one, one.end, ON_JOB[type(one.end)](self.stage, one.end))
        self.stage.running.end()
        self.stage.learn()
        for fault in one.between:
            self._note(one, fault, BETWEEN[type(fault)](self.stage, fault))
        if one.export:
            self._export()
        self._look(one, self.site, self.watch)

    def _start(self, one: Round) -> Job:
        """The job, started so that the fault that ends it can do so."""
        how: tuple[str, ...] = ()
        if isinstance(one.end, KillAtPoint):
            how = ("--kill", order(one.end.point, one.end.nth))
        if isinstance(one.end, TwoJobs) and not one.end.fenced:
            how = ("--sabotage", "unlocked")
        return self.site.process(every=one.every, max_events=one.max_events, how=how)

    def _at_work(self, one: Round) -> bool:
        """Whether a batch is or was in flight; a run that a fault has cost is started again."""
        for _ in range(START_AGAIN):
            job = self.stage.running
            if isinstance(one.end, KillAtPoint) or job.await_batch(BATCH_DEADLINE_S):
                return True
            if job.process.poll() == 0:
                self.feed.enough(WAITING * one.max_events, own=one.own)
            elif not (self.site.leftovers or self._just_hit(one)):
                self._complain(one, Violation("I8", f"the run did not start: {job.tail()[-700:]}"))
            job.end()
            self.stage.job = self._start(one)
        return self.stage.running.await_batch(BATCH_DEADLINE_S)

    def _just_hit(self, one: Round) -> bool:
        """Whether this run was hit by something before: then it may have ended over it."""
        return any(row["round"] == one.number for row in self.hits)

    def _send(self, one: Round, fault: Fault | None) -> None:
        hit = self.feed.send(fault, own=one.own)
        if hit is not None and fault is not None:
            self._note(one, fault, hit)

    def _note(self, one: Round, fault: Fault, hit: Hit) -> None:
        """One line of faults.jsonl."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = {"round": one.number, "at": at, "counts_as": tallied(fault), **faults.to_json(fault)}
        row |= dataclasses.asdict(hit)
        self.hits.append(row)
        with (self.site.folder / "faults.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if hit.trouble:
            self._complain(one, Violation("I8", f"{faults.kind_of(fault)}: {hit.trouble}"))

    def _export(self) -> None:
        """An export that nothing disturbs; how long it takes says when others are killed."""
        began = time.monotonic()
        if self.site.run("export", clients.TOPIC).returncode == 0:
            self.exports += 1
            self.stage.export_s += 0.3 * (time.monotonic() - began - self.stage.export_s)

    def _look(self, one: Round, site: Site, watch: Watch) -> None:
        """What holds at any moment, and the exports."""
        site.refresh()
        for violation in watch.look():
            self._complain(one, violation)
        self.checks.update(("I2", "I4", "I6"))

    def _complain(self, one: Round | None, violation: Violation) -> None:
        """One line of violations.jsonl, unless it stands there already."""
        row = {"round": None if one is None else one.number, **dataclasses.asdict(violation)}
        if row["what"] in {said["what"] for said in self.violations}:
            return
        self.violations.append(row)
        with (self.site.folder / "violations.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        self.tell(f"VIOLATION {violation.invariant} in round {row['round']}: {violation.what[:500]}")

    def _end(self) -> None:
        """The rest is sent and processed undisturbed; then everything is judged."""
        self.feed.rest(topped_up=not self.cut)
        for pid in self.site.settle():
            self._complain(None, Violation("I8", f"process {pid} outlived its driver"))
        for site in (self.site, *([self.bucket[0].site] if self.bucket else [])):
            self._last(site)
        self.controls += run_controls(self.site, self._found)

    def _last(self, site: Site) -> None:
        """One undisturbed run, an export, and everything judged."""
        last = site.process(every=False, max_events=LAST_BATCHES)
        if not last.await_end(FINAL_DEADLINE_S) or last.process.poll() != 0:
            self._complain(None, Violation("I8", f"the last run, undisturbed, did not end well: {last.tail()}"))
        last.end()
        export = site.run("export", clients.TOPIC)
        if export.returncode != 0:
            self._complain(None, Violation("I6", f"the last export failed: {export.stdout}{export.stderr}"))
        self._judge(site)

    def _judge(self, site: Site) -> None:
        audit = json.loads(site.run("audit", clients.TOPIC, "--json").stdout or "null")
        site.refresh()
        found = evidence.gather(site.data, site.broker.bootstrap, site.receipts)
        found = dataclasses.replace(found, audit=audit)
        for violation in checker.check(found, tuple(checker.INVARIANTS)):
            self._complain(None, violation)
        self.checks.update(tuple(checker.INVARIANTS))
        if site is self.site:
            self.outcomes.update(row["outcome"] for row in found.ledger)
            self._found = found

    def _progress(self, number: int, one: Round) -> str:
        mine = [row for row in self.hits if row["round"] == one.number]
        what = ", ".join(f"{row['counts_as']}{'' if row['in_flight'] else ' (missed)'}" for row in mine)
        hit = sum(row["in_flight"] for row in self.hits)
        of = max(number, len(self.rounds))
        return f"round {number}/{of}: {what or 'nothing was hit'}; {hit} hits, {len(self.violations)} violations"
