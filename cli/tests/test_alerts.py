"""Alert rules: made from the contracts, on metrics that exist, each shown to fire and be silent, each with a page."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.levels import number
from cli.tests.shown import EVERY_TYPE, ROOT, every_type_document, written
from cli.views.alerts import found, render
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.load import load
from contracts.compiler.model import Contract, ServiceLevel
from runtime.metrics import METRICS

DEPLOY = ROOT / "deploy"
RUNBOOKS = ROOT / "docs" / "runbooks"
TESTS = DEPLOY / "alerts" / "tests" / "client_tickets.yml"
CONTRACTS = {contract.name: contract for contract in Catalogue(HOME).newest() if found(contract)[0]}
ALERTS = {alert.name: alert for contract in CONTRACTS.values() for alert in found(contract)[0]}
PROMTOOL = shutil.which("promtool")
with_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not on the PATH (it comes with Prometheus)")
_NAME = re.compile(r"\btickets_[a-z_]+")


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it; its words and exit code."""
    return subprocess.run(
        [str(PROMTOOL), *map(str, arguments)], capture_output=True, text=True, timeout=120, cwd=DEPLOY
    )


def unknown(text: str) -> set[str]:
    """Names of metrics that the table lacks; a histogram is asked for by its parts."""
    parts = {f"{row.name}{part}" for row in METRICS.values() if row.kind == "histogram" for part in PARTS}
    return set(_NAME.findall(text)) - set(METRICS) - parts


PARTS = ("_bucket", "_count", "_sum")


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_files_are_what_the_contracts_say(name: str) -> None:
    """A changed level or threshold is a changed file: `tickets contracts show <name> --as alerts` prints it."""
    file = DEPLOY / "alerts" / f"{name}.yml"
    again = f"tickets contracts show {name} --as alerts > {file.relative_to(ROOT)}"
    assert file.read_text("utf-8") == render(CONTRACTS[name]) + "\n", again


def test_no_file_is_left_of_a_contract_that_is_gone() -> None:
    """There is a file for each contract with alerts, and no other."""
    assert {file.stem for file in (DEPLOY / "alerts").glob("*.yml")} == set(CONTRACTS)


def test_each_alert_has_a_page_and_each_page_an_alert() -> None:
    """Whoever is woken up finds what to do."""
    assert {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"} == set(ALERTS)


def test_rules_and_dashboard_ask_only_for_metrics_that_exist() -> None:
    """And the dashboard shows all there are."""
    board = (DEPLOY / "grafana" / "client_tickets.json").read_text("utf-8")
    assert not unknown(board + "".join(alert.expr for alert in ALERTS.values()) + TESTS.read_text("utf-8"))
    shown = "".join(target["expr"] for panel in json.loads(board)["panels"] for target in panel["targets"])
    assert {name for name in METRICS if name not in shown} == set()


def test_each_alert_is_shown_firing_and_silent() -> None:
    """promtool's file asks for both of every alert: before its fault, or in a clean run, and in it."""
    asked: dict[str, set[bool]] = {}
    for case in yaml.safe_load(TESTS.read_text("utf-8"))["tests"]:
        for row in case["promql_expr_test"]:
            for name in re.findall(r'alertname="(\w+)"', row["expr"]):
                asked.setdefault(name, set()).add(row["exp_samples"][0]["value"] > 0)
    assert asked == {name: {True, False} for name in ALERTS}


@with_promtool
def test_promtool_takes_rules_and_configuration() -> None:
    """As Prometheus itself reads them."""
    for arguments in (["check", "rules", *DEPLOY.glob("alerts/*.yml")], ["check", "config", "prometheus.yml"]):
        done = promtool(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


@with_promtool
def test_each_alert_fires_in_its_fault_and_is_silent_in_a_clean_run() -> None:
    """As promtool evaluates them."""
    done = promtool("test", "rules", TESTS)
    assert done.returncode == 0, done.stdout + done.stderr


@with_promtool
@pytest.mark.slow
@pytest.mark.parametrize("name", ALERTS)
def test_a_missing_rule_is_noticed(name: str, tmp_path: Path) -> None:
    """Without its rule the tests of an alert fail: they ask for this one and no other."""
    for file in (DEPLOY / "alerts").glob("*.yml"):
        rules: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
        for group in rules["groups"]:
            group["rules"] = [rule for rule in group["rules"] if rule["alert"] != name]
        (tmp_path / file.name).write_text(yaml.safe_dump(rules), "utf-8")
    asked = yaml.safe_load(TESTS.read_text("utf-8"))
    asked["tests"] = [case for case in asked["tests"] if name in str(case)]
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / TESTS.name).write_text(yaml.safe_dump(asked), "utf-8")
    done = promtool("test", "rules", tmp_path / "tests" / TESTS.name)
    assert done.returncode != 0
    assert name in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("value", "unit", "wanted"),
    [
        ("5", "minutes", 300.0),
        ("60", "s", 60.0),
        ("250", "ms", 0.25),
        ("30", "d", 2_592_000.0),
        ("99.5", "percent", 0.995),
        ("99.9", "%", 0.999),
        ("many", "s", None),
        ("5", "parsecs", None),
    ],
)
def test_levels_become_base_units(value: str, unit: str, wanted: float | None) -> None:
    """Seconds and shares, as Prometheus wants them; what is neither becomes no number."""
    assert number(ServiceLevel("latency", value, unit, "")) == wanted


def changed(folder: Path, *levels: dict[str, Any]) -> Contract:
    """The contract with every type, which describes a topic, with other service levels."""
    return load(written(folder, {**every_type_document(), "slaProperties": list(levels)}))


def test_a_level_that_is_not_watched_is_said_with_its_reason(tmp_path: Path) -> None:
    """What nobody measures, what has no unit, and what a contract of this kind can't be asked."""
    contract = changed(
        tmp_path,
        {"property": "throughput", "value": 5, "unit": "s"},
        {"property": "latency", "value": 5, "unit": "parsecs"},
        {"property": "latency", "value": 7, "unit": "s", "description": "From {{ here }}."},
    )
    alerts, unwatched = found(contract)
    assert unwatched == (
        "throughput 5 s: no metric measures it",
        "latency 5 parsecs: its value is no number, or its unit is not known",
    )
    late = next(alert for alert in alerts if alert.name == "EventsLate")
    assert 'le="7.0"' in late.expr
    assert 'From {{ "{{" }} here }}.' in late.description
    assert render(contract).count("# Not watched") == 2


def test_another_promise_is_another_threshold(tmp_path: Path) -> None:
    """The number in the rule is the contract's."""
    strict = changed(tmp_path, {"property": "availability", "value": 99.99, "unit": "percent"})
    missed = next(alert for alert in found(strict)[0] if alert.name == "TopicAvailabilityMissed")
    assert missed.expr.endswith("* 300 > 259.2")
    assert load(EVERY_TYPE).envelope is None or "JobDown" in {alert.name for alert in found(load(EVERY_TYPE))[0]}
