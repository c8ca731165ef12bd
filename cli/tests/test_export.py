"""`tickets export` as a person meets it: exit codes and words."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.export import FORMATS, command, run_export
from exports.errors import CheckFailedError
from exports.sinks import SINKS
from exports.tests.lab import TICKET, Lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An empty workspace."""
    return Lab(tmp_path / "data")


def _run(lab: Lab, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--data", str(lab.workspace.root)])


def test_the_option_knows_every_sink() -> None:
    """The formats in the help are exactly the sinks there are."""
    assert set(FORMATS) == set(SINKS)


def test_a_good_export_is_listed_in_80_columns(lab: Lab) -> None:
    """Without arguments everything that has a ledger is exported; the answer fits a terminal."""
    lab.tickets()
    result = _run(lab)
    assert result.exit_code == 0
    assert "client_tickets published as exports/client_tickets/0" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    (answer,) = json.loads(_run(lab, "--json").stdout)["exports"]
    said = " ".join(result.stdout.split())
    assert f"Views for BI tools in export.duckdb, schema bi: {', '.join(sorted(answer['views']))}" in said
    assert answer["views"]


def test_no_views_are_named_where_none_are_made(lab: Lab) -> None:
    """They are in the duckdb file alone."""
    lab.tickets()
    assert "Views for" not in _run(lab, "--format", "csv").stdout


def test_json_has_one_document(lab: Lab) -> None:
    """--json prints folder, tables and files."""
    lab.tickets()
    answer = json.loads(_run(lab, "client_tickets", "--format", "csv", "--json").stdout)
    assert answer["ok"]
    assert answer["exports"][0]["path"] == "exports/client_tickets/0"


def test_a_failed_check_exits_with_1(lab: Lab) -> None:
    """The person reads table, clause, row and value; nothing is published."""
    lab.tickets({**TICKET, "priority": "urgent!!"})
    result = _run(lab)
    assert result.exit_code == 1
    assert "tickets: clause tickets.v2/priority/enum wants one of low, normal, high, urgent" in result.stderr
    assert '$.priority is "urgent!!"' in result.stderr
    assert "Nothing was published" in result.stderr
    failed = json.loads(_run(lab, "--json").stdout)["exports"][0]
    assert failed["failures"]["tickets"]["totals"] == {"tickets.v2/priority/enum": 1}
    assert lab.published() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "xml"), "Known: json, csv, parquet, duckdb"),
        (("--format", ""), "Known: json"),
        (("tickets",), "made from client_tickets.v2: export that"),
    ],
)
def test_wrong_use_exits_with_2(lab: Lab, arguments: tuple[str, ...], words: str) -> None:
    """An unknown format or a contract that is no input is refused with what there is."""
    result = _run(lab, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_the_demo_can_call_it(lab: Lab) -> None:
    """run_export answers with the folder, and raises where a check fails."""
    lab.tickets()
    source = lab.folder.get("client_tickets")
    answer: dict[str, Any] = run_export(source, lab.folder, lab.workspace.root, ("csv",))
    assert answer["path"] == "exports/client_tickets/0"
    lab.tickets({**TICKET, "priority": "x"})
    with pytest.raises(CheckFailedError):
        run_export(source, lab.folder, lab.workspace.root, ("csv",))
