"""What follows from a run's commits."""

import pytest

from benchmarks.speed.trace import Trace, ratio
from benchmarks.speed.ways import Brought
from benchmarks.tests.samples import trace


def test_no_start_counts_in_the_steady_rate() -> None:
    """Steady is the slope between commits; the whole run has start and end in it."""
    run = trace("job", 100, start_s=30)
    assert run.steady() == pytest.approx(100)
    assert run.whole() == pytest.approx(1_000 / 42)
    assert run.cpu_us() == pytest.approx(10_000)  # a CPU second a second at 100 events/s


def test_a_rest_of_rounding_counts_in_no_slope() -> None:
    """A last batch that is much smaller than the others, but takes its second, is left out."""
    run = trace("job", 100)
    last = run.commits[-1]
    longer = Trace("job", 1_001, 60, (*run.commits, (last[0] + 1, last[1] + 9)), (*run.cpu, 99.0), 500.0)
    assert longer.steady() == pytest.approx(100)
    assert longer.cpu_us() == pytest.approx(10_000)


@pytest.mark.parametrize("commits", [(), ((1_000, 12.0),), ((100, 11.0), (1_000, 12.0)), ((500, 12.0), (1_000, 12.0))])
def test_too_few_commits_have_no_slope(commits: tuple[tuple[int, float], ...]) -> None:
    """None, no ZeroDivisionError: no commit, one, one after a fifth of the events, two at one moment."""
    assert Trace("job", 1_000, 14, commits, tuple(at for _, at in commits), 1.0).steady() is None


def test_a_document_is_the_run_again() -> None:
    """What is kept as JSON is read as it was."""
    run = trace("job", 100)
    assert Trace.of(run.document()) == run


def test_a_ratio_is_of_medians_and_its_span_of_rounds() -> None:
    """The rounds are 0.5, 0.25 and 1; the medians are 100 and 200."""
    own = [trace("job", per_s) for per_s in (100, 50, 200)]
    other = [trace("copy", 200) for _ in range(3)]
    found = ratio([*own, *other], "job", "copy", "steady")
    assert found is not None
    assert (found.least, found.value, found.most) == pytest.approx((0.25, 0.5, 1.0))
    assert ratio(own, "job", "copy", "steady") is None


def test_records_of_the_job_count_once_they_are_in_tickets() -> None:
    """Several batches at once where an append brings them, what is left with the last append, after the batches."""
    said: list[int] = []
    brought = Brought(lambda: 7, said.append)
    assert brought.follow() == 7  # before the first batch there is nothing
    for records, appended in ((10, False), (20, True), (30, False)):
        brought.begun()
        if appended:
            brought.follow()
        brought.done(records)
    assert said == [30]
    brought.follow()
    brought.follow()
    assert said == [30, 30]
