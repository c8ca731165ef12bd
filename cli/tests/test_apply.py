"""`tickets broker apply` as a command: what it asks, refuses and answers. A broker in memory stands in for Kafka."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.access import apply as command
from cli.access import carry
from runtime import access
from runtime import broker as brokers
from runtime.access import Acl, Broker, Topic
from runtime.errors import MachineError
from runtime.tests.registry import serving

TOPIC = "client_tickets"


class Stand:
    """A broker in memory; `refuse` names a kind of step that it does not carry out."""

    def __init__(self) -> None:
        self.state = Broker({}, frozenset(), frozenset())
        self.passwords: dict[str, str] = {}
        self.refuse: str | None = None

    def read(self, client: Any, topics: list[str], *, acls: bool, users: bool) -> Broker:
        """As `access.read`."""
        shown = self.state if acls else replace(self.state, acls=None)
        return replace(shown, users=shown.users if users else None)

    def doing(self) -> Mapping[tuple[str, str], Any]:
        """As the table of the same steps on a real broker."""
        return {
            ("create", "topic"): self._topic,
            ("create", "user"): self._user,
            ("create", "acl"): lambda _, acl: self._acls((self.state.acls or frozenset()) | {acl}),
            ("remove", "acl"): lambda _, acl: self._acls((self.state.acls or frozenset()) - {acl}),
        }

    def _topic(self, _: Any, topic: Topic) -> None:
        self.state = replace(self.state, topics={topic.name: topic})

    def _user(self, hands: carry.Hands, name: str) -> None:
        self.passwords[name] = hands.passwords[name]
        self.state = replace(self.state, users=(self.state.users or frozenset()) | {name})

    def _acls(self, acls: frozenset[Acl]) -> None:
        if self.refuse == "acl":
            raise MachineError("the broker said no", "Ask it.")
        self.state = replace(self.state, acls=acls)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stand:
    """An empty broker that every command of the test talks to."""

    @contextlib.contextmanager
    def connect(choice: str, workspace: Any) -> Iterator[brokers.Broker]:
        yield brokers.Broker("external", "127.0.0.1:1")

    made = Stand()
    monkeypatch.setattr(brokers, "connect", connect)
    monkeypatch.setattr(access, "read", made.read)
    monkeypatch.setattr(carry, "DO", {**carry.DO, **made.doing()})
    monkeypatch.setattr(command, "SETTLED_S", 0.0)
    monkeypatch.setenv("TICKETS_DATA", str(tmp_path / "data"))
    for name in ("TICKETS_REGISTRY", "TICKETS_KAFKA_CONFIG", "TICKETS_CONTRACTS", "TICKETS_BROKER"):
        monkeypatch.delenv(name, raising=False)
    return made


def applied(*options: str, expect: int = 0, answer: str | None = None, terminal: bool = False) -> Result:
    """Run the command; with `terminal`, as if somebody sat there."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(command, "terminal", lambda: terminal)
        done = CliRunner().invoke(command.apply, [TOPIC, *options], input=answer)
    assert done.exit_code == expect, done.output
    return done


def test_a_terminal_is_asked(stand: Stand) -> None:
    """The plan comes first; no means that nothing was changed, yes that all of it was."""
    said = applied(terminal=True, answer="n\n", expect=1).output
    assert said.index("+ topic   client_tickets") < said.index("Carry this out?") < said.index("Nothing was changed.")
    assert stand.state.topics == {}
    applied(terminal=True, answer="y\n")
    assert stand.state.topics.keys() == {TOPIC}
    assert "Nothing to change." in applied(terminal=True).output


def test_without_a_terminal_yes_must_be_said(stand: Stand) -> None:
    """A pipeline that would be asked is wrong use; what is fine already needs no yes."""
    assert "add --yes" in applied(expect=2).output
    assert stand.state.topics == {}
    applied("--yes")
    applied()


