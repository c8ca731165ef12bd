"""Money: known answers on paper, and draws held to what can be computed without drawing."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import numpy as np
import pytest

from architecture import parts
from architecture.errors import ArchitectureError
from architecture.leaving import reversibility
from architecture.money.cost import drawn, monthly_cost, pert_mean
from architecture.money.drivers import DAYS_A_MONTH, DRIVERS, Reading
from architecture.money.exits import exit_cost
from architecture.tests.small import amount, architecture, sure

GIVEN = ("spark-hours", "scanned-tb", "telemetry-gb", "analyst-count", "agent-count")
HYPOTHESES: list[dict[str, Any]] = [
    {"id": "events-per-day", "amount": sure(200_000)},
    {"id": "bytes-per-event", "amount": sure(650)},
    {"id": "stored-bytes-per-event", "amount": sure(120)},
    {"id": "restored-share", "amount": sure(0.1)},
    {"id": "usd-in-eur", "amount": sure(0.9)},
    *({"id": name, "amount": sure(2)} for name in GIVEN),
]
PRICES: list[dict[str, Any]] = [
    {"id": "person-day", "unit": "person-day", "amount": sure(600)},
    {"id": "disk", "unit": "GB-month", "amount": sure(0.1)},
    {"id": "machine", "unit": "machine-month", "currency": "USD", "amount": sure(100)},
]


def test_a_bill_on_paper() -> None:
    """3 machines at 100 dollars of 0.9 euro, half a person-day at 600, 3 copies of 3.9 GB at 0.1: 270 + 300 + 1.17."""
    found = monthly_cost(_model())
    assert found.total.likely == pytest.approx(571.17)
    assert {kind: spread.likely for kind, spread in found.kinds.items()} == pytest.approx(
        {"compute": 270, "storage": 1.17, "people": 300}
    )
    assert found.elements == pytest.approx({"broker": 571.17})
    assert found.total.p10 == found.total.p90 == pytest.approx(571.17)
    assert found.sensitivity == ()


def test_ten_times_as_many_events_cost_ten_times_the_storage_and_no_more() -> None:
    """What a driver is computed from is multiplied; what is fixed stays."""
    found = monthly_cost(_model(), {"events-per-day": 10})
    assert found.total.likely == pytest.approx(570 + 11.7)


DRIVEN: list[tuple[str, float]] = [
    ("fixed", 1),
    ("events-month", 200_000 * DAYS_A_MONTH),
    ("million-events", 0.2 * DAYS_A_MONTH),
    ("ingest-gb", 0.13 * DAYS_A_MONTH),
    ("topic-gb", 3.9),
    ("ledger-gb", 0.024 * (90 + 1095)),
    ("lake-gb", 0.024 * 1095),
    ("backup-gb", 0.024 * (90 + 1095)),
    ("exports-gb", 0.024 * DAYS_A_MONTH),
    ("egress-gb", 0.0024 * 1095),
    *((name, 2) for name in ("spark-hours", "scanned-tb", "telemetry-gb", "analysts", "agents")),
]


def test_every_driver_has_an_answer_on_paper() -> None:
    """The table of drivers and the table of answers name the same."""
    model = _model()
    given = {each.id: np.array([each.amount.likely]) for each in model.hypotheses if each.amount}
    found = {name: float(Reading(model, given, {}).driver(name)[0]) for name in DRIVERS}
    assert found == pytest.approx(dict(DRIVEN))


def test_a_hypothesis_with_a_driver_of_its_name_is_multiplied_once() -> None:
    """Three times 2 hours at 5 euro."""
    prices = [{"id": "hour", "unit": "hour", "amount": sure(5)}]
    component = {"id": "a", "costs": [{"price": "hour", "of": "spark-hours"}]}
    model = architecture(hypotheses=HYPOTHESES, prices=prices, components=[component])
    assert monthly_cost(model, {"spark-hours": 3}).total.likely == 30


@pytest.mark.parametrize("seed", range(8))
def test_the_mean_of_the_draws_is_the_analytic_one(seed: int) -> None:
    """Inputs are independent and a line is their product, so its mean is the product of their means."""
    draw = random.Random(seed)
    (low, likely, high), (least, usual, most) = (sorted(draw.uniform(1, 100) for _ in range(3)) for _ in range(2))
    price, days = amount(low, likely, high), amount(least, usual, most)
    prices = [{"id": "person-day", "unit": "person-day", "amount": price}]
    model = architecture(
        hypotheses=HYPOTHESES,
        prices=prices,
        components=[{"id": "a", "effort_days": days}, {"id": "b", "effort_days": days}],
    )
    found = monthly_cost(model, draws=40_000)
    means = [pert_mean(parts.Amount(**each)) for each in (price, days)]
    assert found.total.mean == pytest.approx(2 * means[0] * means[1], rel=0.01)
    assert found.total.low <= found.total.p10 <= found.total.p50 <= found.total.p90 <= found.total.high


def test_draws_have_the_mean_and_the_variance_of_their_distribution() -> None:
    """PERT of 0, 3, 12: mean 4, and the variance of beta(2, 4) on a width of 12, 144 x 8 / (36 x 7)."""
    values = drawn("any", parts.Amount(low=0, likely=3, high=12, unit="x"), 200_000)
    assert values.min() >= 0 and values.max() <= 12
    assert values.mean() == pytest.approx(4, rel=0.01)
    assert values.var() == pytest.approx(144 * 8 / (36 * 7), rel=0.02)


def test_the_same_model_gives_the_same_figures() -> None:
    """Draws are seeded by the names of the inputs."""
    assert monthly_cost(_wide()) == monthly_cost(_wide())


def test_sensitivity_is_the_swing_of_one_input_and_its_share_of_the_variance() -> None:
    """Days from 5 to 15 at 600 swing 6,000; a disk's price hardly anything; shares of a sum come to about one."""
    found = monthly_cost(_wide()).sensitivity
    assert [swing.input for swing in found] == ["a:person-day:fixed", "price:disk"]
    assert found[0].at_high - found[0].at_low == pytest.approx(6_000)
    assert found[0].variance_share > 0.99
    assert sum(swing.variance_share for swing in found) == pytest.approx(1, abs=0.05)


