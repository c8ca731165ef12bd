"""Waivers: what a written decision lets pass, and when it fails."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.contracts import command
from cli.review.tests.small import fields, orders, save

WAIVER: dict[str, Any] = {
    "rule": "enum-loosened",
    "path": "schema.orders.note.enum",
    "reason": "No reader keeps a list.",
    "owner": "sales",
    "expires": "2999-01-01",
}


def diff(tmp_path: Path, *waivers: dict[str, Any]) -> tuple[int, dict[str, Any], str]:
    """Exit code, answer and error output of comparing two versions, the second with one more value in a list."""
    documents = []
    for values in (["a", "b"], ["a", "b", "c"]):
        document = orders(version="2.0.0" if len(values) > 2 else "1.0.0")
        fields(document)["note"].update(enum=[{"value": value} for value in values])
        documents.append(document)
    files = [save(document, tmp_path / f"{place}.odcs.yaml") for place, document in enumerate(documents)]
    file = tmp_path / "waivers.yaml"
    file.write_text(json.dumps({"waivers": list(waivers)}), "utf-8")
    arguments = ["diff", *map(str, files), "--waivers", str(file), "--json"]
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    return done.exit_code, json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.output


@pytest.mark.parametrize("change", [{}, {"path": "note"}, {"contract": "orders"}, {"contract": "orders.v2"}])
def test_a_waiver_lets_its_finding_pass(tmp_path: Path, change: dict[str, str]) -> None:
    """With rule and path (or field, and contract) named, the break does not count, and stays to be seen."""
    code, answer, _ = diff(tmp_path, WAIVER | change)
    assert (code, answer["verdict"]) == (0, "compatible")
    finding = next(row for row in answer["findings"] if row["rule"] == "enum-loosened")
    assert (finding["verdict"], finding["waived"]["owner"]) == ("breaking", "sales")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires": "2020-01-01"}, "expired on 2020-01-01"),
        ({"path": "schema.orders.amount.enum"}, "no finding needs it"),
        ({"rule": "enum-tightened"}, "no finding needs it"),
    ],
)
def test_a_waiver_that_expired_or_is_not_needed_fails(tmp_path: Path, change: dict[str, str], said: str) -> None:
    """Such a waiver is itself above the bar."""
    code, answer, _ = diff(tmp_path, WAIVER | change)
    assert code == 1
    assert any(said in problem for problem in answer["problems"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": ""}, "has no reason"),
        ({"owner": None}, "has no owner"),
        ({"expires": "soon"}, "is no day"),
        ({"rule": "enum-losened"}, "Did you mean enum-loosened?"),
        ({"because": "x"}, "unknown key 'because'"),
    ],
)
def test_a_waiver_without_what_it_needs_stops_the_comparison(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """A file of waivers that is wrong is wrong use, and every fault is named."""
    code, _, output = diff(tmp_path, WAIVER | change)
    assert code == 2
    assert said in output


def test_a_waiver_of_a_contract_that_is_not_compared_is_left_alone(tmp_path: Path) -> None:
    """It is not held to be unused where nobody could have used it."""
    code, answer, _ = diff(tmp_path, WAIVER, WAIVER | {"contract": "returns"})
    assert (code, answer["problems"]) == (0, [])
