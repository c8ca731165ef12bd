"""Faults on a running job: one function a kind, the whole of what is done. Each says what it hit, and when."""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from features.faults import faults, processes
from features.faults.bucket import BucketSite
from features.faults.clients import TOPIC
from features.faults.job import Job
from features.faults.site import Site
from features.faults.stage import BATCH_DEADLINE_S, EXIT_DEADLINE_S, Hit, Stage, missed, now


def kill_at_point(stage: Stage, fault: faults.KillAtPoint) -> Hit:
    """The job was started so that it kills itself; wait for that."""
    job = stage.running
    if not job.await_end(BATCH_DEADLINE_S):
        job.end()
        return missed(f"the point was not passed {fault.nth} times")
    if job.count("killed at a point") != 1:
        return missed(f"the job ended otherwise: {job.tail()[-300:]}")
    return now(job, job.process.pid)


def kill_group(stage: Stage, fault: faults.KillGroup) -> Hit:
    """The whole job at a random moment."""
    job = stage.running
    if not stage.reach(fault.share):
        return missed("the job ended before")
    at_s = time.time()
    job.end()
    return now(job, job.process.pid, at_s=at_s)


def kill_java(stage: Stage, fault: faults.KillJava) -> Hit:
    """The driver must notice and end."""
    job = stage.running
    if not stage.reach(fault.share) or (java := processes.java(job.process.pid)) is None:
        return missed("the job ended before")
    at_s = time.time()
    processes.kill([java])
    hit = now(job, java.pid, at_s=at_s)
    return _must_end(job, hit, "the driver goes on though its Java process was killed")


def _must_end(job: Job, hit: Hit, complaint: str) -> Hit:
    """A run that can't go on ends by itself."""
    ended = job.await_end(EXIT_DEADLINE_S)
    code = job.process.poll()
    job.end()
    return replace(hit, note=f"exit {code}") if ended else replace(hit, trouble=complaint)


def kill_workers(stage: Stage, fault: faults.KillWorkers) -> Hit:
    """Spark may start others or give up; the run ends, and the next one goes on."""
    job = stage.running
    if not stage.reach(fault.share):
        return missed("the job ended before")
    found = processes.until(lambda: processes.workers(job.process.pid) or job.ended, BATCH_DEADLINE_S)
    if job.ended or not isinstance(found, list):
        return missed("no worker was at work")
    hit = now(job, found[0].pid, f"{len(found)} workers")
    processes.kill(found)
    job.await_commit(EXIT_DEADLINE_S)
    job.end()
    return hit


def kill_driver(stage: Stage, fault: faults.KillDriver) -> Hit:
    """Java sees that its driver is gone and ends, maybe after a commit that is under way. Nobody waits for that."""
    job = stage.running
    if not stage.reach(fault.share):
        return missed("the job ended before")
    below = processes.tree(job.process.pid)[1:]
    os.kill(job.process.pid, signal.SIGKILL)
    job.process.wait(processes.GONE_DEADLINE_S)
    stage.site.leftovers += below
    return now(job, job.process.pid, f"{sum(not processes.gone(process) for process in below)} processes left")


def wake_zombie(stage: Stage, fault: faults.WakeZombie) -> Hit:
    """The hardest case of one writer: what it read is old by the time it may write again."""
    job = stage.running
    if not stage.reach(0.0 if fault.committing else fault.share):
        return missed("the job ended before")
    caught = _stop_java(stage, job, committing=fault.committing)
    below = processes.tree(job.process.pid)[1:]
    os.kill(job.process.pid, signal.SIGKILL)
    job.process.wait(processes.GONE_DEADLINE_S)
    hit = now(job, job.process.pid)
    stage.site.leftovers += below
    stage.job = stage.site.process(every=False, max_events=stage.max_events)
    at_work = stage.running.await_commit(BATCH_DEADLINE_S) if fault.committing else stage.reach(fault.share)
    processes.tell(below, signal.SIGCONT)
    said = "woken beside a run at work" if at_work else f"the next run was not at work: {stage.running.tail()[-300:]}"
    stage.running.await_commit(EXIT_DEADLINE_S)
    stage.running.end()
    return replace(hit, in_flight=hit.in_flight and at_work and caught, note=said if caught else "no commit was caught")


def _stop_java(stage: Stage, job: Job, *, committing: bool) -> bool:
    """SIGSTOP to Java and its workers, now or while the file of a commit is there that has no name yet."""
    java = processes.java(job.process.pid)
    log = stage.site.data / "tables" / TOPIC / "ledger" / "_delta_log"
    stale = _unnamed(log)
    while committing and java is not None:
        if not processes.until_at_once(lambda: job.ended or bool(_unnamed(log) - stale), BATCH_DEADLINE_S):
            return False
        processes.tell([java], signal.SIGSTOP)
        if job.ended or _unnamed(log) - stale:
            break
        processes.tell([java], signal.SIGCONT)  # too late: it has its name
    processes.tell(processes.tree(job.process.pid)[1:], signal.SIGSTOP)
    return java is not None and not job.ended


