"""Two things that everything else leans on: whose law applies, and how well a kind of data is to be protected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from architecture import parts
from architecture.contract_facts import classification, contract_facts
from architecture.figures import figures
from architecture.law import EU
from architecture.load import load


def test_the_union_has_27_members_and_others_are_outside() -> None:
    """Neighbours and former members are no members."""
    assert len(EU - {"EU"}) == 27
    assert not EU & {"US", "GB", "CH", "NO", "TR"}


def test_a_law_from_outside_the_union_is_counted() -> None:
    """Once for each provider that one reaches; the company itself is reached by none."""
    found = figures(load())
    counted = {target: found[f"{target}.sovereignty"].value for target in ("aws", "azure", "gcp", "onprem")}
    assert counted == {"aws": 1, "azure": 1, "gcp": 1, "onprem": 0}


@pytest.mark.parametrize(
    ("said", "contracts", "highest"),
    [
        (None, ["rejected_events.v1", "client_tickets.v2"], "personal"),
        (None, ["client_tickets.v2", "rejected_events.v1"], "personal"),
        ("internal", ["client_tickets.v2"], "personal"),
        ("personal", ["rejected_events.v1"], "personal"),
        ("restricted", [], "restricted"),
        (None, ["ticket_kpis.v1"], "internal"),
        (None, ["no_such.v1"], None),
        (None, [], None),
    ],
)
def test_the_highest_class_that_anything_says_counts(
    said: parts.Classification | None, contracts: list[str], highest: str | None
) -> None:
    """Whatever says it, model or contract, and in whatever order."""
    data = parts.Data(id="x", name=parts.Text(en="x", fr="x"), classification=said, contracts=contracts)
    assert classification(data, contract_facts()) == highest


def test_classes_are_compared_by_their_order_not_their_names() -> None:
    """Confidential is protected better than restricted, though it comes first in the alphabet."""
    one = replace(contract_facts()["ticket_kpis.v1"], classification="confidential")
    data = parts.Data(id="x", name=parts.Text(en="x", fr="x"), classification="restricted", contracts=["k"])
    assert classification(data, {"k": one}) == "confidential"
