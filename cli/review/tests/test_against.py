"""A checkout held against a git ref: what was added, removed, renamed, changed, and what was published before."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.contracts import command
from cli.review.tests.small import fields, orders, save

Run = Callable[..., tuple[int, dict[str, Any]]]


class Repository:
    """A git repository with contracts in it, on the branch `main`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contracts = root / "contracts"
        self.contracts.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Run git; its output."""
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def save(self, document: dict[str, Any], name: str = "orders/v1.odcs.yaml") -> None:
        """Write a contract, uncommitted."""
        save(document, self.contracts / name)

    def commit(self, document: dict[str, Any] | None = None, name: str = "orders/v1.odcs.yaml") -> None:
        """Write a contract, and commit all there is."""
        if document is not None:
            self.save(document, name)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")

    def branch(self) -> None:
        """Go on in a branch of one's own."""
        self.git("checkout", "-q", "-b", "feature")

    def diff(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON answer of the command."""
        options = ["--contracts", str(self.contracts), "--workers", "1", "--json"]
        done = CliRunner().invoke(command, ["diff", *arguments, *options], catch_exceptions=False)
        return done.exit_code, json.loads(done.stdout) if done.stdout.startswith("{") else {"error": done.output}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose main branch holds orders 1.0.0."""
    made = Repository(tmp_path / "repository")
    made.commit(orders())
    return made


def rules(answer: dict[str, Any]) -> list[str]:
    """The rules of the findings that count."""
    return [finding["rule"] for finding in answer["findings"]]


def test_nothing_changed_is_unchanged(repository: Repository) -> None:
    """A checkout that is what it was has no finding, and exits with 0."""
    repository.branch()
    assert repository.diff("--against", "main") == (0, {**repository.diff("--against", "main")[1], "findings": []})
    assert repository.diff("--against", "main")[1]["verdict"] == "unchanged"


def test_uncommitted_changes_are_compared(repository: Repository) -> None:
    """What stands in the work tree counts, committed or not."""
    changed = orders(version="1.1.0")
    changed["schema"][0]["properties"].append({"name": "colour", "logicalType": "string"})
    repository.save(changed)
    code, answer = repository.diff("--against", "HEAD")
    assert (code, answer["verdict"]) == (0, "compatible")
    assert rules(answer) == ["version-changed", "field-added"] or rules(answer) == ["field-added", "version-changed"]


def test_a_removed_contract_breaks_its_readers(repository: Repository) -> None:
    """A file that is gone is breaking, and names whom."""
    repository.branch()
    (repository.contracts / "orders/v1.odcs.yaml").unlink()
    repository.commit()
    code, answer = repository.diff("--against", "main")
    assert (code, rules(answer)) == (1, ["contract-removed"])
    assert answer["findings"][0]["breaks"] == ["readers_of_new_events", "readers_of_old_events", "producers"]


def test_an_added_contract_breaks_nobody(repository: Repository) -> None:
    """A new contract is compatible."""
    repository.branch()
    other = orders(name="returns", id="returns")
    repository.commit(other | {"schema": [{**other["schema"][0], "physicalName": "returns"}]}, "returns/v1.odcs.yaml")
    code, answer = repository.diff("--against", "main")
    assert (code, rules(answer), answer["verdict"]) == (0, ["contract-added"], "compatible")


def test_a_renamed_contract_is_told_as_one_rename(repository: Repository) -> None:
    """The same schema under another name is a rename, not a removal beside an addition."""
    repository.branch()
    (repository.contracts / "orders/v1.odcs.yaml").unlink()
    repository.commit(orders(name="purchases", id="purchases"), "purchases/v1.odcs.yaml")
    code, answer = repository.diff("--against", "main")
    assert code == 1
    assert "contract-changed" in rules(answer)
    assert not {"contract-removed", "contract-added"} & set(rules(answer))


def test_a_new_major_beside_the_old_one_is_shown_and_not_counted(repository: Repository) -> None:
    """v2 in a file of its own breaks nobody by being there; what it would break is in an informative comparison."""
    repository.branch()
    second = orders(version="2.0.0")
    fields(second)["amount"]["name"] = "total"
    repository.commit(second, "orders/v2.odcs.yaml")
    code, answer = repository.diff("--against", "main")
    assert (code, rules(answer)) == (0, ["contract-added"])
    shown = next(row for row in answer["contracts"] if row["informative"])
    assert (shown["verdict"], shown["findings"][0]["rule"]) == ("breaking", "field-name-changed")


def test_a_published_version_edited_in_place_fails(repository: Repository) -> None:
    """Words changed under a number that the default branch has already are an error, though they break nobody."""
    repository.branch()
    repository.commit(orders(description={"purpose": "Orders."}))
    code, answer = repository.diff("--against", "main")
    assert (code, answer["verdict"]) == (1, "compatible")
    assert "published and was edited in place" in answer["contracts"][0]["version"]["says"]
    assert repository.diff("--against", "main", "--fail-on", "none")[0] == 0


def test_a_version_that_only_this_branch_has_may_be_edited(repository: Repository) -> None:
    """Before it is on the default branch or a tag, a number may be used again."""
    repository.branch()
    repository.commit(orders(version="1.0.1", description={"purpose": "Orders."}))
    repository.commit(orders(version="1.0.1", description={"purpose": "Every order."}))
    assert repository.diff("--against", "HEAD~1")[0] == 0
    repository.git("tag", "v1", "HEAD~1")
    assert repository.diff("--against", "HEAD~1")[0] == 1


def test_a_break_in_place_asks_for_a_new_file(repository: Repository) -> None:
    """Even under a new major number, a break belongs into a file of its own."""
    repository.branch()
    changed = orders(version="2.0.0")
    fields(changed)["amount"]["logicalTypeOptions"]["maximum"] = 50
    repository.commit(changed)
    code, answer = repository.diff("--against", "main")
    assert (code, answer["verdict"]) == (1, "breaking")
    assert "file of its own" in answer["contracts"][0]["version"]["says"]


def test_a_version_published_earlier_counts_too(repository: Repository) -> None:
    """1.2.0 reads all of 1.1.0 and not all of 1.0.0: every mode is held over the whole history."""
    first = orders(customProperties=_mode("backward"))
    fields(first)["note"]["logicalTypeOptions"]["maxLength"] = 200
    repository.commit(first)
    narrowed = orders(version="1.1.0", customProperties=_mode("backward"))
    repository.commit(narrowed)
    repository.branch()
    repository.commit(orders(version="1.1.1", customProperties=_mode("backward"), description={"purpose": "Orders."}))
    code, answer = repository.diff("--against", "main")
    assert code == 1
    assert [row["rule"] for row in answer["findings"] if row["verdict"] == "breaking"] == ["max-length-tightened"]
    assert "This breaks version 1.0.0" in next(r["says"] for r in answer["findings"] if r["verdict"] == "breaking")


def test_a_waived_break_of_a_published_version_passes(repository: Repository) -> None:
    """What the waiver names asks for no other version, whether it was published just before or long ago."""
    repository.branch()
    changed = orders()
    fields(changed)["amount"]["logicalTypeOptions"]["maximum"] = 50
    repository.commit(changed)
    assert repository.diff("--against", "main")[0] == 1
    waive(repository, "maximum-tightened", "amount")
    code, answer = repository.diff("--against", "main")
    assert (code, answer["verdict"], answer["contracts"][0]["version"]["asked"]) == (0, "compatible", "none")
    repository.commit(orders(version="1.0.1"))  # nothing breaks any more, so the waiver is one too many
    code, answer = repository.diff("--against", "main")
    assert code == 1
    assert "no finding needs it" in answer["problems"][0]


def test_a_waived_break_of_a_version_published_earlier_passes(repository: Repository) -> None:
    """The number was judged over all published versions, and is judged over them again."""
    first = orders(customProperties=_mode("backward"))
    fields(first)["note"]["logicalTypeOptions"]["maxLength"] = 200
    repository.commit(first)
    repository.commit(orders(version="1.1.0", customProperties=_mode("backward")))
    repository.branch()
    repository.commit(orders(version="1.1.1", customProperties=_mode("backward"), description={"purpose": "Orders."}))
    assert repository.diff("--against", "main")[0] == 1
    waive(repository, "max-length-tightened", "note")
    code, answer = repository.diff("--against", "main")
    assert (code, answer["contracts"][0]["version"]["asked"]) == (0, "patch")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires": "2020-01-01"}, "expired on 2020-01-01"),
        ({"path": "note"}, "no finding needs it"),
        ({"contract": "orders.v2"}, None),
    ],
)
def test_a_waiver_of_something_else_leaves_the_version_as_it_was_judged(
    repository: Repository, change: dict[str, str], said: str | None
) -> None:
    """One that has expired, or names another field or contract, lets neither the break nor the number pass."""
    repository.branch()
    changed = orders()
    fields(changed)["amount"]["logicalTypeOptions"]["maximum"] = 50
    repository.commit(changed)
    waive(repository, "maximum-tightened", "amount", **change)
    code, answer = repository.diff("--against", "main")
    assert (code, answer["contracts"][0]["version"]["asked"]) == (1, "major")
    assert [said in problem for problem in answer["problems"]] == ([True] if said else [])


