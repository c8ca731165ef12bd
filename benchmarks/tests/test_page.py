"""The page: whole, self-contained, and only of what there is."""

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures.latency import summed
from benchmarks.page import page
from benchmarks.tests.samples import MACHINE, bench, room, study, trace

BUDGET = [
    {"way": "job", "hop": "Kafka source", "microseconds": 3.4, "how_measured": "profile"},
    {"way": "job", "hop": "decode <all>", "microseconds": 3.1, "how_measured": "benchmarks/decode.py"},
]


@pytest.fixture
def results(tmp_path: Path) -> dict[str, Any]:
    """Results of made-up studies, with traces of two ways and a latency."""
    found = {f"{way}-{number}": trace(way, 100 * number).document() for way in ("job", "bento") for number in (1, 2)}
    studies = [
        study("rates", lambda part: found[part], tuple(found)),
        study("latency", lambda _: summed([1.0, 1.5, 2.0, 4.0], 2_000.0), ("stream",)),
        study("plain", lambda part: 6.5 + int(part[-1])),
    ]
    made = bench(tmp_path, *studies)
    made.run(room(tmp_path))
    return made.results(MACHINE)


def test_every_figure_with_its_median_least_and_most(results: dict[str, Any]) -> None:
    """The row of a figure has the three numbers and the verdict."""
    text = re.sub(r"<[^>]+>", " ", page(results, []))
    assert re.search(r"what plain is\s+8\.00 s\s+7\.50 s\s+8\.50 s\s+≥ 5\.00: reached, and 8\.00", text)
    assert "A &lt;CPU&gt;" in text


def test_it_loads_nothing(results: dict[str, Any]) -> None:
    """No script, and no address but the names of SVG's own vocabularies."""
    made = page(results, BUDGET)
    assert set(re.findall(r"https?://[^\"' )]+", made)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not re.search(r"<script|<link|@import|src=", made)


def test_plots_come_in_two_widths_and_two_colours(results: dict[str, Any]) -> None:
    """Progress, rates, latency and budget, each for desks and phones; dark pages have colours of their own."""
    made = page(results, BUDGET)
    assert (made.count('<div class="wide"'), made.count('<div class="narrow"')) == (4, 4)
    assert "prefers-color-scheme: dark" in made
    ids = re.findall(r'\bid="([^"]+)"', made)
    assert len(ids) == len(set(ids))


def test_what_is_not_there_is_not_drawn(results: dict[str, Any]) -> None:
    """Without runs, latency and hops there is the table alone; what failed is told."""
    made = page(results | {"parts": {}, "failed": {"demo: demo": "no <Java>"}}, [])
    assert "<svg" not in made
    assert "demo: demo: no &lt;Java&gt;" in made


def test_a_row_of_the_budget_that_lacks_a_key_is_named() -> None:
    """Whoever fills budget.json is told what is missing."""
    empty = {"figures": [], "parts": {}, "failed": {}, "missing": [], "machine": MACHINE, "revision": "v1"}
    asked = empty | {"made_at": "2026-01-01T00:00:00", "sizes": {"scale": 1, "quick": False}}
    with pytest.raises(ValueError, match="lacks microseconds, how_measured"):
        page(asked, [{"way": "job", "hop": "decode"}])
