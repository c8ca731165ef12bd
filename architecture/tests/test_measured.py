"""What was measured: figures read by name with their rounds, quoted numbers held to their text, and clear errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from architecture import capacity, shorthand
from architecture.errors import ArchitectureError
from architecture.measured import QUOTED, ROOT, SAID, SPEED, Measured, cores, measured
from runtime.files import write_atomically

RATE = {"name": "rate-x", "value": 20.0, "least": 10.0, "most": 30.0, "unit": "events/s"}
RESULTS: dict[str, Any] = {
    "schema": 1,
    "sizes": {"scale": 1.0, "quick": False},
    "machine": {"cores": 4},
    "figures": [RATE],
}


def written(root: Path, **other: Any) -> Path:
    """A checkout of which only the results are there."""
    (root / SPEED).parent.mkdir(parents=True)
    write_atomically(root / SPEED, json.dumps(RESULTS | other, indent=1))
    return root


@pytest.mark.parametrize("name", SAID)
def test_what_the_model_reads_is_there(name: str) -> None:
    """In the results of this checkout, with a line that has its name: whoever renames a figure finds out."""
    found = measured(name)
    file, _, line = found.where.partition(":")
    words = QUOTED[name].quote if name in QUOTED else f'"name": "{name}"'
    assert words in (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert found.unit == "events/s" and found.value > 0


@pytest.mark.parametrize("name", QUOTED)
def test_a_quoted_number_stands_in_its_text(name: str) -> None:
    """The words are there, once, with the number in them: who measures anew changes both."""
    quoted = QUOTED[name]
    assert (ROOT / quoted.file).read_text("utf-8").count(quoted.quote) == 1
    assert f"{quoted.value:,}" in quoted.quote


def test_a_figure_has_the_ends_of_its_rounds(tmp_path: Path) -> None:
    """Median, least and most, and the cores of the machine."""
    root = written(tmp_path)
    assert measured("rate-x", root) == Measured(20, 10, 30, "events/s", f"{SPEED}:12")
    assert cores(root).value == 4


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"figures": [RATE | {"name": "rate-y"}]}, "has no figure 'rate-x'\n  It has rate-y. "),
        ({"figures": []}, "has no figure 'rate-x'"),
        ({"schema": 2}, "is not of schema 1"),
        ({"sizes": {"scale": 0.02, "quick": False}}, "is of a trial"),
        ({"sizes": {"scale": 1.0, "quick": True}}, "is of a trial"),
    ],
)
def test_results_that_do_not_serve_say_what_to_run(tmp_path: Path, other: dict[str, Any], said: str) -> None:
    """A figure that is renamed or gone, another schema, a trial: what is wrong, and the command that mends it."""
    with pytest.raises(ArchitectureError) as caught:
        measured("rate-x", written(tmp_path, **other))
    assert said in str(caught.value) and "make bench BENCH_FLAGS=--write" in str(caught.value)


@pytest.mark.parametrize("text", [None, "{"])
def test_results_that_can_not_be_read_say_what_to_run(tmp_path: Path, text: str | None) -> None:
    """No file, or half of one."""
    if text is not None:
        write_atomically(written(tmp_path) / SPEED, text)
    with pytest.raises(ArchitectureError, match="make bench BENCH_FLAGS=--write"):
        measured("rate-x", tmp_path)


def test_an_amount_may_be_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure is an amount by itself; of three, the least of one, the median of another, the most of a third."""
    each = {name: Measured(value, value - 5, value + 5, "events/s", "") for name, value in (("a", 10), ("b", 50))}
    monkeypatch.setattr(shorthand, "measured", each.__getitem__)
    made = [
        next(shorthand.long("components", {"capacity": {"measured": named}}, {}))["capacity"]
        for named in ("a", {"low": "a", "likely": "a", "high": "b"}, {"low": "b", "likely": "a", "high": "a"})
    ]
    assert [[one["low"], one["likely"], one["high"]] for one in made] == [[5, 10, 15], [5, 10, 55], [10, 15, 45]]
    part = next(shorthand.long("components", {"capacity": {"measured": "a", "share": 0.5}}, {}))["capacity"]
    assert (part["low"], part["likely"], part["high"]) == (2.5, 5, 7.5)
    assert made[0]["unit"] == "events/s" and made[0]["source"] == {"kind": "measured", "ref": SPEED}


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> dict[str, Measured]:
    """Four cores take 40 events a second at least; KPIs take 9 s at 1 million rows, and 99 s at 10 million."""
    each = {
        "rate-job-steady": Measured(60, 40, 80, "events/s", ""),
        "rate-batches-1m": Measured(100_000, 1, 1, "events/s", ""),
        "rate-batches-10m": Measured(100_000, 1, 1, "events/s", ""),
        "rate-kpis-1m": Measured(10_000, 1, 1, "events/s", ""),
        "rate-kpis-10m": Measured(1_000, 1, 1, "events/s", ""),
    }
    monkeypatch.setattr("architecture.measured.measured", each.__getitem__)
    monkeypatch.setattr("architecture.measured.cores", lambda: Measured(4, None, None, "cores", ""))
    return each


@pytest.mark.usefixtures("rates")
def test_sizes_are_made_for_the_worst_round() -> None:
    """One of four cores takes a quarter of the least, not of the median."""
    assert capacity.sized_events_per_s(1) == 10


@pytest.mark.usefixtures("rates")
def test_kpis_take_longer_as_the_table_grows() -> None:
    """On the straight line through both sizes; below the smaller one as long as there."""
    assert [capacity.kpis_s(rows) for rows in (0, 1e6, 10e6, 19e6)] == pytest.approx([9, 9, 99, 189])


@pytest.mark.usefixtures("rates")
def test_an_event_waits_for_the_making_after_the_one_it_missed() -> None:
    """9 s for that, five times as long of rest, and 9 s more."""
    assert capacity.kpis_age_s(0) == pytest.approx(9 + 45 + 9)


def test_kpis_that_do_not_grow_take_as_long_at_any_size(rates: dict[str, Measured]) -> None:
    """Rounds may even say that they get faster: then they are taken to stay as they are."""
    rates["rate-kpis-10m"] = Measured(20_000, 1, 1, "events/s", "")
    assert capacity.kpis_s(1e9) == pytest.approx(9)
