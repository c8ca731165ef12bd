"""Recovery: how long services take to come back, in which order, and what they can lose; all known on paper."""

from __future__ import annotations

import math
from typing import Any

import pytest

from architecture.reliability.failures import Readable, blast, readable
from architecture.reliability.losses import losses
from architecture.reliability.recovery import recovery, single_loss_h
from architecture.tests.small import amount, architecture, sure


def test_a_service_is_back_after_the_latest_of_its_needs_and_its_own_work() -> None:
    """Two needs are brought back at once, so 5 and 2 hours and then 1 are 6, along the longer way."""
    made = architecture(
        components=[
            {"id": "app", "needs": ["db", "dns"], "restore_h": sure(1)},
            {"id": "db", "restore_h": amount(4, 5, 9)},
            {"id": "dns", "restore_h": sure(2)},
            {"id": "apart", "restore_h": sure(50)},
        ],
        services=[{"id": "s", "answers": ["app"]}],
    )
    found = recovery(made)
    assert (found.services["s"].low, found.services["s"].likely, found.services["s"].high) == (5, 6, 10)
    assert found.services["s"].path == ("db", "app")
    assert found.order == (("db",), ("dns",), ("app",), ("apart",))
    assert single_loss_h(made, "s") == (5, "db")


def test_a_circle_is_named_and_taken_one_after_another() -> None:
    """A vault that needs the directory that needs the vault: their hours add up."""
    made = architecture(
        components=[
            {"id": "vault", "recovery_needs": ["directory"], "restore_h": sure(2)},
            {"id": "directory", "recovery_needs": ["vault"], "restore_h": sure(3)},
        ],
        services=[{"id": "s", "answers": ["vault"]}],
    )
    found = recovery(made)
    assert found.circles == (("vault", "directory"),)
    assert found.services["s"].likely == 5


def test_of_alternatives_the_soonest_that_suffice_count() -> None:
    """One of two is enough: the service waits for the quicker one."""
    made = architecture(
        components=[
            {"id": "quick", "restore_h": sure(1)},
            {"id": "slow", "restore_h": sure(9)},
            {"id": "app", "needs": ["either"]},
        ],
        groups=[{"id": "either", "needed": 1, "members": ["quick", "slow"]}],
        services=[{"id": "s", "answers": ["app"]}],
    )
    assert recovery(made).services["s"].likely == 1
    assert recovery(made).services["s"].unknown == ("app",)


def test_only_what_is_lost_takes_time() -> None:
    """With the database whole, only the application's own work is left."""
    made = architecture(
        components=[
            {"id": "app", "needs": ["db"], "restore_h": sure(1)},
            {"id": "db", "restore_h": sure(5)},
        ],
        services=[{"id": "s", "answers": ["app"]}],
    )
    assert recovery(made, ["app"]).services["s"].likely == 1


STORES: list[tuple[str, dict[str, Any], float]] = [
    ("backup", {"backup": {"to": "vault", "every_h": 6, "kept_days": 30}}, 6),
    ("nothing", {}, math.inf),
    ("made again, history as long as it keeps", {"rebuilt_from": ["source"], "rebuild_days": 365}, 0.5),
    ("made again, history too short", {"rebuilt_from": ["source"], "rebuild_days": 7}, math.inf),
    (
        "made again from the backup on",
        {
            "rebuilt_from": ["source"],
            "rebuild_days": 7,
            "backup": {"to": "vault", "every_h": 24, "kept_days": 30},
        },
        0.5,
    ),
    (
        "made again, and backed up more often than its source",
        {
            "rebuilt_from": ["source"],
            "rebuild_days": 365,
            "backup": {"to": "vault", "every_h": 0.25, "kept_days": 30},
        },
        0.25,
    ),
    (
        "history shorter than the backup's interval",
        {"rebuilt_from": ["source"], "rebuild_days": 0.5, "backup": {"to": "vault", "every_h": 24, "kept_days": 30}},
        24,
    ),
]


@pytest.mark.parametrize(("how", "words", "hours"), STORES, ids=[row[0] for row in STORES])
def test_what_a_store_can_lose(how: str, words: dict[str, Any], hours: float) -> None:
    """The backup's interval; or what its source loses (here half an hour), where the history reaches; or everything."""
    made = architecture(
        data=[{"id": "tickets", "retention_days": 365}],
        components=[
            {"id": "vault", "kind": "backup"},
            {"id": "source", "backup": {"to": "vault", "every_h": 0.5, "kept_days": 9}},
            {"id": "store", "holds": [{"data": "tickets", "form": "clear"}]} | words,
        ],
        services=[{"id": "s", "answers": ["store"]}],
    )
    assert losses(made)["s"].hours == hours


def test_what_is_under_way_is_lost_unless_it_is_held_back() -> None:
    """Two asynchronous flows of 1,800 s: the one with a buffer loses nothing."""
    flow = {"source": "a", "to": "b", "latency_s": sure(1800)}
    held = {"policy": {"en": "x", "fr": "x"}, "buffer": "a", "buffer_h": 4}
    made = architecture(
        components=[{"id": "a"}, {"id": "b"}],
        flows=[flow | {"id": "bare"}, flow | {"id": "kept", "retry": held}],
        services=[{"id": "s", "answers": ["b"], "path": ["bare", "kept"]}],
    )
    assert losses(made)["s"].hours == 0.5


def test_blast_radius_of_a_failure_and_of_a_theft() -> None:
    """A vault that is down takes who needs it; one that is held gives its secrets and whoever they prove."""
    made = architecture(
        data=[{"id": "tickets"}],
        components=[
            {"id": "vault"},
            {"id": "app", "needs": ["vault"]},
            {"id": "db", "holds": [{"data": "tickets", "form": "clear"}]},
        ],
        secrets=[{"id": "password", "store": "vault"}],
        identities=[{"id": "reader", "secret": "password", "permissions": [{"action": "read", "on": "db"}]}],
        services=[{"id": "s", "answers": ["app"]}],
    )
    found = blast(made, "vault")
    assert found.components == ("vault", "app") and found.answering == ("s",)
    assert found.compromised is not None and found.compromised.data == {("tickets", "clear")}
    assert blast(made, "room").compromised is None


def test_what_a_thief_reads_has_the_class_of_the_contracts() -> None:
    """Events are personal by their contract; metadata are what the model says; most protected first."""
    held = [{"data": "names", "form": "clear"}, {"data": "events", "form": "pseudonymised"}]
    made = architecture(
        data=[{"id": "names", "classification": "internal"}, {"id": "events", "contracts": ["client_tickets.v2"]}],
        components=[{"id": "store", "holds": held}],
    )
    taken = blast(made, "store").compromised
    assert taken is not None
    assert readable(made, taken) == (
        Readable("events", "pseudonymised", "personal"),
        Readable("names", "clear", "internal"),
    )
