"""Plans follow from their seed alone, and hold every promised fault once."""

from collections import Counter

import pytest

from features.faults import faults, plan
from features.faults.faults import Fault, KillAtPoint
from features.faults.plan import Round, place_of, spare, tallied
from features.faults.profiles import PROFILES, Profile, promised

pytestmark = pytest.mark.slow  # `make check` leaves the features out; they are quick

EVERY = [pytest.param(profile, id=name) for name, profile in PROFILES.items()]


def _all(one: Round) -> list[Fault]:
    sending = () if one.sending is None else (one.sending,)
    return [*sending, *one.soft, one.end, *one.between]


@pytest.mark.parametrize("profile", EVERY)
def test_a_plan_holds_every_promised_fault(profile: Profile) -> None:
    """As often as it is promised, and no other."""
    drawn = Counter(tallied(fault) for one in plan.plan(profile, 3) for fault in _all(one))
    assert drawn == promised(profile)


@pytest.mark.parametrize("profile", EVERY)
def test_a_plan_follows_from_its_seed(profile: Profile) -> None:
    """The same seed gives the same rounds, another one others."""
    assert plan.plan(profile, 3) == plan.plan(profile, 3) != plan.plan(profile, 4)


@pytest.mark.parametrize("profile", EVERY)
def test_a_plan_that_is_kept_can_be_replayed(profile: Profile) -> None:
    """What was written down is read as it was."""
    rounds = plan.plan(profile, 3)
    assert plan.from_json(plan.to_json(rounds)) == rounds


def test_the_full_profile_keeps_its_word() -> None:
    """The numbers that are promised: 150 kills of the whole job, 40 of them at named points of it, and so on."""
    counts = promised(PROFILES["full"])
    at_points = sum(count for name, count in counts.items() if name.startswith("kill at point: "))
    of_exports = sum(count for name, count in counts.items() if name.startswith("kill at point: export"))
    assert at_points - of_exports >= 40
    assert at_points - of_exports + counts["kill group"] >= 150
    assert (counts["kill broker"], counts["kill producer"], counts["weather"]) >= (20, 30, 30)
    assert set(counts) >= {faults.named(kind) for kind in faults.KINDS} - {"kill at point"}
    assert PROFILES["full"].events >= 200_000


def test_a_run_that_kills_itself_is_not_hit_before() -> None:
    """It would be dead before the other fault came."""
    for one in plan.plan(PROFILES["full"], 5):
        assert not (one.soft and isinstance(one.end, KillAtPoint))


def test_an_export_is_killed_where_there_is_something_to_export() -> None:
    """After a run that keeps its KPIs up to date, and has committed a batch."""
    for one in plan.plan(PROFILES["full"], 5):
        if one.export or any(place_of(fault) == "export" for fault in one.between):
            assert (one.every, one.warm) == (True, True)


def test_an_export_that_is_published_comes_last() -> None:
    """After it there is nothing new to export, so the next one would not be under way when it is killed."""
    for seed in range(20):
        for one in plan.plan(PROFILES["short"], seed):
            points = [fault.point for fault in one.between if isinstance(fault, KillAtPoint)]
            assert points in ([], ["export staged", "export renamed"])


@pytest.mark.parametrize("name", promised(PROFILES["full"]))
def test_a_miss_is_made_up_for(name: str) -> None:
    """One more round has the fault that is missing, another one each time."""
    first, second = (spare(PROFILES["full"], name, turn, 1, 500 + turn) for turn in range(2))
    assert name in [tallied(fault) for fault in _all(first)]
    assert first != second
