"""Who may do what on a broker that asks who one is: every right of a contract works, and nothing else does."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cli.tests.attempts import ATTEMPTS, OK, commit, log_in, outcome, write
from cli.tests.secured import KEEPER, Secured, admin, openssl, private, started
from features.harness import COMMAND, Pipeline
from runtime import access, kafka
from runtime.access import Acl
from runtime.continuity import Continuity
from runtime.errors import MachineError
from runtime.lag import Lag

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(300)]
PRODUCER, JOB, STRANGER, DEPUTY, NOBODY = "ticketing-producer", "tickets-processing", "stranger", "deputy", "nobody"
TOPIC, OTHER = "client_tickets", "other"
TOPIC_, GROUP, CLUSTER = "TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"
TRANSACTION, HIDDEN = "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "_NOENT"  # of a hidden topic a client knows no partition

USERS = {PRODUCER: "sasl", JOB: "sasl", STRANGER: "sasl", NOBODY: "open"}
EXPECTED = {
    "see the topic": (OK, OK, TOPIC_, TOPIC_),
    "see the topic's ends": (OK, OK, HIDDEN, HIDDEN),
    "write to the topic": (OK, TOPIC_, TOPIC_, TOPIC_),
    "read the topic in a group": (GROUP, OK, GROUP, GROUP),
    "read the topic alone": (TOPIC_, OK, GROUP, GROUP),
    "see another topic": (TOPIC_, TOPIC_, TOPIC_, TOPIC_),
    "write to another topic": (TOPIC_, TOPIC_, TOPIC_, TOPIC_),
    "read another topic in a group": (GROUP, TOPIC_, GROUP, GROUP),
    "commit in a group of the job's": (GROUP, OK, GROUP, GROUP),
    "commit in a group of another name": (GROUP, GROUP, GROUP, GROUP),
    "delete a group of the job's": (GROUP, GROUP, GROUP, GROUP),
    "open a transaction": (TRANSACTION, TRANSACTION, TRANSACTION, TRANSACTION),
    "read the topic's settings": (TOPIC_, TOPIC_, TOPIC_, TOPIC_),
    "change the topic's settings": (TOPIC_, TOPIC_, TOPIC_, TOPIC_),
    "add partitions": (TOPIC_, TOPIC_, TOPIC_, TOPIC_),
    "delete records": (TOPIC_, TOPIC_, HIDDEN, HIDDEN),
    "create a topic": (TOPIC_, TOPIC_, TOPIC_, TOPIC_),
    "delete the topic": (TOPIC_, TOPIC_, TOPIC_, TOPIC_),
    "change the broker's settings": (CLUSTER, CLUSTER, CLUSTER, CLUSTER),
    "make a rule": (CLUSTER, CLUSTER, CLUSTER, CLUSTER),
    "remove rules": (CLUSTER, CLUSTER, CLUSTER, CLUSTER),
    "make a user": (CLUSTER, CLUSTER, CLUSTER, CLUSTER),
}
CELLS = [
    pytest.param(user, attempt, answer, id=f"{user}: {attempt}")
    for attempt, answers in EXPECTED.items()
    for user, answer in zip(USERS, answers, strict=True)
]
Said = list[str]


@pytest.fixture(scope="module")
def said() -> Said:
    """Whatever commands of this module print."""
    return []


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, said: Said) -> Iterator[tuple[Secured, Pipeline]]:
    """One broker with authentication on, set up by `tickets broker apply` alone, and beside it what is not ours."""
    with pytest.MonkeyPatch.context() as environment:
        broker, site = started(tmp_path_factory.mktemp("secured"), environment)
        try:
            users = str(broker.users_file(PRODUCER, JOB))
            said.append(site.run("broker", "apply", "--users", users, "--yes").stdout)
            keeper = admin(broker.client(KEEPER))
            for user in (STRANGER, DEPUTY):
                access.create_user(keeper, user, broker.password(user))
            kafka.ensure_topic(broker.address("sasl"), OTHER, 1, {})
            for topic in (TOPIC, OTHER):
                assert outcome(write(topic), broker.client(KEEPER)) == OK
            yield broker, site
        finally:
            site.close()


@pytest.fixture
def broker(opened: tuple[Secured, Pipeline]) -> Secured:
    """Its ways in, and its users."""
    return opened[0]


@pytest.fixture
def site(opened: tuple[Secured, Pipeline]) -> Pipeline:
    """A workspace whose commands are the keeper's, unless a test says otherwise."""
    return opened[1]


