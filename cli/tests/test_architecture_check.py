"""`tickets architecture check`: what it prints, what it returns, what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from architecture.load import HOME
from cli.architecture.check import command


def run(*arguments: str) -> Result:
    """The command with its arguments, as a user would call it."""
    return CliRunner().invoke(command, arguments)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of the model in which nobody owns the private line and the CRM speaks TLS 1.0."""
    model = tmp_path / "here" / "there" / "model"
    shutil.copytree(HOME, model)
    network = model / "network.yml"
    lines = network.read_text("utf-8").splitlines(keepends=True)
    network.write_text(
        "".join(line.replace("owner: infrastructure", "") if "main-line, name" in line else line for line in lines)
    )
    flows = model / "flows.yml"
    lines = flows.read_text("utf-8").splitlines(keepends=True)
    flows.write_text("".join(line.replace('"1.3"', '"1.0"') if "id: f-crm-db" in line else line for line in lines))
    return model


def test_a_clean_model_is_one_line_and_zero() -> None:
    """Nothing found, what is waived counted, and how to see it."""
    rules = ("--rule", "provider-key", "--rule", "waiver-idle")
    result = run(*rules)
    assert result.exit_code == 0, result.output
    wanted = "2 rules on aws, azure, gcp, onprem: nothing found; 3 waived (--waived shows them)."
    assert " ".join(result.output.split()) == wanted
    assert "waived by w-provider-identities: serving-iam" in run(*rules, "--waived", "--target", "aws").output


def test_a_finding_says_where_what_and_what_to_do_once_for_all_targets(broken: Path) -> None:
    """File and line, the values, the remedy; within 80 columns, and 1 for the shell."""
    result = run("--model", str(broken), "--rule", "tls-version", "--rule", "owner-missing")
    assert result.exit_code == 1
    assert result.output.count("tls-version: is encrypted with TLS 1.0") == 1
    assert "there/model/flows.yml:" in result.output
    assert "Set tls to 1.2 or 1.3; replace the side that cannot." in result.output
    assert "owner-missing: one of the links that nobody owns" in result.output
    assert "aws, azure, gcp, onprem" in result.output.splitlines()[0]
    assert max(map(len, result.output.splitlines())) <= 80
    assert "2 rules on aws, azure, gcp, onprem: 8 errors, no warnings." in " ".join(result.output.split())


def test_json_has_every_finding_of_every_target(broken: Path) -> None:
    """One document; a finding on four targets is four rows."""
    result = run("--model", str(broken), "--rule", "tls-version", "--json")
    document = json.loads(result.output)
    assert document["ok"] is False
    assert [row["target"] for row in document["findings"]] == ["aws", "azure", "gcp", "onprem"]
    assert set(document["findings"][0]) == {"rule", "severity", "target", "on", "where", "what", "remedy", "waiver"}


def test_an_option_is_judged_on_the_targets_that_have_it() -> None:
    """Streaming in the cloud cannot be asked of the data centre."""
    result = run("--with", "broker-byoc", "--rule", "clear-personal-data-leaves")
    assert result.exit_code == 1
    assert result.output.startswith("aws+broker-byoc, azure+broker-byoc, gcp+broker-byoc\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rule", "one-rom"), "There is no rule 'one-rom'. Did you mean one-room?"),
        (("--target", "ovh"), "There is no target 'ovh'. There are: aws, azure, gcp, onprem."),
        (("--target", "onprem", "--with", "broker-byoc"), "Target onprem has no option 'broker-byoc'."),
        (("--with", "broker-x"), "No target has the options broker-x."),
    ],
)
def test_what_is_not_there_is_wrong_use(arguments: tuple[str, ...], said: str) -> None:
    """2 for the shell, and what there is instead."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_the_rules_can_be_listed_one_of_them_in_full() -> None:
    """All with their sentence; one with why and what to do."""
    listed = run("--list")
    assert listed.exit_code == 0
    assert "  one-room (error, path)" in listed.output
    assert "Otherwise" not in run("--list", "--rule", "one-room").output
    assert "Three nodes in two rooms" in run("--list", "--rule", "one-room").output
    assert {row["id"] for row in json.loads(run("--list", "--json").output)} >= {"one-room", "waiver-idle"}
