"""The table that is printed."""

from benchmarks.figures.values import Target, absolute, ratio
from benchmarks.told import number, span, table


def test_the_table() -> None:
    """A line a figure: median, least, most, and the verdict; below a missed one what limits it."""
    figures = [
        ratio(
            "a", "ledger against copy", [52, 55, 61], [100, 100, 100], Target("at least", 0.5, (0.55, 0.8), "Arrow.")
        ),
        absolute("b", "latency", "s", [4.2], Target("under", 4.0, (), "Three commits."), "60 events"),
        absolute("c", "rate", "events/s", [123456.0]),
    ]
    assert table(figures, {"demo: demo": "warm: no Java"}).splitlines() == [
        "                         median         min         max            target",
        "ledger against copy        0.55        0.52        0.61  x         ≥ 0.50: reached, and 0.55, next 0.80",
        "latency                    4.20        4.20        4.20  s         < 4.00: missed by 0.20",
        "    60 events",
        "    Three commits.",
        "rate                    123,456     123,456     123,456  events/s",
        "failed  demo: demo: warm: no Java",
    ]


def test_numbers_have_three_digits_that_count() -> None:
    """Thousands have commas; seconds are told as minutes."""
    assert [number(value) for value in (0.123, 11.75, 42.06, 123.4, 1234567.0)] == [
        "0.12",
        "11.75",
        "42.1",
        "123",
        "1,234,567",
    ]
    assert [span(seconds) for seconds in (0, 65, 4501)] == ["0:00", "1:05", "75:01"]
