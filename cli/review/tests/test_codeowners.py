"""CODEOWNERS follows from the teams of the contracts."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from cli.review.codeowners import HEAD, codeowners, slug
from contracts.compiler import yaml_reader
from contracts.compiler.errors import ContractError

ROOT = Path(__file__).resolve().parents[3]
SMALL = ROOT / "examples/contracts/app_logs/v1.odcs.yaml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git checkout with one contract, its remote on GitHub."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    remote = "git@github.com:some-company/data.git"
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", remote], check=True)
    (tmp_path / "contracts" / "app_logs").mkdir(parents=True)
    shutil.copy(SMALL, tmp_path / "contracts" / "app_logs")
    return tmp_path


def team(checkout: Path, name: str) -> None:
    """Give the checkout's contract to a team."""
    file = checkout / "contracts/app_logs/v1.odcs.yaml"
    document = yaml_reader.read(file) | {"team": {"name": name}}
    file.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")


def run(checkout: Path, *arguments: str) -> Result:
    """The command on a checkout's contracts."""
    return CliRunner().invoke(codeowners, ["--contracts", str(checkout / "contracts"), *arguments])


def test_the_committed_file_is_what_the_contracts_say() -> None:
    """A contract with another team, or a new contract, makes `--check` fail until the file is made anew."""
    done = run(ROOT, "--check")
    assert done.exit_code == 0, done.output


def test_each_folder_has_one_line_with_its_team(checkout: Path) -> None:
    """The team as GitHub writes it, in the organisation of the remote or the one that was named."""
    team(checkout, "Équipe: Support & Data")
    assert run(checkout).output == f"{HEAD}\n/contracts/app_logs/ @some-company/equipe-support-data\n"
    assert "@other/equipe-support-data" in run(checkout, "--org", "other").output


def test_a_checkout_without_a_remote_on_github_names_a_neutral_organisation(checkout: Path) -> None:
    """`example` is nobody's team."""
    subprocess.run(["git", "-C", str(checkout), "remote", "remove", "origin"], check=True)
    assert "@example/" in run(checkout).output


def test_check_tells_a_stale_file_and_lets_other_lines_stand(checkout: Path) -> None:
    """Lines by hand may stand around ours; a missing or other team fails with what to do."""
    assert run(checkout, "--check").exit_code == 1
    file = checkout / ".github" / "CODEOWNERS"
    file.parent.mkdir()
    file.write_text(f"* @x/everyone\n\n{run(checkout).output}/docs/ @x/writers\n", "utf-8")
    file.write_text(file.read_text("utf-8").replace("@x", "@some-company"), "utf-8")
    assert run(checkout, "--check").exit_code == 0
    team(checkout, "others")
    done = run(checkout, "--check")
    assert done.exit_code == 1
    assert "tickets contracts codeowners > .github/CODEOWNERS" in done.output


@pytest.mark.parametrize("name", ("***", "日本", ""))
def test_a_team_that_is_no_team_on_github_is_refused(checkout: Path, name: str) -> None:
    """Nothing is left of it, so the line would give the contract to nobody."""
    team(checkout, name)
    error = run(checkout).exception
    assert isinstance(error, ContractError)
    assert "team.name" in str(error)


@pytest.mark.parametrize("org", ("a/b", "-a", "a--b", "x @evil/team", ""))
def test_an_organisation_that_cannot_be_one_is_wrong_use(checkout: Path, org: str) -> None:
    """It would end up in the file as it is."""
    assert run(checkout, "--org", org).exit_code == 2


@pytest.mark.parametrize(
    ("name", "wanted"), [("support-data", "support-data"), ("A  b_C!", "a-b_c"), ("x\n* @evil/team", "x-evil-team")]
)
def test_a_slug_holds_nothing_that_could_be_another_owner(name: str, wanted: str) -> None:
    """Letters, digits, hyphens and underscores only."""
    assert slug(name) == wanted