def test_shares_of_variance_are_those_of_the_variances() -> None:
    """One range twice as wide as the other has four times its variance: 80 % and 20 %."""
    prices = [{"id": "person-day", "unit": "person-day", "amount": sure(600)}]
    days = {"wide": amount(4, 8, 12), "narrow": amount(6, 8, 10)}
    components = [{"id": name, "effort_days": each} for name, each in days.items()]
    found = monthly_cost(architecture(hypotheses=HYPOTHESES, prices=prices, components=components)).sensitivity
    assert [swing.variance_share for swing in found] == pytest.approx([0.8, 0.2], abs=0.02)


def test_leaving_costs_people_and_the_transfer_of_all_that_is_stored() -> None:
    """10 days at 600; 26.28 GB of tickets and 28.44 GB of backup at 2 euro; normally a tenth of the lake a month."""
    model = _model()
    prices = [*PRICES, {"id": "out", "unit": "GB", "amount": sure(2)}]
    held = {"id": "lake", "exit": {"days": sure(10), "formats": "open"}, "costs": [{"price": "out", "of": "egress-gb"}]}
    components = [msgspec.to_builtins(each) for each in model.components]
    data = [{"id": each.id} for each in model.data]
    model = architecture(hypotheses=HYPOTHESES, prices=prices, data=data, components=[*components, held])
    found = exit_cost(model, reversibility(model))
    assert found.people == (6_000, 6_000, 6_000)
    assert found.transfer == pytest.approx((109.44, 109.44, 109.44))
    assert found.total[1] == pytest.approx(6_109.44)
    assert found.transfer_month[1] == pytest.approx(2 * 2.628)


def test_a_driver_or_unit_that_nobody_knows_is_refused_with_those_there_are() -> None:
    """The message names the mistake and what may stand there."""
    cost = {"price": "disk", "of": "petabytes"}
    with pytest.raises(ArchitectureError, match=r"'petabytes' is no driver[\s\S]*topic-gb"):
        monthly_cost(architecture(hypotheses=HYPOTHESES, prices=PRICES, components=[{"id": "a", "costs": [cost]}]))
    prices = [{"id": "disk", "unit": "furlong", "amount": sure(1)}]
    cost = {"price": "disk", "of": "fixed"}
    with pytest.raises(ArchitectureError, match=r"'furlong' is no unit of a price[\s\S]*GB-month"):
        monthly_cost(architecture(hypotheses=HYPOTHESES, prices=prices, components=[{"id": "a", "costs": [cost]}]))


def test_a_multiplied_name_that_nothing_has_is_refused() -> None:
    """A scenario that multiplies a misspelt driver would change nothing, and nobody would see it."""
    with pytest.raises(ArchitectureError, match="'events-a-day' is neither a driver nor a hypothesis"):
        monthly_cost(_model(), {"events-a-day": 10})


def _model() -> parts.Architecture:
    costs = [
        {"price": "machine", "of": "fixed", "times": sure(3)},
        {"price": "disk", "of": "topic-gb", "times": sure(3)},
    ]
    broker = {
        "id": "broker",
        "kind": "broker",
        "costs": costs,
        "effort_days": sure(0.5),
        "holds": [{"data": "raw-events", "form": "clear", "kept_days": 30}],
    }
    store = {
        "id": "store",
        "kind": "store",
        "holds": [
            {"data": "ledger", "form": "clear", "kept_days": 90},
            {"data": "tickets", "form": "pseudonymised", "kept_days": 1095},
        ],
    }
    data = [{"id": name} for name in ("raw-events", "ledger", "tickets")]
    return architecture(hypotheses=HYPOTHESES, prices=PRICES, data=data, components=[broker, store])


def _wide() -> parts.Architecture:
    prices = [*PRICES[:1], {"id": "disk", "unit": "GB-month", "amount": amount(1, 2, 4)}]
    component = {"id": "a", "effort_days": amount(5, 10, 15), "costs": [{"price": "disk", "of": "fixed"}]}
    return architecture(hypotheses=HYPOTHESES, prices=prices, components=[component])
