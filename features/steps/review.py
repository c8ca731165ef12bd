"""Sentences about the review of a change: what changes, what the command says of it."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_bdd import given, parsers, then, when

from features.harness import COMMAND, ROOT

WHOM = {
    "readers of new events": "readers_of_new_events",
    "readers of old events": "readers_of_old_events",
    "producers": "producers",
}


@dataclass
class Review:
    """A contract before and after, its waivers, and what the command said."""

    folder: Path
    document: dict[str, Any] = field(default_factory=dict)
    waivers: list[dict[str, str]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def properties(self) -> list[dict[str, Any]]:
        """The fields of the contract."""
        found: list[dict[str, Any]] = self.document["schema"][0]["properties"]
        return found

    def save(self, name: str) -> Path:
        """The contract as it stands, in a file."""
        file = self.folder / name
        file.write_text(yaml.safe_dump(self.document, sort_keys=False), "utf-8")
        return file

    def compare(self) -> None:
        """Ask the command."""
        waivers = self.folder / "waivers.yaml"
        waivers.write_text(json.dumps({"waivers": self.waivers}), "utf-8")
        files = [str(self.folder / "old.odcs.yaml"), str(self.save("new.odcs.yaml"))]
        command = [COMMAND, "contracts", "diff", *files, "--waivers", str(waivers), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode in (0, 1), done.stderr
        self.answer = json.loads(done.stdout)

    @property
    def worst(self) -> dict[str, Any]:
        """The finding that counts most."""
        found: dict[str, Any] = self.answer["findings"][0]
        return found


@pytest.fixture
def review(tmp_path: Path) -> Review:
    """An empty review."""
    return Review(tmp_path)


@given(parsers.re(r"the contract (?P<key>\w+\.v\d+)"))
def the_contract(review: Review, key: str) -> None:
    """As it stands in this repository."""
    name, version = key.split(".")
    review.document = yaml.safe_load((ROOT / "contracts" / name / f"{version}.odcs.yaml").read_text("utf-8"))
    review.save("old.odcs.yaml")


@given(parsers.parse("a waiver of {rule} for {path} until {day}"))
def a_waiver(review: Review, rule: str, path: str, day: str) -> None:
    """Somebody has decided."""
    words = {"reason": "Every reader takes any channel.", "owner": "ticketing"}
    review.waivers.append({"rule": rule, "path": path, "expires": day, **words})


def _field(review: Review, name: str) -> dict[str, Any]:
    return next(row for row in review.properties if row["name"] == name)


@when(parsers.re(r"its (?P<name>\w+) changes so that its maximum is (?P<bound>\d+)"))
def maximum(review: Review, name: str, bound: str) -> None:
    """Another bound."""
    _field(review, name)["logicalTypeOptions"]["maximum"] = int(bound)
    review.compare()


@when(parsers.re(r"its (?P<name>\w+) changes so that (?P<value>\w+) is a value too"))
def one_value_more(review: Review, name: str, value: str) -> None:
    """A longer list."""
    _field(review, name)["quality"][0]["arguments"]["validValues"].append(value)
    review.compare()


@when(parsers.re(r"its (?P<name>\w+) changes so that it is called (?P<other>\w+)"))
def renamed(review: Review, name: str, other: str) -> None:
    """Another name."""
    _field(review, name)["name"] = other
    review.compare()


@when(parsers.re(r"its (?P<name>\w+) changes so that it is gone"))
def gone(review: Review, name: str) -> None:
    """One field less."""
    review.properties.remove(_field(review, name))
    review.compare()


@when(parsers.re(r"its (?P<name>\w+) changes so that it is required"))
def required(review: Review, name: str) -> None:
    """It must be there."""
    _field(review, name)["required"] = True
    review.compare()


@when(parsers.re(r"its (?P<name>\w+) changes so that it is a new field that may be absent"))
def added(review: Review, name: str) -> None:
    """One field more."""
    review.properties.append({"name": name, "logicalType": "string", "classification": "internal"})
    review.compare()


@when(parsers.re(r"its (?P<name>\w+) changes so that its description is another"))
def described(review: Review, name: str) -> None:
    """Words only."""
    _field(review, name)["description"] = "Something else."
    review.compare()


@then(parsers.parse("the review says {verdict}"))
def the_review_says(review: Review, verdict: str) -> None:
    """The worst verdict that counts."""
    assert review.answer["verdict"] == verdict


@then(parsers.parse("it breaks {whom}"))
def it_breaks(review: Review, whom: str) -> None:
    """Everybody named, and nobody else."""
    assert set(review.worst["breaks"]) == {WHOM[name.strip()] for name in whom.split(",")}


@then(parsers.re("the event that proves it is one the (?P<writer>old|new) version allows"))
def the_event_proves_it(review: Review, writer: str) -> None:
    """Judged once more, by the command, with the contract it was written with and with the other one."""
    event = json.dumps(review.worst["witness"]["event"])
    outcomes = {}
    for name in ("old", "new"):
        command = [COMMAND, "contracts", "verdict", str(review.folder / f"{name}.odcs.yaml"), "-", "--enforcer", "all"]
        done = subprocess.run(command, input=event, capture_output=True, text=True, check=False, timeout=120)
        outcomes[name] = json.loads(done.stdout)["accepted"]
    assert outcomes[writer]
    other = {"old": "new", "new": "old"}[writer]
    assert not outcomes[other] or review.worst["witness"]["clause"] is None  # null: read, and as another value


@then(parsers.parse("at least {count:d} events were read each way"))
def events_were_read(review: Review, count: int) -> None:
    """As the answer counts them."""
    replayed = review.answer["contracts"][0]["replayed"]
    assert min(replayed["old_to_new"], replayed["new_to_old"]) >= count


@then("the waiver is named beside the finding")
def the_waiver_is_named(review: Review) -> None:
    """Who decided, and why."""
    finding = next(row for row in review.answer["findings"] if row["waived"])
    assert (finding["verdict"], finding["waived"]["owner"]) == ("breaking", "ticketing")
