"""A flood of refusals is told once when it begins and once when it ends, and stops the job only where asked to."""

import pytest

from processing.flood import ENOUGH, WINDOW, FloodError, Watch


def seen(watch: Watch, accepted: int, rejected: int) -> tuple[float | None, bool, bool]:
    """The share after a batch, whether that is news, and whether it is too many."""
    share = watch.see({"accepted": accepted, "rejected": rejected})
    return share, watch.turned(share), watch.alerted


def test_too_few_records_say_nothing() -> None:
    """One bad record alone is no flood, whatever its share."""
    watch = Watch(alert_at=0.2, stop_at=0.2)
    assert seen(watch, 0, ENOUGH - 1) == (None, False, False)
    with pytest.raises(FloodError, match=f"{ENOUGH} of the last {ENOUGH} records are rejected"):
        watch.see({"rejected": 1})


def test_an_alert_begins_and_ends_once() -> None:
    """The share is that of the newest records, so a flood is over when good records have followed it."""
    watch = Watch(alert_at=0.2, stop_at=None)
    assert seen(watch, 800, 200) == (0.2, False, False)
    assert seen(watch, 0, 1000) == (0.6, True, True)
    assert seen(watch, 0, 1000)[1:] == (False, True)
    assert seen(watch, WINDOW, 0) == (0.0, True, False)


def test_the_limit_is_what_is_allowed() -> None:
    """Exactly the limit is allowed; and without one, nothing stops the job."""
    assert Watch(None, 0.2).see({"accepted": 80, "rejected": 20}) == 0.2
    assert Watch(None, None).see({"rejected": 1000}) == 1.0
    with pytest.raises(FloodError):
        Watch(None, 0.2).see({"accepted": 79, "rejected": 21})


def test_other_outcomes_are_not_refusals() -> None:
    """Duplicates and tombstones count as records, not as rejected ones."""
    assert Watch(None, 0.0).see({"duplicate": 500, "tombstone": 500}) == 0.0


def test_nothing_is_watched_without_records() -> None:
    """A batch of nothing has no share."""
    assert Watch(0.2, 0.2).see({}) is None
