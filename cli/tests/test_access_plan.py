"""What a broker is to what it should be: which steps there are, and which there never are."""

from collections.abc import Collection, Iterable
from dataclasses import replace

import click
import pytest

from cli.access import told
from cli.access.carry import Outcome
from cli.access.plan import Plan, Setting, plan, sentence
from cli.access.wanted import Wanted, wanted
from cli.tests.shown import CLIENT_TICKETS
from contracts.compiler.catalogue import HOME, Catalogue
from runtime.access import Acl, Broker, Topic
from runtime.errors import MachineError
from runtime.registry import Registered

FOLDER = Catalogue(HOME)
TOPIC = "client_tickets"
PRODUCER, JOB = "ticketing-producer", "tickets-processing"
WANTED = wanted([FOLDER.get(TOPIC)], FOLDER)
(SUBJECT,) = WANTED.schemas


def rule(
    principal: str, operation: str, name: str = TOPIC, kind: str = "TOPIC", pattern: str = "LITERAL", may: str = "ALLOW"
) -> Acl:
    """One rule for a user."""
    return Acl(f"User:{principal}", may, operation, kind, pattern, name, "*")


def topic(partitions: int | None = None, **settings: str) -> Topic:
    """The topic as the contract wants it, with some settings otherwise (`_` for `.`)."""
    (found,) = WANTED.topics
    own = {**found.set_here, **{key.replace("_", "."): value for key, value in settings.items()}}
    return Topic(TOPIC, partitions or found.partitions, {"min.insync.replicas": "1", **own}, own)


def broker(found: Topic | None = None, acls: Iterable[Acl] | None = WANTED.acls, users: Iterable[str] = ()) -> Broker:
    """A broker that has this topic, and these rules beside those that are wanted."""
    here = None if acls is None else frozenset(acls)
    return Broker({TOPIC: found} if found else {}, here, frozenset(users))


def made(found: Broker, subjects: dict[str, Registered | None] | None = None, users: Collection[str] = ()) -> Plan:
    """The plan to what client_tickets wants."""
    return plan(WANTED, found, subjects, users)


def lines(found: Plan) -> list[str]:
    """Its steps as they are shown."""
    return [told.line(step) for step in found.steps]


def test_an_empty_broker_gets_everything_in_the_order_that_works() -> None:
    """The topic with its settings, then who may use it; nothing is removed."""
    found = made(broker(acls=()), {SUBJECT: None}, [PRODUCER])
    settings = "cleanup.policy=delete, max.message.bytes=1000000, retention.ms=2592000000"
    assert lines(found) == [
        f"+ topic   client_tickets: 4 partitions, {settings}",
        "+ user    ticketing-producer: SCRAM-SHA-512 password",
        "+ acl     User:ticketing-producer may WRITE topic client_tickets",
        "+ acl     User:ticketing-producer may DESCRIBE topic client_tickets",
        "+ acl     User:tickets-processing may READ topic client_tickets",
        "+ acl     User:tickets-processing may DESCRIBE topic client_tickets",
        "+ acl     User:tickets-processing may READ group tickets-processing*",
        "+ schema  client_tickets-value: version 1",
    ]
    assert (found.errors, found.notes) == ((), ())


def test_a_broker_that_is_as_it_should_be_needs_nothing() -> None:
    """What the broker goes by counts, whoever set it; users with a password are only told of."""
    inherited = replace(topic(), set_here={})
    registered = Registered(3, "JSON", WANTED.schemas[SUBJECT])
    for there in (topic(), inherited):
        found = made(broker(there, users=[PRODUCER]), {SUBJECT: registered}, [PRODUCER])
        assert found.steps == ()
        assert found.notes == ("ticketing-producer: a password is there already and stays as it is",)


def test_a_setting_that_differs_is_changed_and_one_beyond_the_contract_may_be_removed() -> None:
    """Old and new are shown; a removal goes back to the broker's default, and waits for --prune."""
    found = made(broker(topic(retention_ms="1000", segment_ms="5")))
    assert lines(found) == [
        "~ setting client_tickets retention.ms: 1000 -> 2592000000",
        "- setting client_tickets segment.ms: 5",
    ]
    assert [step.target for step in found.due(prune=False)] == [Setting(TOPIC, "retention.ms", "2592000000")]
    assert found.due(prune=True)[1].target == Setting(TOPIC, "segment.ms", None)


@pytest.mark.parametrize("count", [1, 12])
def test_another_number_of_partitions_is_no_step_but_an_error(count: int) -> None:
    """Neither more nor fewer: the key's order would be lost, and the message says so."""
    found = made(broker(topic(partitions=count)))
    (error,) = found.errors
    assert f"has {count} partitions, its contract wants 4" in error
    assert "order" in error
    assert found.steps == ()


