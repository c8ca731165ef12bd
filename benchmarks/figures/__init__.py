"""Every study of the product's speed, in the order they are run."""

from __future__ import annotations

from benchmarks.figures import (
    demo,
    exporting,
    first_row,
    growth,
    latency,
    memory,
    mix,
    producing,
    rates,
)
from benchmarks.figures.study import Study

STUDIES: tuple[Study, ...] = (
    rates.STUDY,
    mix.STUDY,
    producing.STUDY,
    growth.STUDY,
    first_row.STUDY,
    latency.STUDY,
    memory.STUDY,
    exporting.STUDY,
    demo.STUDY,
)
