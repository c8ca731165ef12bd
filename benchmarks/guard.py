"""What the build holds of the speed: ratios of CPU time within one process or one run, never seconds.

Each is measured in turns, so that a machine that slows down slows both sides. Limits lie well above what was seen on
busy machines, and below what doing the work twice costs (benchmarks/tests/test_guard.py).
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.decode import CONTRACT, KEY, VERSIONS, records
from benchmarks.speed.runs import run, without_kernel
from benchmarks.speed.topic import Topic
from processing.kernel import Kernel
from processing.ledger import _decode_batch
from processing.versions import VersionedDecoder

EVENTS, TURNS = 4_000, 9
TOPIC_EVENTS, BATCH = 150_000, 25_000
# Seen on two cores with a load of 8 to 11: decoding 9.2 to 10.1, with the kernel 0.50; the ledger stage 4.8, with the
# kernel 3.2, and 6.2 and 4.6 where each batch is decoded twice.
LIMITS = {"decoding": 14.0, "decoding, kernel": 0.72, "ledger": 5.9, "ledger, kernel": 4.0}


def decoding(kernel: Kernel | None, events: int = EVENTS, turns: int = TURNS) -> float:
    """CPU time of decoding a batch, over that of `json.loads` of the same bytes: the median of the turns."""
    batch = records(events)
    values, decoder = batch.column("value").to_pylist(), VersionedDecoder(VERSIONS, KEY)

    def decode() -> Any:
        return _decode_batch(batch, decoder, CONTRACT, kernel)

    def loads() -> Any:
        return [json.loads(value) for value in values]

    decode(), loads()  # the first calls warm up
    return median(_cpu_s(decode) / _cpu_s(loads) for _ in range(turns))


def stages(held: Topic, folder: Path, *, kernel: bool) -> dict[str, float]:
    """CPU time an event of the ledger stage, over that of the bare copy of the same topic; by name in LIMITS."""

    def cost(way: str, more: Mapping[str, str]) -> float:
        found = run(way, held, folder / "run", BATCH, more=more).cpu_us()
        if found is None:
            raise SystemExit(f"{way} made too few batches")
        return found

    copy = cost("copy", {})
    made = {"ledger": cost("ledger", without_kernel(folder / "no-kernel")) / copy}
    return made | ({"ledger, kernel": cost("ledger", {}) / copy} if kernel else {})


def kernel() -> Kernel:
    """The kernel as a job has it; its `reason` says why it can't be used here."""
    return Kernel(VERSIONS, KEY)


def _cpu_s(work: Callable[[], Any]) -> float:
    """The garbage of earlier work is not counted: how often it is collected depends on all that the process holds."""
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        work()
        return time.process_time() - begun
    finally:
        gc.enable()