def test_check_changes_nothing(stand: Stand) -> None:
    """It exits with 1 where something would change, with 0 where nothing would, and wins over --yes."""
    applied("--check", "--yes", expect=1)
    assert stand.state.topics == {}
    applied("--yes")
    applied("--check")
    extra = Acl("User:eve", "ALLOW", "READ", "TOPIC", "LITERAL", TOPIC, "*")
    stand.state = replace(stand.state, acls=(stand.state.acls or frozenset()) | {extra})
    assert "stays: only --prune removes" in applied("--check").output
    applied("--check", "--prune", expect=1)


def test_json_is_one_document(stand: Stand) -> None:
    """Every step with its state, and nothing else on stdout."""
    document = json.loads(applied("--json", "--yes").stdout)
    assert document["ok"]
    assert {row["state"] for row in document["steps"]} == {"done"}
    assert document["steps"][1]["acl"]["principal"] == "User:ticketing-producer"
    assert json.loads(applied("--json").stdout)["steps"] == []


def test_another_number_of_partitions_stops_everything(stand: Stand) -> None:
    """Nothing else is carried out either: the contract or the broker is another one than was meant."""
    stand.state = Broker({TOPIC: Topic(TOPIC, 3, {}, {})}, frozenset(), None)
    said = applied("--yes", expect=1).output
    assert "has 3 partitions, its contract wants 4" in said
    assert stand.state.acls == frozenset()


def test_a_broker_without_an_authorizer_is_an_error_unless_that_is_said(stand: Stand) -> None:
    """Rules that nobody enforces would look like safety."""
    stand.state = Broker({}, None, None)
    failed = applied("--yes", expect=1)
    assert isinstance(failed.exception, MachineError)
    assert "has no authorizer" in failed.exception.what
    applied("--yes", "--without-acls")
    assert stand.state.topics.keys() == {TOPIC}
    stand.state = replace(stand.state, acls=frozenset())
    assert "Nothing to change." in applied("--without-acls").output


def test_what_failed_is_an_error_with_the_brokers_words(stand: Stand) -> None:
    """And what was done before it, and what was not tried after it, is told."""
    stand.refuse = "acl"
    failed = applied("--yes", "--json", expect=1)
    states = [row["state"] for row in json.loads(failed.stdout)["steps"]]
    assert states == ["done", "failed", *["not tried"] * 4]
    assert isinstance(failed.exception, MachineError)


def test_passwords_come_from_a_file_for_our_users_only(stand: Stand, tmp_path: Path) -> None:
    """A name that is no role, or no password, is wrong use; no password is ever shown."""
    file = tmp_path / "users"
    for text, why in (("eve=planted-1\n", "eve in"), ("ticketing-producer=\n", "has no password")):
        file.write_text(text)
        assert why in applied("--users", str(file), "--yes", expect=2).output
    assert "means nothing" in applied("--users", str(file), "--without-acls", expect=2).output
    file.write_text("tickets-processing=planted=1\n")
    said = applied("--users", str(file), "--yes").output
    assert stand.passwords == {"tickets-processing": "planted=1"}
    assert "planted" not in said
    assert "a password is there already" in applied("--users", str(file), "--yes").output


def test_the_schema_is_registered_where_a_registry_is(stand: Stand) -> None:
    """Once: a second time its newest version is found to be the same; another one becomes a new version."""
    with serving() as registry:
        applied("--registry", registry.url, "--yes")
        ((subject, versions),) = registry.subjects.items()
        assert (subject, [row["schemaType"] for row in versions]) == ("client_tickets-value", ["JSON"])
        assert json.loads(versions[0]["schema"])["properties"]["event_id"]
        assert "Nothing to change." in applied("--registry", registry.url).output
        versions.append({"schemaType": "JSON", "schema": "{}"})
        assert "version 2 -> a new version" in applied("--registry", registry.url, "--check", expect=1).output
        registry.incompatible = True
        failed = applied("--registry", registry.url, "--yes", expect=1)
        assert isinstance(failed.exception, MachineError)
        assert "incompatible" in failed.exception.what
