"""Every study: its parts, and the figures it makes of what they found."""

import os
from pathlib import Path
from typing import Any

import pytest

from architecture import measured
from benchmarks.figures import STUDIES, first_row, growth, latency, memory, producing, rates
from benchmarks.figures.study import Sizes, Study, rounds
from benchmarks.speed import at_v1
from benchmarks.tests.samples import SIZES, trace
from contracts.compiler.catalogue import Catalogue
from processing import refresh


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_parts_have_names_of_their_own_and_nothing_makes_no_figure(study: Study) -> None:
    """Parts are kept by name; a study whose parts all failed says nothing, and does not fail."""
    names = [part.name for part in study.parts(SIZES)]
    assert len(names) == len(set(names))
    assert study.figures({}, SIZES) == []


def test_the_whole_bench_is_expected_to_take_75_minutes_at_most() -> None:
    """What is expected of its parts, on idle cores."""
    assert sum(part.expected_s for study in STUDIES for part in study.parts(SIZES)) < 75 * 60


def test_rounds_turn_the_order() -> None:
    """Whoever is first in one round is last in the next."""
    ways = [part.group for part in rates.parts(SIZES)]
    size = len(ways) // SIZES.rounds
    assert ways[:size] == ways[size : 2 * size][::-1] == ways[2 * size :]


def test_the_quick_bench_is_two_ratios() -> None:
    """Ledger and job against the copy, one round."""
    quick = Sizes(1.0, 1, True, False)
    found = {f"{way}-1": trace(way, per_s).document() for way, per_s in (("copy", 400), ("ledger", 200), ("job", 100))}
    assert [part.name for part in rates.parts(quick)] == list(found)
    steady = {figure.name: figure.value for figure in rates.figures(found, quick) if figure.target}
    assert steady == pytest.approx({"ledger-copy-steady": 0.5, "job-copy-steady": 0.25})


def test_each_peer_is_a_figure_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job must be ahead of each; one that failed is left out."""
    monkeypatch.setattr(rates, "peers", lambda: ("bento", "other"))
    found = {"job-1": trace("job", 100).document(), "bento-1": trace("bento", 50).document()}
    made = {figure.name: figure.value for figure in rates.figures(found, SIZES)}
    assert made["job-bento-steady"] == pytest.approx(2)
    assert "job-other-steady" not in made


def test_rounds_of_a_name_are_not_those_of_a_longer_one() -> None:
    """`ours-two-1` is no round of `ours`; ten comes after nine."""
    found = {"ours-10": 10, "ours-9": 9, "ours-two-1": 1, "warm": 0}
    assert rounds(found, "ours") == [9, 10]
    assert rounds(found, "ours-two") == [1]


def test_producers_are_held_against_one_process_of_ready_payloads() -> None:
    """Two of ours against `produce` in one process is what the target is about; against two stands beside it."""
    found = {"ours-1": 40, "ours-two-1": 60, "produce-1": 100, "produce-two-1": 120, "produce_batch-1": 200}
    figures = producing.figures({name: {"rate": float(rate)} for name, rate in found.items()}, SIZES)
    made = {figure.name: figure.value for figure in figures}
    assert made["produce-one"] == pytest.approx(0.4)
    assert made["produce-two"] == pytest.approx(0.6)
    assert made["produce-two-two"] == pytest.approx(0.5)
    assert made["produce-batch"] == pytest.approx(0.2)


def test_growth_is_the_rate_at_the_large_table_over_that_at_the_small_one() -> None:
    """A batch that takes longer makes it smaller than 1."""
    found = {"batches": {"batch": 100, "small": [9.0, 9.0], "large": [10.0, 10.0], "sizes": [1, 10]}}
    assert growth.figures(found, SIZES)[0].value == pytest.approx(0.9)


def test_the_rates_that_the_capacity_model_reads_are_figures() -> None:
    """By these names, in events a second: without KPIs and with them, at the small table and at the large one."""
    held = {"batch": 100, "small": [10.0], "large": [20.0], "sizes": [1, 10]}
    found = {"batches": held, "kpis": held | {"large": [50.0]}}
    made = {figure.name: figure.value for figure in growth.figures(found, SIZES) if figure.kind == "absolute"}
    assert made == {"rate-batches-1m": 10, "rate-batches-10m": 5, "rate-kpis-1m": 10, "rate-kpis-10m": 2}
    jobs = {f"job-{number}": trace("job", per_s).document() for number, per_s in ((1, 100), (2, 300), (3, 200))}
    steady = next(figure for figure in rates.figures(jobs, SIZES) if figure.name == "rate-job-steady")
    assert [steady.least, steady.value, steady.most] == pytest.approx([100, 200, 300])


def test_what_the_capacity_model_says_of_a_batch_is_how_it_was_measured() -> None:
    """Its size, the rows of the tables, and how long KPIs rest: who changes one of them finds the other."""
    assert (growth.BATCH, growth.SMALL, growth.LARGE) == (measured.BATCH, measured.SMALL, measured.LARGE)
    assert measured.REST == refresh.REST


def test_memory_says_at_which_sizes() -> None:
    """Smaller ones than the target's are noted."""
    found = {
        "small": trace("job", 10).document() | {"peak_mb": 1000.0},
        "large": trace("job", 10, events=4_000).document() | {"peak_mb": 1200.0},
    }
    figure = memory.figures(found, SIZES)[0]
    assert (figure.value, figure.target.reached(figure.value) if figure.target else None) == (1.2, False)
    assert figure.note == "measured at 1,000 and 4,000 events"


def test_latency_of_the_whole_lies_between_those_of_its_stretches() -> None:
    """Quantiles of all events, and of three stretches; the first minute's apart, held against nothing."""
    took = [0.5] * 100 + [1.0] * 100 + [3.0] * 100
    made: dict[str, Any] = latency.summed(took, 2_000.0) | {"first": latency.summed([4.0] * 30, 2_000.0)}
    p50, p99, first, _ = latency.figures({"stream": made}, SIZES)
    assert (p50.least, p50.value, p50.most) == pytest.approx((0.5, 1.0, 3.0))
    assert p50.note == "300 events at 2,000/s"
    assert (p99.target is None, first.target, first.value) == (False, None, 4.0)
    assert first.says.endswith("p50, in the job's first minute")


def test_the_first_row_is_the_first_commit_that_adds_a_file(tmp_path: Path) -> None:
    """A commit that makes the table has no rows; a later one does not come first."""
    assert first_row.first_row(tmp_path / "missing") is None
    lines = ('{"commitInfo":{}}\n{"metaData":{}}', '{"commitInfo":{}}\n{"add":{"path":"x"}}', '{"add":{}}')
    for number, text in enumerate(lines):
        file = tmp_path / f"{number:020d}.json"
        file.write_text(text)
        os.utime(file, (100 + number, 100 + number))
    assert first_row.first_row(tmp_path) == 101


def test_v1_alone_has_every_output(tmp_path: Path) -> None:
    """In the folder that is measured, v1 is the newest major, and the job makes KPIs of it."""
    catalogue = Catalogue(at_v1.contracts(tmp_path / "contracts"))
    contract = catalogue.get("client_tickets")
    assert contract.key == "client_tickets.v1"
    assert {output.name for output in catalogue.outputs(contract)} == {"rejected_events", "ticket_kpis", "tickets"}
