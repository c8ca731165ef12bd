"""Contracts to plans, and when the kernel is not used: decoding goes on without it."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing.kernel import MODULE, Kernel
from processing.plain import FORMAT, compile_plan
from processing.versions import Versions

TICKETS = Catalogue(HOME).get("client_tickets.v1")
KEY = b"k" * 32


def test_a_kernel_that_is_not_built_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says how to build it."""
    monkeypatch.setitem(sys.modules, MODULE, None)
    assert "make fast" in str(Kernel(Versions(TICKETS, ()), KEY).reason)


def test_a_kernel_of_another_format_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build from before the sources changed would read a plan wrongly."""
    monkeypatch.setitem(sys.modules, MODULE, SimpleNamespace(FORMAT=FORMAT + 1))
    assert "other sources" in str(Kernel(Versions(TICKETS, ()), KEY).reason)


def test_what_a_kernel_does_not_know_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that it refuses is no error of the job."""

    def refuse(*_: object) -> None:
        raise ValueError("the rule of tomorrow")

    monkeypatch.setitem(sys.modules, MODULE, SimpleNamespace(FORMAT=FORMAT, Kernel=refuse))
    assert Kernel(Versions(TICKETS, ()), KEY).reason == "the kernel does not know the rule of tomorrow"


def test_a_contract_with_something_else_has_no_plan_and_says_where() -> None:
    """So that a person can see why decoding takes longer."""
    every = Catalogue(Path(__file__).parent / "contracts").get("every_type")
    compiled = compile_plan(every, ())
    assert compiled.plan is None
    assert compiled.reason is not None
    assert compiled.reason.split(":")[0] in {field.path for field in every.walk()}


def test_a_plan_has_what_the_envelope_repeats() -> None:
    """Places are those of the fields; no span means that nothing is late."""
    plan = compile_plan(replace(TICKETS, late_after=None, early_after=timedelta()), ()).plan
    assert plan is not None
    names = [field["name"] for field in plan["fields"]]
    assert [names[plan[what]] for what in ("key", "event_id", "event_time")] == ["ticket_id", "event_id", "occurred_at"]
    assert (plan["late_after"], plan["early_after"], plan["known"]) == (None, None, "1")
    assert [(row["name"], row["required"], row["constant"]) for row in plan["headers"]] == [
        ("contract", True, b"client_tickets"),
        ("contract_version", True, None),
        ("event_id", True, None),
        ("producer", False, None),
    ]