OURS = {
    "a stranger who reads our topic": rule("eve", "READ"),
    "everybody on our topic": rule("*", "DESCRIBE"),
    "the producer reading back": rule(PRODUCER, "READ"),
    "all rights for the job": rule(JOB, "ALL"),
    "the job altering the cluster": rule(JOB, "ALTER", "kafka-cluster", "CLUSTER"),
    "any group for the job": rule(JOB, "READ", "*", "GROUP"),
    "transactions for the producer": rule(PRODUCER, "WRITE", "tx", "TRANSACTIONAL_ID", "PREFIXED"),
    "the same right, from one machine": replace(rule(PRODUCER, "WRITE"), host="10.0.0.7"),
    "the producer forbidden to write": rule(PRODUCER, "WRITE", may="DENY"),
    "everybody forbidden all": rule("*", "ALL", may="DENY"),
}
NOT_OURS = {
    "another topic's reader": rule("eve", "READ", "orders"),
    "another user's group": rule("eve", "READ", "eve", "GROUP", "PREFIXED"),
    "an administrator": rule("admin", "ALL", "kafka-cluster", "CLUSTER"),
    "a topic whose name only begins alike": rule("eve", "READ", "client_tickets_archive"),
    "everybody forbidden to delete ours": rule("*", "DELETE", may="DENY"),
    "a stranger forbidden to read ours": rule("eve", "READ", may="DENY"),
}
NOTED = {
    "every topic for a backup": (rule("backup", "READ", "*"), "reaches client_tickets too"),
    "every topic that begins alike": (rule("eve", "READ", "client", pattern="PREFIXED"), "reaches client_tickets too"),
    "the producer on another topic": (rule(PRODUCER, "WRITE", "orders"), "is another topic's"),
}


@pytest.mark.parametrize("acl", OURS.values(), ids=OURS.keys())
def test_a_rule_of_ours_that_no_contract_asks_for_waits_for_prune(acl: Acl) -> None:
    """On our topic whoever it names; for our users on whatever is no topic; and what forbids what is granted."""
    found = made(broker(topic(), {*WANTED.acls, acl}))
    assert [(step.action, step.target) for step in found.steps] == [("remove", acl)]
    assert found.due(prune=False) == ()


@pytest.mark.parametrize("acl", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_a_rule_of_somebody_else_is_never_touched(acl: Acl) -> None:
    """Other topics and users are another contract's, and a rule that forbids more than ours allow is welcome."""
    found = made(broker(topic(), {*WANTED.acls, acl}))
    assert (found.steps, found.notes) == ((), ())


@pytest.mark.parametrize(("acl", "why"), NOTED.values(), ids=NOTED.keys())
def test_a_rule_that_is_wider_than_ours_stays_and_is_told(acl: Acl, why: str) -> None:
    """It opens our topic, or gives our user more, but may be needed elsewhere: a person has to look."""
    found = made(broker(topic(), {*WANTED.acls, acl}))
    assert found.steps == ()
    assert found.notes == (f"{sentence(acl)}: {why}, and stays, since it is not this contract's alone",)


@pytest.mark.parametrize(
    "newest", [Registered(2, "AVRO", "{}"), Registered(2, "JSON", "{}"), Registered(2, "JSON", "x")]
)
def test_another_schema_is_registered_as_a_new_version(newest: Registered) -> None:
    """Whatever differs from the subject's newest one, or is no JSON Schema at all."""
    assert lines(made(broker(topic()), {SUBJECT: newest})) == [
        "~ schema  client_tickets-value: version 2 -> a new version"
    ]


def test_without_a_registry_or_an_authorizer_there_are_no_such_steps() -> None:
    """Neither is needed for the topic."""
    assert [step.kind for step in made(broker(acls=None)).steps] == ["topic"]


def test_two_contracts_of_one_topic_are_wrong_use() -> None:
    """Their settings would be set by turns."""
    one = FOLDER.get(str(CLIENT_TICKETS))
    with pytest.raises(click.UsageError, match="describe the same topic"):
        wanted([one, replace(one, name="other")], FOLDER)


def test_the_roles_of_an_older_version_on_the_topic_count_too() -> None:
    """Producers move on different days: to cut off those of the older version would lose their events."""
    old, new = FOLDER.get("client_tickets.v1"), FOLDER.get("client_tickets.v2")
    moved = replace(new, roles=tuple(replace(role, name=f"{role.name}-2") for role in new.roles))
    assert wanted([moved], FOLDER).users == {role.name for role in (*old.roles, *moved.roles)}


def test_a_role_without_a_meaning_is_told() -> None:
    """It gets no right, and is not dropped in silence."""
    contract = FOLDER.get("client_tickets.v1")
    odd = replace(contract, roles=(replace(contract.roles[0], access="owner"),))
    asked: Wanted = wanted([odd], FOLDER)
    assert asked.acls == ()
    assert "role 'ticketing-producer' gets no right" in asked.notes[0]


def test_what_was_done_and_what_not_is_told() -> None:
    """After a step that failed: each step with its state, and the reason once."""
    first, second, third = made(broker(acls=())).steps[:3]
    refused = MachineError("the broker said no", "Ask it.")
    rows = [Outcome(first, "done", None), Outcome(second, "failed", refused), Outcome(third, "not tried", None)]
    text = list(told.ended(rows))
    assert [line.split()[0] for line in text] == ["done", "failed", "the", "not"]
    assert "the broker said no" in text[2]
    document = told.document(Plan((first, second, third), (), ()), rows, "h:1", prune=False)
    assert [row["state"] for row in document["steps"]] == ["done", "failed", "not tried"]
    assert document["steps"][1]["reason"] == "the broker said no"
    assert document["ok"] is False