def _unnamed(log: Path) -> set[str]:
    """The commits that Delta has begun to write and not given their name."""
    return {name for name in os.listdir(log) if name.startswith(".0") and ".json." in name and name.endswith(".tmp")}  # noqa: PTH208 - quick


def two_jobs(stage: Stage, fault: faults.TwoJobs) -> Hit:
    """The second takes the tables over in the middle of the first one's batch; then both are killed."""
    first = stage.running
    if not stage.reach(0.0):
        return missed("the first job ended before")
    how = ("--sabotage", "unlocked", "--sabotage", "own scratch")
    second = stage.site.process(every=True, max_events=stage.max_events, how=how)
    meet = _took_over if fault.fenced else _at_work
    met = processes.until(lambda: meet(stage.site, second) or first.ended or second.ended, BATCH_DEADLINE_S)
    hit = now(first, second.process.pid)
    met = bool(met) and not first.ended and not second.ended and hit.in_flight
    if met and not fault.fenced:
        second.reach(fault.share * stage.usual_s, EXIT_DEADLINE_S)
        first.await_commit(stage.usual_s)
    fenced_off = not (met and fault.fenced) or first.await_end(EXIT_DEADLINE_S)
    trouble = "" if fenced_off else "the first job goes on though another one has its lease"
    ends = [job.process.poll() for job in (first, second)]
    for job in (first, second):
        job.end()
    return replace(
        hit, in_flight=met, note=f"{'both at work' if met else 'they did not meet'}: {ends}", trouble=trouble
    )


def _took_over(site: Site, job: Job) -> bool:
    """Whether the lease on the tables names this job."""
    lease = site.data / "tables" / TOPIC / ".lease"
    text = lease.read_text("utf-8").strip()
    return bool(text) and json.loads(text).get("pid") == job.process.pid


def _at_work(_: Site, job: Job) -> bool:
    return job.in_flight() is not None


def full_disk(stage: Stage, fault: faults.FullDisk) -> Hit:
    """The run must end; what it wrote in part must not be seen."""
    job = stage.running
    if not stage.reach(fault.share):
        return missed("the job ended before")
    hit = now(job, job.process.pid)
    processes.limit_files(processes.tree(job.process.pid), fault.size)
    return _must_end(job, hit, f"the job goes on though no file may grow beyond {fault.size} bytes")


def pause(stage: Stage, fault: faults.Pause) -> Hit:
    """The others go on meanwhile."""
    job = stage.running
    if not stage.reach(fault.share):
        return missed("the job ended before")
    target = {"driver": job.process.pid, "broker": stage.site.broker.pid}.get(fault.target)
    java = processes.java(job.process.pid) if target is None else None
    pid = target or (java.pid if java else None)
    if pid is None:
        return missed("the job ended before")
    hit = now(job, pid)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(fault.seconds)  # the fault itself
    os.kill(pid, signal.SIGCONT)
    return _lived(job, hit)


def _lived(job: Job, hit: Hit) -> Hit:
    """Wait for one more commit; a run that ended over it is noted, and one that hangs is trouble."""
    if job.await_commit(BATCH_DEADLINE_S):
        return hit
    if job.ended:
        return replace(hit, note=f"the run ended with {job.process.returncode}")
    job.end()
    return replace(hit, trouble=f"no batch within {BATCH_DEADLINE_S:.0f} s after it, and the job does not end")


def kill_broker(stage: Stage, fault: faults.KillBroker) -> Hit:
    """Killed and started again at once."""
    job, broker = stage.running, stage.site.broker
    if not stage.reach(fault.share):
        return missed("the job ended before")
    hit = now(job, broker.pid)
    broker.kill()
    broker.start()
    return _lived(job, hit)


def weather(stage: Stage, fault: faults.Weather) -> Hit:
    """On the job's link."""
    job, link = stage.running, stage.site.broker.links[fault.link]
    if not stage.reach(fault.share):
        return missed("the job ended before")
    hit = now(job, job.process.pid)
    link.set(fault.weather)
    time.sleep(fault.seconds)  # the fault itself
    link.set("pass")
    return _lived(job, hit)


def store_weather(stage: Stage, fault: faults.StoreErrors | faults.StoreAway) -> Hit:
    """On the link to the store. The job may live through it, or end with one error that says so."""
    job = stage.running
    assert isinstance(stage.site, BucketSite)
    link = stage.site.link
    if not stage.reach(fault.share):
        return missed("the job ended before")
    before, hit = link.met, now(job, job.process.pid)
    link.set(fault.weather)
    time.sleep(fault.seconds)  # the fault itself
    link.set("pass")
    met = link.met - before
    lived = _lived(job, replace(hit, in_flight=hit.in_flight and met > 0, note=f"{met} met it"))
    if job.ended and not _said(job):
        return replace(lived, trouble=f"the run ended without one error that says why: {job.tail()}")
    return replace(lived, note=f"{hit.note}{met} met it; {lived.note}" if job.ended else lived.note)


def _said(job: Job) -> bool:
    """Whether a run that ended says why, with a remedy and without a traceback; one that was done need not."""
    text = job.log.read_text("utf-8", "replace")
    return job.process.poll() == 0 or ("Error: the store of the tables" in text and "Traceback" not in text)
