"""Times as text: JDK patterns with their exact meaning, ISO 8601 without one."""

from datetime import UTC, date, datetime, time

import pytest

from contracts.compiler.jdk import NONE, OPTIONAL, REQUIRED, offset_of, refusal
from contracts.compiler.temporal import (
    ISO_DATE,
    ISO_TIMESTAMP,
    TimeForm,
    reader,
    writer,
)


def form(type_: str, pattern: str | None, offset: str | None = None, zone: str = "UTC") -> TimeForm:
    """A form as the compiler makes it."""
    return TimeForm(type_, pattern, offset or (offset_of(pattern) if pattern else REQUIRED), zone)


def test_timestamps_need_an_offset_and_at_most_six_digits() -> None:
    """Stored UTC, microseconds; nothing is cut off silently."""
    read = reader(ISO_TIMESTAMP)
    assert read("2026-01-05T09:30:00.123456+01:00") == datetime(2026, 1, 5, 8, 30, 0, 123456, tzinfo=UTC)
    for text in (
        "2026-01-05T09:30:00",
        "2026-01-05 09:30:00Z",
        "2026-01-05T09:30Z",
        "2026-01-05T09:30:00.1234567Z",
        "2026-02-30T09:30:00Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T09:30:60Z",
        "2026-01-05T09:30:00+01:60",
        "0001-01-01T00:00:00+05:00",
        "2026-W01-1T09:30:00Z",
        "10:00",
        "\u0662026-01-05T09:30:00Z",
    ):
        assert read(text) is None, text
    assert reader(ISO_DATE)("2026-02-29") is None
    assert reader(ISO_DATE)("20260228") is None


@pytest.mark.parametrize(
    ("type_", "pattern", "text", "moment"),
    [
        ("date", "dd/MM/yyyy", "05/01/2026", date(2026, 1, 5)),
        ("date", "d.M.yy", "5.1.26", date(2026, 1, 5)),
        ("date", "uuuuMMdd", "20260105", date(2026, 1, 5)),
        ("time", "HH:mm", "08:30", time(8, 30)),
        ("time", "HHmmss.SSS", "083001.250", time(8, 30, 1, 250_000)),
        ("timestamp", "yyyy-MM-dd HH:mm:ss", "2026-01-05 08:30:00", datetime(2026, 1, 5, 8, 30, tzinfo=UTC)),
        (
            "timestamp",
            "dd MM uuuu 'at' HH 'o''clock' X",
            "05 01 2026 at 09 o'clock Z",
            datetime(2026, 1, 5, 9, tzinfo=UTC),
        ),
        ("timestamp", "uuuu-MM-dd'T'HH:mm[:ss]XXX", "2026-01-05T09:30Z", datetime(2026, 1, 5, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_jdk_pattern_is_read_and_written(type_: str, pattern: str, text: str, moment: object) -> None:
    """What is written is read back as the same moment."""
    here = form(type_, pattern)
    assert refusal(type_, pattern, None) is None
    assert reader(here)(text) == moment
    assert reader(here)(writer(here)(moment)) == moment  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_", "pattern", "timezone", "reason"),
    [
        ("timestamp", "YYYY-MM-dd'T'HH:mm:ssXXX", None, "year of the week"),
        ("timestamp", "yyyy-MM-ddTHH:mm:ssZ", None, "quote it as 'T'"),
        ("date", "yyyy-MM-DD", None, "day of the year"),
        ("time", "hh:mm a", None, "AM or PM"),
        ("date", "dd MMM yyyy", None, "no exact equivalent"),
        ("date", "yyyy-MM", None, "the day is missing"),
        ("date", "yyyy-MM-dd HH", None, "a date has no hour"),
        ("time", "HH:mm:ss.SSSSSSSSS", None, "no exact equivalent"),
        ("time", "Hmm", None, "no fixed width"),
        ("timestamp", "yyyy-MM-dd HH:mm:ss", REQUIRED, "wants an offset"),
        ("timestamp", "yyyy-MM-dd HH:mm:ssXXX", NONE, "wants no offset"),
        ("timestamp", "yyyy-MM-dd HH:mm:ss VV", None, "no one meaning"),
        ("time", "HH:mm[:ss", None, "not closed"),
        ("time", "HH[mm]", None, "must begin with literal"),
        ("date", "yyyy-MM-dd'", None, "reserved"),
        ("date", "yyyy-MM-dd-dd", None, "stands twice"),
    ],
)
def test_a_pattern_without_an_exact_meaning_is_refused(
    type_: str, pattern: str, timezone: str | None, reason: str
) -> None:
    """With the reason; the documented default of ODCS itself is one of them."""
    assert reason in (refusal(type_, pattern, timezone) or "")


def test_a_local_time_is_read_in_its_zone() -> None:
    """The hour lost in spring is no time; of the hour that comes twice the earlier is meant."""
    read = reader(form("timestamp", "yyyy-MM-dd HH:mm:ss", zone="Europe/Paris"))
    assert read("2026-07-01 12:00:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert read("2026-03-29 02:30:00") is None
    assert read("2026-10-25 02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_time_of_day_may_carry_an_offset() -> None:
    """Then it is kept as UTC, around midnight too."""
    assert reader(form("time", None, OPTIONAL))("23:30:00-01:00") == time(0, 30)
    assert reader(form("time", None, OPTIONAL))("23:30:00") == time(23, 30)
    assert reader(form("time", None, REQUIRED))("23:30:00") is None
    assert reader(form("time", None, NONE))("23:30:00Z") is None
    assert reader(form("time", None, NONE))("24:00:00") is None