def test_a_waiver_of_one_change_leaves_the_number_to_the_others(repository: Repository) -> None:
    """The break is waived; the words that changed beside it still ask for a number of their own."""
    repository.branch()
    changed = orders(description={"purpose": "Orders."})
    fields(changed)["amount"]["logicalTypeOptions"]["maximum"] = 50
    repository.commit(changed)
    waive(repository, "maximum-tightened", "amount")
    code, answer = repository.diff("--against", "main")
    assert (code, answer["contracts"][0]["version"]["asked"]) == (1, "patch")
    repository.commit(changed | {"version": "1.0.1"})
    assert repository.diff("--against", "main")[0] == 0


def waive(repository: Repository, rule: str, field: str, **changes: str) -> None:
    """A waiver beside the contracts."""
    row = {"rule": rule, "path": field, "reason": "Nobody sends more.", "owner": "sales", "expires": "2999-01-01"}
    (repository.contracts / "waivers.yaml").write_text(json.dumps({"waivers": [row | changes]}), "utf-8")


def _mode(name: str) -> list[dict[str, Any]]:
    return [*orders()["customProperties"], {"property": "compatibility", "value": name}]


@pytest.mark.parametrize("ref", ["nowhere", "--help-me", "HEAD~9"])
def test_a_ref_that_git_does_not_know_is_no_green(repository: Repository, ref: str) -> None:
    """What could not be compared exits with 2 and says what to do."""
    code, answer = repository.diff(f"--against={ref}")
    assert code == 2
    assert "Nothing was compared" in answer["error"] or "git" in answer["error"]


def test_a_contract_that_does_not_compile_is_no_green(repository: Repository) -> None:
    """A broken contract can't be compared: exit 2, with its place."""
    repository.branch()
    broken = orders()
    fields(broken)["amount"]["logicalType"] = "datum"
    repository.commit(broken)
    code, answer = repository.diff("--against", "main")
    assert code == 2
    assert "logicalType 'datum'" in answer["error"]


def test_outside_a_checkout_is_no_green(tmp_path: Path) -> None:
    """Contracts in no git repository can't be compared with a ref."""
    save(orders(), tmp_path / "contracts/orders/v1.odcs.yaml")
    arguments = ["diff", "--against", "HEAD", "--contracts", str(tmp_path / "contracts")]
    done = CliRunner(env={"GIT_CEILING_DIRECTORIES": str(tmp_path)}).invoke(command, arguments)
    assert (done.exit_code, "Nothing was compared" in done.output) == (2, True)
