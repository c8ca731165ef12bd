"""Faults between two runs of the job: what it remembers is lost, an export is killed."""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from features.faults import faults, processes
from features.faults.clients import TOPIC
from features.faults.job import Job
from features.faults.stage import EXPORT_DEADLINE_S, Hit, Stage, order


def lose_state(stage: Stage, fault: faults.LoseState) -> Hit:
    """Nothing runs; the run before was killed in the middle of something."""
    stage.site.settle()
    found = STATES[fault.what](stage.site.data)
    in_flight = stage.job is not None and stage.job.in_flight() is not None
    return Hit(found and in_flight, None, None, None, "" if found else "there was none", "")


def _removed(name: str) -> Callable[[Path], bool]:
    def remove(data: Path) -> bool:
        there = (data / name / TOPIC).exists()
        shutil.rmtree(data / name / TOPIC, ignore_errors=True)
        return there

    return remove


def _torn(name: str, pattern: str) -> Callable[[Path], bool]:
    """The file written last loses its second half, as after a power cut."""

    def tear(data: Path) -> bool:
        files = [path for path in (data / name / TOPIC).rglob(pattern) if path.is_file() and path.stat().st_size > 1]
        if not files:
            return False
        newest = max(files, key=lambda path: path.stat().st_mtime_ns)
        os.truncate(newest, newest.stat().st_size // 2)
        return True

    return tear


STATES: Mapping[str, Callable[[Path], bool]] = {
    "checkpoint": _removed("checkpoints"),
    "index": _removed("index"),
    "torn index": _torn("index", "*.held"),
    "torn state of the index": _torn("index", "state.json"),
    "torn checkpoint": _torn("checkpoints", "*"),
}


def kill_export(stage: Stage, fault: faults.KillExport) -> Hit:
    """At a random moment of a usual export; a hit if its staging folder was there when it died."""
    export = stage.site.start("export", "export", TOPIC)
    processes.until(lambda: export.ended or bool(_staging(stage)), EXPORT_DEADLINE_S)
    due = time.monotonic() + fault.share * stage.export_s
    processes.until(lambda: export.ended or time.monotonic() >= due, EXPORT_DEADLINE_S)
    export.end()
    return Hit(bool(_staging(stage)), None, None, export.process.pid, _last(export), "")


def kill_export_at(stage: Stage, fault: faults.KillAtPoint) -> Hit:
    """At a named point; a hit if it says that it was there."""
    how = ("--kill", order(fault.point, 1))
    export = stage.site.start("export", "export", TOPIC, how=how)
    export.await_end(EXPORT_DEADLINE_S)
    export.end()
    told = export.count("killed at a point") == 1
    return Hit(told, None, None, export.process.pid, "" if told else _last(export), "")


def _staging(stage: Stage) -> list[Path]:
    return list((stage.site.data / "exports" / TOPIC).glob(".staging-*"))


def _last(job: Job) -> str:
    return job.tail()[-200:]
