"""The command: what is asked for, to measuring, a table, a document and a page."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import benchmarks as about
from benchmarks import kept, machine
from benchmarks.bench import Bench, summed
from benchmarks.figures import STUDIES
from benchmarks.figures.room import Room
from benchmarks.figures.study import Sizes
from benchmarks.figures.values import of
from benchmarks.told import span, table

FOLDER = Path("build") / "bench"
RESULTS = Path("benchmarks") / "results"
ROUNDS = 3
INTERRUPTED = 130
_WHAT = "measure (run), make the page of results, or work out their figures anew from what was measured, and the page"


def main(words: Sequence[str] | None = None) -> int:
    """Do what is asked for; the exit code."""
    chosen = _parsed(words)
    if chosen.what == "page":
        return _page(chosen.source, chosen.to)
    if chosen.what == "figures":
        return _figures(chosen.source, chosen.to)
    sizes = Sizes(chosen.scale, 1 if chosen.quick else chosen.rounds, chosen.quick, chosen.whole)
    studies = [study for study in STUDIES if study.name in chosen.only] if chosen.only else list(STUDIES)
    if chosen.quick:
        studies = [study for study in studies if study.name == "rates"]
    bench = Bench(studies, sizes, kept.Kept(chosen.folder / sizes.name, kept.code()), _say)
    if chosen.list:
        print(_listed(bench))
        return 0
    if chosen.anew:
        for study in studies:
            bench.kept.forget(study.name)
    return _measured(bench, chosen)


def _measured(bench: Bench, chosen: Any) -> int:
    # What commands run is this checkout's code, as the fingerprint says, wherever `.venv` was installed from.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(kept.ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    described = machine.described()
    # SIGINT too: what a shell starts in the background ignores it.
    before = {number: signal.signal(number, _interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    room = Room(bench.kept.folder, _say)
    try:
        bench.run(room)
    except KeyboardInterrupt:
        _say(f"Stopped. What is finished is kept below {bench.kept.folder}: run the same command again to go on.")
        return INTERRUPTED
    finally:
        room.quiet()
        for number, handler in before.items():
            signal.signal(number, handler)
    # Whatever was asked for, results hold all that is kept at these sizes.
    everything = bench.studies if bench.sizes.quick else STUDIES
    results = Bench(everything, bench.sizes, bench.kept, _say, bench.failed).results(described)
    _write(chosen.folder / "results.json", results)
    if chosen.write:
        _write(RESULTS / "speed.json", results)
        _page(RESULTS / "speed.json", RESULTS / "speed.html")
    if chosen.json:
        print(json.dumps(results, indent=2))
    else:
        print(table([of(document) for document in results["figures"]], results["failed"]))
    return 1 if results["failed"] else 0


def _figures(source: Path, to: Path | None) -> int:
    """Results whose figures follow from their own parts by today's code: where a figure is new, nothing is measured."""
    results = _read(source)
    asked = results["sizes"]
    sizes = Sizes(asked["scale"], ROUNDS, asked["quick"], asked["whole"])
    _write(source, results | {"figures": [figure.document() for figure in summed(STUDIES, results["parts"], sizes)]})
    _say(f"{source} has its figures anew.")
    return _page(source, to)


def _read(source: Path) -> dict[str, Any]:
    try:
        results: dict[str, Any] = json.loads(source.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{source} can't be read ({error}): run `python -m benchmarks` first.") from error
    return results


def _page(source: Path, to: Path | None) -> int:
    from benchmarks.page import page

    results = _read(source)
    budget = RESULTS / "budget.json"
    hops = json.loads(budget.read_text("utf-8")) if budget.exists() else []
    target = to or source.with_suffix(".html")
    target.write_text(page(results, hops), "utf-8")
    _say(f"{target} is written.")
    return 0


def _listed(bench: Bench) -> str:
    found, lines = bench.found(), []
    for study in bench.studies:
        parts = study.parts(bench.sizes)
        left = sum(part.expected_s for part in parts if part.name not in found.get(study.name, {}))
        done = f"{len(found.get(study.name, {}))} of {len(parts)} parts kept"
        lines.append(f"{study.name:<10}  {done:<22}  {span(left):>6} to go  {study.says}")
    return "\n".join(lines)


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def _parsed(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=about.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("run", "page", "figures"), default="run", help=_WHAT)
    parser.add_argument("--only", action="append", metavar="NAME", choices=[s.name for s in STUDIES], help="this study")
    parser.add_argument("--list", action="store_true", help="what there is, what is kept, and how long the rest takes")
    parser.add_argument("--quick", action="store_true", help="two ratios on 600,000 events, one round, three minutes")
    parser.add_argument("--whole", action="store_true", help="memory at 5 and 20 million events, some ten minutes more")
    parser.add_argument("--scale", type=_share, default=1.0, help="times the events of each figure (0.02 for a trial)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of what is compared (3)")
    parser.add_argument("--anew", action="store_true", help="measure again what is kept")
    parser.add_argument("--write", action="store_true", help=f"also keep results and page in {RESULTS}")
    parser.add_argument("--json", action="store_true", help="print the whole document instead of the table")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"for topics, parts and results ({FOLDER})")
    parser.add_argument(
        "--from", dest="source", type=Path, default=RESULTS / "speed.json", help="with page or figures: results"
    )
    parser.add_argument("--to", type=Path, help="with page or figures: the page; default: beside the results")
    return parser.parse_args(words)


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("write a number above 0 and up to 1")
    return value


def _interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