def as_user(environment: pytest.MonkeyPatch, broker: Secured, user: str, listener: str = "sasl") -> None:
    """From now on commands and clients of this test are this user's."""
    environment.setenv("TICKETS_KAFKA_CONFIG", str(broker.client_file(user, listener)))


def applied(site: Pipeline, *options: str, expect: int = 0) -> dict[str, Any]:
    """What `tickets broker apply --json` says."""
    found: dict[str, Any] = json.loads(site.run("broker", "apply", "--json", *options, expect=expect).stdout)
    return found


def states(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What was to be done to what, and what became of it."""
    return [(row["action"], row["name"], row["state"]) for row in document["steps"]]


@pytest.mark.parametrize(("user", "attempt", "answer"), CELLS)
def test_a_user_may_do_what_its_role_needs_and_nothing_else(
    broker: Secured, user: str, attempt: str, answer: str
) -> None:
    """Each cell is really tried; a refusal is the broker's own, by name."""
    assert outcome(ATTEMPTS[attempt], broker.client(user, USERS[user])) == answer


def test_every_attempt_is_judged() -> None:
    """An attempt without a row would look tested; most rows must be refusals, and the keeper's rights are not tried."""
    assert EXPECTED.keys() == ATTEMPTS.keys()
    assert len([cell for cell in CELLS if cell.values[2] != OK]) >= 30


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, OK),
        ({"sasl.password": "wrong"}, "_AUTHENTICATION"),
        ({"sasl.username": "unknown"}, "_AUTHENTICATION"),
        ({"sasl.mechanism": "PLAIN"}, "_AUTHENTICATION"),
        ({"sasl.mechanism": "SCRAM-SHA-256"}, "_AUTHENTICATION"),
        ({"security.protocol": "PLAINTEXT"}, "_TRANSPORT"),
    ],
    ids=str,
)
def test_nobody_gets_in_without_the_right_login(broker: Secured, change: dict[str, str], answer: str) -> None:
    """Another password, user, mechanism or none at all."""
    assert outcome(log_in, {**broker.client(PRODUCER), **change}) == answer


def test_tls_is_trusted_by_its_authority_alone(broker: Secured, tmp_path: Path) -> None:
    """With it one gets in; with another authority of the same name, or with none, the connection is given up."""
    client = broker.client(PRODUCER, "tls")
    made = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "other.pem")]
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority", *made)
    assert outcome(log_in, client) == OK
    assert outcome(log_in, {**client, "ssl.ca.location": str(tmp_path / "other.pem")}) == "_SSL"
    plain = {**client, "security.protocol": "SASL_PLAINTEXT"}
    plain.pop("ssl.ca.location")
    assert outcome(log_in, plain) != OK
    attempts = {name: outcome(ATTEMPTS[name], client) for name in ("write to the topic", "write to another topic")}
    assert attempts == {"write to the topic": OK, "write to another topic": TOPIC_}


