"""Where a rule begins and ends: small changes of the model beside its seeded defect, found or rightly not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from architecture.contract_facts import contract_facts
from architecture.load import HOME, Model, load
from architecture.rules.facts import Surroundings
from architecture.rules.judging import check
from architecture.tests.seeding import SEEDED, Defect, defects, seeded

LINE, SHARED = "line-month", {"main-line": {"needs": ["internet-line"]}}
TELEMETRY = {"holds": [{"data": "telemetry", "form": "clear", "kept_days": 1}]}


def price(**source: Any) -> dict[str, Any]:
    """The price of a line with another source."""
    return {"prices": {LINE: {"amount": {"source": source}}}}


@pytest.fixture(scope="module")
def model() -> Model:
    """The real model."""
    return load()


def whats(model: Model, rule: str, changed: dict[str, Any], target: str = "aws") -> list[str]:
    """What one rule says of the model with words changed."""
    defect = Defect(rule, "", target, changed, {}, ())
    around = Surroundings(date(2026, 11, 28), contract_facts(), HOME.parent.parent, frozenset)
    found = check(seeded(model, defect), around, (target,), (SEEDED,), (rule,))
    return [finding.what for finding in found.open(strict=True)]


@pytest.mark.parametrize(
    ("rule", "changed", "said"),
    [
        ("common-cause", {"links": SHARED}, "internet-line takes down 2 of 2: main-line -> internet-line; backup-line"),
        ("common-cause", {"links": {"backup-line": {"carrier": "Operator A"}}}, "carrier Operator A takes down 2 of 2"),
        ("wildcard-permission", {"identities": {"crm-login": {"permissions": [{"action": "read", "on": "*"}]}}}, "'*'"),
        (
            "long-lived-secret",
            {"secrets": {"bi-password": {"rotation_days": None}}},
            "a password that is never changed",
        ),
        ("administration-standing", {"identities": {"key-officer": {"lifetime_h": None}}}, "for ever with one login"),
        ("untested-backup", {"components": {"vault": {"backup": {"tested": None}}}}, "no restore of its backup was"),
        ("price-without-source", price(kind="public-page", date=None), "nobody says when"),
        ("source-unknown", price(kind="contract", ref="nothing.v1"), "the contract 'nothing.v1', which is not there"),
        ("source-unknown", price(kind="decision", ref="9999"), "the decision '9999', which is not there"),
        ("source-unknown", price(kind="hypothesis", ref="nothing"), "the hypothesis 'nothing', which is not there"),
        ("lock-in-unnamed", {"components": {"bi": {"exit": {"substitute": None}}}}, "by what it is replaced"),
        ("scenario-unnoticed", {"scenarios": {"x10": {"detected_by": None}}}, "is noticed by nothing"),
        ("runbook-missing", {"scenarios": {"x10": {"runbook": None}}}, "has no runbook"),
        ("key-in-one-place", {"keys": {"files-key": {"copy": "hsm"}}}, "key and copy are lost together"),
        ("tls-version", {"flows": {"f-ask": {"tls": "1.0"}}}, "is encrypted with TLS 1.0"),
        ("requirement-untraced", {"requirements": {"req-kept": {"flows": []}}}, "leads to no flows"),
        ("risk-without-evidence", {"risks": {"risk-keys": {"evidence": ["gone"]}}}, "names gone, which is no rule"),
        (
            "gate-unconfirmed",
            {"lots": {"lot-4": {"gate": {"confirmed_by": ["gone.py::x"]}}}},
            "confirmed by gone.py::x",
        ),
        ("gate-unconfirmed", {"lots": {"lot-4": {"gate": {"confirmed_by": ["docs"]}}}}, "confirmed by docs"),
        (
            "gate-unconfirmed",
            {"lots": {"lot-4": {"gate": {"confirmed_by": ["architecture/tests/test_rules.py::test_nothing"]}}}},
            "confirmed by architecture/tests/test_rules.py::test_nothing",
        ),
        ("lot-out-of-order", {"lots": {"lot-1": {"needs": ["lot-4"]}}}, "waits for itself: lot-1 -> lot-4"),
        ("restore-unknown", {"components": {"hsm": {"restore_h": None}}}, "-> hsm"),
    ],
)
def test_a_rule_sees_more_than_its_seeded_defect(model: Model, rule: str, changed: dict[str, Any], said: str) -> None:
    """The same sentence of the table, broken in another way."""
    found = whats(model, rule, changed)
    assert any(said in what for what in found), found


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("unencrypted-crossing", {"flows": {"f-admin": {"protocol": "SSH", "tls": "none"}}}),
        ("unencrypted-inside", {"flows": {"f-describe": {"tls": "none"}}}),
        ("price-without-source", price(kind="public-page", date="2026-11-01")),
        ("price-old", price(kind="public-page", date="2026-11-01")),
        ("source-unknown", price(kind="contract", ref="tickets.v2")),
        ("source-unknown", price(kind="decision", ref="0001")),
        ("assumption-without-range", price(kind="contract", ref="tickets.v2")),
        (
            "gate-unconfirmed",
            {"lots": {"lot-4": {"gate": {"confirmed_by": ["architecture/tests/test_rules.py::judged"]}}}},
        ),
        ("personal-data-outside-eu", {"places": {"site-2": {"country": "CH"}}, "components": {"watchdog": TELEMETRY}}),
        ("unencrypted-at-rest", {"components": {"backup-away": {"at_rest": {"by": "none"}}}}),
        ("provider-key", {"components": {"backup-away": {"at_rest": {"by": "provider"}}}}),
        ("flow-without-authentication", {"flows": {"f-names": {"protocol": "DNS", "authentication": "none"}}}),
        ("flow-without-authorisation", {"flows": {"f-watch": {"action": None}}}),
        ("unencrypted-at-rest", {"components": {"watchdog": {"at_rest": {"by": "none"}}}}),
        (
            "kept-too-long",
            {"components": {"broker": {"holds": [{"data": "raw-events", "form": "clear", "kept_days": 30}]}}},
        ),
        ("locked-out", {"identities": {"away-governor": {"issuer": "serving-iam"}}}),
        ("contract-age-missed", {"flows": {"f-capture": {"latency_s": [600, 600, 900]}}}),
        ("nobody-on-call", {"services": {"collection": {"hours": "office"}}}),
        ("store-and-backup-in-one-hand", {"components": {"tickets-db": {"backup": {"immutable": True}}}}),
        ("one-room", {"components": {"broker": {"places": ["dc-room-a", "site-1", "dc-room-b"]}}}),
        ("data-loss-missed", {"components": {"broker": {"objectives": {"rpo_h": 0}}}}),
    ],
)
def test_a_rule_lets_pass_what_it_does_not_speak_of(model: Model, rule: str, changed: dict[str, Any]) -> None:
    """A rule that cries at what is right is waived, and then sees nothing."""
    assert whats(model, rule, changed) == []


@pytest.mark.parametrize(
    ("rule", "way"),
    [
        ("clear-personal-data-leaves", "cdc -> broker -> job -> ledger-store -> export -> lake"),
        ("data-from-nowhere", "tickets-db -> cdc -> broker -> job -> ledger-store"),
        ("cloud-egress", "bi -> warehouse -> registries"),
        ("recovery-circle", "directory -> federation -> directory"),
        ("team-of-one", "-> ticketing-app -> ticketing-login -> pki -> security"),
        ("build-reads-data", "ci -> deployer -> broker"),
        ("theft-from-outside", "serving-vault -> job-password -> job-login -> broker"),
        ("pseudonyms-undone", "lake -> lake-role -> serving-kms -> pseudonym-key"),
        ("watched-from-inside", "monitoring -> dc-admin -> dc"),
        ("inside-needs-outside", "cdc -> serving-iam"),
    ],
)
def test_a_path_is_told_from_end_to_end(model: Model, rule: str, way: str) -> None:
    """Whoever has to break the path must see where."""
    defect = defects()[rule]
    around = Surroundings(date(2026, 11, 28), contract_facts(), HOME.parent.parent, frozenset)
    found = check(seeded(model, defect), around, (defect.target,), (SEEDED,), (rule,)).findings
    assert any(way in finding.what for finding in found), [finding.what for finding in found]
