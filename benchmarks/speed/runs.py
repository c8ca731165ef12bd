"""One run of one way, as a process of its own, to its trace."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.speed.processes import started
from benchmarks.speed.topic import Topic
from benchmarks.speed.trace import Trace

NO_KERNEL = 'raise ImportError("switched off by the benchmark")\n'


def run(
    way: str,
    held: Topic,
    folder: Path,
    batch: int,
    *,
    more: Mapping[str, str] | None = None,
    shared_once: bool = False,
) -> Trace:
    """One way once, in a folder of its own that is removed afterwards; SystemExit where it fails or reads too little.

    `more` are variables of its environment. Its memory is RSS, or with `shared_once` PSS (processes.Tree).
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    words = [sys.executable, "-m", "benchmarks.speed.ways", way, held.bootstrap, folder.resolve(), batch]
    environment = {**os.environ, "TICKETS_DATA": str(folder.resolve()), **(more or {})}
    log_path = folder.parent / f"{way}.log"
    commits: list[tuple[int, float]] = []
    cpu: list[float] = []
    total, began = 0, time.time()
    with log_path.open("wb") as log, started(words, environment, log=log, shared_once=shared_once) as (process, tree):
        assert process.stdout is not None  # noqa: S101 - started pipes it
        for line in process.stdout:
            if line.startswith(b'{"records"'):
                said = json.loads(line)
                total += said["records"]
                commits.append((total, said["at"] - began))
                cpu.append(tree.cpu_s())
        code = process.wait()
        seconds = time.time() - began
    if code:
        raise SystemExit(f"{way} ended with {code}: see {log_path}")
    shutil.rmtree(folder, ignore_errors=True)
    if total != held.events:
        raise SystemExit(f"{way} read {total:,} records of {held.events:,}: see {log_path}")
    return Trace(way, held.events, seconds, tuple(commits), tuple(cpu), tree.peak_mb)


def without_kernel(folder: Path) -> dict[str, str]:
    """What makes a way run as where the kernel is not built: a module in its place that can't be imported."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tickets_native.py").write_text(NO_KERNEL, "utf-8")
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(folder.resolve()), *([before] if before else []), str(Path.cwd())])}
