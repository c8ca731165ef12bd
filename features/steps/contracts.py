"""Sentences about a contract alone: payloads made from it, and what its enforcers say of payloads."""

import json
import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from cli import touched
from features.harness import COMMAND, ROOT


@dataclass
class Desk:
    """Payloads on their way through the command: `aimed` is the clause each of `lines` was made to break, or None."""

    contract: str = "client_tickets"
    lines: list[bytes] = field(default_factory=list)
    aimed: list[str | None] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def run(self, subcommand: str, *arguments: str, stdin: bytes = b"") -> list[bytes]:
        """The lines that `tickets contracts SUBCOMMAND FILE ...` prints."""
        file = str(ROOT / "contracts" / self.contract / "v1.odcs.yaml")
        command = [COMMAND, "contracts", subcommand, file, *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120)
        assert done.returncode in (0, 1), done.stderr.decode()  # 3: the enforcers differ
        return done.stdout.splitlines()


@pytest.fixture
def desk() -> Desk:
    """An empty desk."""
    return Desk()


@given(parsers.parse("{count:d} payloads made from {contract}"))
def payloads_made(desk: Desk, count: int, contract: str) -> None:
    """As `tickets contracts payloads` prints them."""
    desk.contract = contract
    desk.lines = desk.run("payloads", "--events", str(count), "--seed", "5")
    desk.aimed = [None] * len(desk.lines)
    assert len(desk.lines) == count


@given(parsers.parse("payloads made to break each clause of {contract}"))
def payloads_broken(desk: Desk, contract: str) -> None:
    """Labelled; a batch breaks a clause over many events, so it is no one payload's fault."""
    desk.contract = contract
    for line in desk.run("payloads", "--each-clause", "--seed", "5"):
        made = json.loads(line)
        if "payload" in made:
            desk.lines.append(json.dumps(made["payload"]).encode())
            desk.aimed.append(made["clause"])
    assert len(desk.lines) > 50


@given(parsers.re(r"the payload (?P<payload>\{.*\})"))
def the_payload(desk: Desk, payload: str) -> None:
    """As it is written."""
    desk.lines, desk.aimed = [payload.encode()], [None]


@when("every enforcer judges them")
@when("every enforcer judges it")
def every_enforcer_judges(desk: Desk) -> None:
    """Where one said something else, the command would have exited with 3."""
    desk.answers = [
        json.loads(line) for line in desk.run("verdict", "-", "--enforcer", "all", stdin=b"\n".join(desk.lines))
    ]
    assert len(desk.answers) == len(desk.lines)


@then("all are accepted")
def all_are_accepted(desk: Desk) -> None:
    """None breaks anything."""
    assert [answer for answer in desk.answers if not answer["accepted"]] == []


@then("each is refused for the clause it was made to break")
def each_is_refused(desk: Desk) -> None:
    """The clause is among those named."""
    for answer, aimed in zip(desk.answers, desk.aimed, strict=True):
        assert aimed in [violation["clause"] for violation in answer["violations"]]


@then(parsers.parse("it is refused for {clause}"))
def it_is_refused_for(desk: Desk, clause: str, request: pytest.FixtureRequest) -> None:
    """The clause is among those named for the one payload."""
    assert clause in [violation["clause"] for violation in desk.answers[0]["violations"]]
    touched.record("scenario", request.node.nodeid, [clause])
