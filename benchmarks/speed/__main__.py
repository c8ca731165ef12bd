"""Ways in rounds to traces, ratios and the table of targets."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import benchmarks.speed as about
from benchmarks.peers.engines import PEERS
from benchmarks.speed import topic
from benchmarks.speed.runs import run
from benchmarks.speed.trace import Ratio, Trace, ratio

FOLDER = Path("build") / "speed"
BATCH = 250_000


@dataclass(frozen=True)
class Target:
    """A ratio that is wanted: of one way to another, steady or of the whole run."""

    way: str
    against: str
    kind: str
    wanted: float
    sentence: str


TARGETS = (
    Target("ledger", "copy", "steady", 0.5, "ledger stage against a bare Spark copy"),
    Target("job", "copy", "steady", 0.35, "whole job against a bare Spark copy"),
    Target("job", "python", "steady", 1.0, "whole job against plain Python, one process"),
    *(Target("job", name, "steady", 1.0, f"whole job against {name}") for name in PEERS),
)
QUICK = ("copy", "ledger", "job")


def told(traces: list[Trace]) -> str:
    """Rates by way, then each target with what was reached."""
    lines = [f"{'':<8} {'steady/s':>11} {'whole/s':>11} {'peak MB':>9}"]
    for way in dict.fromkeys(trace.way for trace in traces):
        mine = [trace for trace in traces if trace.way == way]
        steady = [found for trace in mine if (found := trace.steady()) is not None]
        best, whole = (max(steady) if steady else 0.0), max(trace.whole() for trace in mine)
        lines.append(f"{way:<8} {best:>11,.0f} {whole:>11,.0f} {max(trace.peak_mb for trace in mine):>9,.0f}")
    for target in TARGETS:
        seen = ratio(traces, target.way, target.against, target.kind)
        if seen is not None:
            lines.append(_line(target, seen))
    return "\n".join(lines)


def _line(target: Target, found: Ratio) -> str:
    reached = "reached" if found.value >= target.wanted else f"misses it by {target.wanted - found.value:.2f}"
    seen = f"{found.value:.2f} ({found.least:.2f} to {found.most:.2f})"
    return f"{target.sentence}: {seen}, wanted {target.wanted}: {reached}"


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=about.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--quick", action="store_true", help="600,000 events, one round, without plain Python")
    parser.add_argument("--way", action="append", help="only these ways")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    events, rounds = (600_000, 1) if chosen.quick else (chosen.events, chosen.rounds)
    ways = chosen.way or (QUICK if chosen.quick else (*QUICK, "python"))
    folder = chosen.folder / str(events)
    held = topic.prepared(folder, events, topic.MIXED, _say)
    traces: list[Trace] = []
    try:
        for number in range(rounds):
            for way in ways if number % 2 == 0 else tuple(reversed(ways)):
                _say(f"round {number + 1} of {rounds}: {way}")
                traces.append(run(way, held, folder / "run", min(chosen.batch, max(1, events // 6))))
    finally:
        topic.ended(held)
    print(json.dumps([trace.document() for trace in traces]) if chosen.json else told(traces))


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