def test_the_producer_sends_and_the_job_reads_with_no_other_right(
    broker: Secured, site: Pipeline, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tickets produce` over both ways in; then what the job asks of the topic besides Spark: its ends, its records."""
    for listener in ("sasl", "tls"):
        as_user(monkeypatch, broker, PRODUCER, listener)
        run = site.run("produce", TOPIC, "--events", "20", "--broker", broker.address(listener), "--json")
        said += [run.stdout, run.stderr]
        assert json.loads(run.stdout)["acknowledged"] == 20
    as_user(monkeypatch, broker, JOB)
    own_group = kafka.group("audit")  # a refusal of the group may come after the records, or never
    assert outcome(commit(own_group), broker.client(JOB)) == OK
    ends = kafka.watermarks(broker.address("sasl"), TOPIC)
    assert sum(high - low for low, high in ends.values()) >= 40
    reader = Continuity(broker.address("sasl"), TOPIC)
    try:
        first = reader._timestamps({partition: 0 for partition, (_, high) in ends.items() if high})
    finally:
        reader.close()
    assert first.keys() == {partition for partition, (_, high) in ends.items() if high}


def test_the_job_s_metrics_need_no_more_than_its_rights(broker: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left in the topic, and how old it is, is asked as the job's user."""
    as_user(monkeypatch, broker, JOB)
    with contextlib.closing(Lag(broker.address("sasl"), TOPIC, dict)) as lag:
        left = lag.ask()
    assert left is not None
    assert [one for one in left.values() if one.offsets]
    assert all(one.oldest_at is not None for one in left.values() if one.offsets)


def test_a_reader_who_produces_is_told_and_its_events_are_kept(
    broker: Secured, site: Pipeline, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job's user has no right to write anywhere, so it is not even given a producer's id."""
    as_user(monkeypatch, broker, JOB)
    run = site.run("produce", TOPIC, "--events", "5", "--json", expect=1)
    said += [run.stdout, run.stderr]
    document = json.loads(run.stdout)
    assert document["acknowledged"] == 0 < document["failed"] == document["sent"]
    reasons = [(error["code"], error["count"]) for error in document["errors"]]
    assert reasons == [(TOPIC_, document["sent"])], document["errors"]  # whether it is refused before or after it sends
    assert "Traceback" not in run.stderr
    Path(document["outbox"]).unlink()


def test_a_wrong_password_is_told_and_not_shown(
    broker: Secured, site: Pipeline, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says that the login failed, and where the login is written."""
    wrong = {**broker.client(PRODUCER), "sasl.password": "planted-wrong-password"}
    lines = "".join(f"{key}={value}\n" for key, value in wrong.items())
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", str(private(broker.folder / "wrong.properties", lines)))
    run = site.run("produce", TOPIC, "--events", "1", "--broker", broker.address("sasl"), expect=1)
    said.append(run.stderr)
    assert "uthentication fail" in run.stderr
    assert "TICKETS_KAFKA_CONFIG" in run.stderr
    assert "planted" not in run.stdout + run.stderr


def test_a_second_apply_changes_nothing(site: Pipeline) -> None:
    """And says so: exit code 0 of --check means that the broker is as the contracts say."""
    assert applied(site, "--yes")["steps"] == []
    assert "Nothing to change." in site.run("broker", "apply", "--check").stdout


def test_what_is_beyond_the_contract_is_shown_and_removed_only_when_asked(broker: Secured, site: Pipeline) -> None:
    """A setting and rules that somebody added go with --prune; another topic's and another user's rules stay."""
    keeper = admin(broker.client(KEEPER))
    stray = Acl(f"User:{STRANGER}", "ALLOW", "READ", "TOPIC", "LITERAL", TOPIC, "*")
    wide = Acl(f"User:{PRODUCER}", "ALLOW", "ALTER", "CLUSTER", "LITERAL", "kafka-cluster", "*")
    others = [
        Acl(f"User:{STRANGER}", "ALLOW", "READ", "TOPIC", "LITERAL", OTHER, "*"),
        Acl("User:backup", "ALLOW", "READ", "TOPIC", "LITERAL", "*", "*"),
    ]
    for rule in (stray, wide, *others):
        access.create_acl(keeper, rule)
    access.set_setting(keeper, TOPIC, "segment.ms", "600000")
    extra = [
        ("remove", f"{TOPIC} segment.ms", "kept"),
        ("remove", f"User:{STRANGER} may READ topic {TOPIC}", "kept"),
        ("remove", f"User:{PRODUCER} may ALTER cluster kafka-cluster", "kept"),
    ]
    found = applied(site, "--check")
    assert sorted(states(found)) == sorted(extra)
    assert any("User:backup may READ topic *: reaches client_tickets too" in note for note in found["notes"])
    assert {state for *_, state in states(applied(site, "--check", "--prune", expect=1))} == {"planned"}
    assert {state for *_, state in states(applied(site, "--prune", "--yes"))} == {"done"}
    left = access.read(keeper, [TOPIC], acls=True, users=False)
    assert left.acls is not None
    assert {stray, wide} & left.acls == set()
    assert set(others) <= left.acls
    assert "segment.ms" not in left.topics[TOPIC].set_here
    for rule in others:
        access.delete_acl(keeper, rule)


def test_an_apply_that_fails_half_way_says_what_was_done(
    broker: Secured, site: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deputy who may change the topic but no rule: the setting is done, the rule failed, the rest is not tried."""
    keeper = admin(broker.client(KEEPER))
    on_topic = ("DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS")
    rights = [Acl(f"User:{DEPUTY}", "ALLOW", may, "TOPIC", "LITERAL", TOPIC, "*") for may in on_topic]
    rights.append(Acl(f"User:{DEPUTY}", "ALLOW", "DESCRIBE", "CLUSTER", "LITERAL", "kafka-cluster", "*"))
    for rule in rights:
        access.create_acl(keeper, rule)
    for may in ("WRITE", "DESCRIBE"):
        access.delete_acl(keeper, Acl(f"User:{PRODUCER}", "ALLOW", may, "TOPIC", "LITERAL", TOPIC, "*"))
    access.set_setting(keeper, TOPIC, "retention.ms", "1000000")
    try:
        with monkeypatch.context() as deputy:
            as_user(deputy, broker, DEPUTY)
            document = applied(site, "--yes", expect=1)
            told = site.run("broker", "apply", "--yes", expect=1)
    finally:
        for rule in rights:
            access.delete_acl(keeper, rule)
        applied(site, "--yes")
    done = [state for action, _, state in states(document) if action != "remove"]
    assert done == ["done", "failed", "not tried"]
    assert CLUSTER in next(row["reason"] for row in document["steps"] if row["state"] == "failed")
    assert "failed     + acl     User:ticketing-producer may WRITE topic client_tickets" in told.stdout
    assert "alter the cluster" in told.stderr
    assert applied(site, "--check")["steps"] == []


def test_who_may_not_look_is_told_so(broker: Secured, site: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that hides its rules is no broker without rules: nothing is planned against a guess."""
    as_user(monkeypatch, broker, STRANGER)
    with pytest.raises(MachineError, match=f"which access rules it has, and answered {CLUSTER}"):
        access.read_acls(kafka.admin(broker.address("sasl")))
    run = site.run("broker", "apply", "--check", expect=1)
    assert TOPIC_ in run.stderr


def test_an_event_goes_there_and_back(broker: Secured, site: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a scratch topic that is gone afterwards; a user who may make none is told, and one topic's events stay out."""
    document = json.loads(site.run("broker", "check", "--json").stdout)
    assert document["ok"]
    assert list(document["milliseconds"]) == ["create", "publish", "consume", "remove"]
    there = kafka.admin(broker.address("sasl")).list_topics(timeout=10).topics
    assert not [name for name in there if name.startswith("tickets-check-")]
    assert "would be data in it" in site.run("broker", "check", "--topic", TOPIC, expect=2).stderr
    as_user(monkeypatch, broker, JOB)
    assert "can't be created" in site.run("broker", "check", expect=1).stderr
    assert TOPIC_ in site.run("broker", "check", "--topic", OTHER, expect=1).stderr


def test_no_secret_is_said_anywhere(
    broker: Secured, site: Pipeline, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in what commands print, not in a log or any file of the workspace but the broker's own, which is its owner's;
    not in the command line of the broker or a producer while they run.
    """
    as_user(monkeypatch, broker, PRODUCER)
    words = [str(COMMAND), "produce", TOPIC, "--events", "200", "--rate", "100", "--json"]
    producer = subprocess.Popen(
        words, env=site.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=broker.folder
    )
    started_from = [" ".join(psutil.Process(producer.pid).cmdline())]
    said += producer.communicate(timeout=120)
    pid = json.loads((site.data / "broker" / "broker.json").read_text())["pid"]
    started_from.append(" ".join(psutil.Process(pid).cmdline()))
    assert "kafka.Kafka" in started_from[-1]
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", str(broker.client_file(KEEPER)))
    said += [site.run("broker", *words).stdout for words in (["status"], ["apply", "--check"], ["check"])]
    said.append(site.run("doctor", expect=None).stdout)
    own = site.data / "broker" / "server.properties"
    assert own.stat().st_mode & 0o077 == 0
    files = {path: path.read_bytes() for path in site.data.rglob("*") if path.is_file() and path != own}
    assert (site.data / "broker" / "kafka.log") in files
    for secret in broker.passwords.values():
        assert [line for line in (*said, *started_from) if secret in line] == []
        assert [path for path, content in files.items() if secret.encode() in content] == []
    assert any(secret in own.read_text() for secret in broker.passwords.values())  # the search finds what is there
