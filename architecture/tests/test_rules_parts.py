"""What rules stand on: facts of contracts, and ways through graphs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from architecture.contract_facts import contract_facts, facts_of
from architecture.needs import Graph, Node, below
from architecture.rules import ways
from contracts.compiler.catalogue import HOME, Catalogue


def needs(**below: str) -> Graph:
    """A graph of nodes that need all that their word lists."""
    return {name: Node(name, "component", tuple(each.split()), (), 0) for name, each in below.items()}


def test_facts_of_a_topic_are_those_of_its_contract() -> None:
    """The highest class of all fields, the promised retention and age, and who may read; a writer may not."""
    facts = contract_facts()["client_tickets.v2"]
    assert (facts.classification, facts.retention_days, facts.latency_min) == ("personal", 30, 1)
    assert facts.topic == "client_tickets"
    assert facts.readers == {"tickets-processing"}
    assert facts.writers == {"ticketing-producer"}


def test_who_writes_a_table_may_read_it() -> None:
    """The job that makes the tickets table reads it for the KPIs."""
    facts = contract_facts()["tickets.v2"]
    assert (facts.classification, facts.retention_days, facts.freshness_min) == ("confidential", 1095, 5)
    assert facts.readers == {"support-analyst", "tickets-processing"}
    assert facts.source == "client_tickets.v2"


def test_a_promise_in_a_unit_that_is_no_time_is_refused() -> None:
    """A retention in rows would otherwise be read as days."""
    contract = Catalogue(HOME).get("tickets")
    levels = tuple(replace(level, unit="rows") for level in contract.service_levels if level.name == "retention")
    with pytest.raises(ValueError, match="'rows', which is no span of time"):
        facts_of(replace(contract, service_levels=levels))


def test_the_shortest_way_is_told_and_none_where_there_is_none() -> None:
    """From what needs to what is needed, never back."""
    graph = needs(service="app", app="db zone", db="zone", zone="")
    assert ways.shortest(graph, "service", "zone") == ("service", "app", "zone")
    assert ways.shortest(graph, "zone", "service") == ()
    assert below(graph, ("app",)) == ("app", "db", "zone")


def test_a_circle_stays_down_with_all_above_it() -> None:
    """Neither the vault nor the directory can come first; the network can."""
    graph = needs(vault="directory", directory="vault network", network="", app="vault")
    assert ways.risen(graph) == {"network"}
    assert ways.circle(graph, set(graph) - ways.risen(graph)) == ("vault", "directory", "vault")
    assert ways.circle(graph, ()) == ()


def test_an_alternative_breaks_a_circle() -> None:
    """One of two logins is enough, and the sealed one needs nothing."""
    graph = dict(needs(directory="login", sealed=""))
    graph["login"] = Node("login", "group", (), ("directory", "sealed"), 1)
    assert ways.risen(graph) == {"directory", "login", "sealed"}
