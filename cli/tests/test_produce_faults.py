"""`tickets produce` on a real broker that is killed, refuses, forgets: each event ends acknowledged, or kept."""

import json
import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from features.harness import COMMAND, ROOT, Pipeline, wait_for
from features.topic import away, kill_broker, receipts, records, set_largest

pytestmark = [pytest.mark.jvm, pytest.mark.timeout(400)]
SOURCE = ROOT / "contracts" / "client_tickets" / "v1.odcs.yaml"
LIMIT = 3000  # bytes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A workspace with a broker for the whole module; each test has a topic of its own."""
    folder = tmp_path_factory.mktemp("faults")
    made = Pipeline(folder / "data", contracts=folder / "contracts")
    made.open()
    try:
        yield made
    finally:
        made.close()


def topic(site: Pipeline, name: str) -> str:
    """A contract like client_tickets, and a topic, of this name."""
    file = site.contracts / name / "v1.odcs.yaml"
    file.parent.mkdir(parents=True)
    text = re.sub(r"\bclient_tickets\b", name, SOURCE.read_text("utf-8"))
    file.write_text(re.sub(r".*referenceContracts.*\n", "", text), "utf-8")
    return name


def started(site: Pipeline, *arguments: str) -> subprocess.Popen[str]:
    """The producer, running; `ended` waits for its summary."""
    words = [str(COMMAND), "produce", *arguments, "--json"]
    return subprocess.Popen(words, env=site.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(producer: subprocess.Popen[str], code: int, deadline_s: float = 240) -> dict[str, Any]:
    """What it says at its end."""
    out, err = producer.communicate(timeout=deadline_s)
    assert producer.returncode == code, out + err
    made: dict[str, Any] = json.loads(out)
    return made


def produced(site: Pipeline, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The same from beginning to end."""
    return ended(started(site, *arguments), code)


def resumed(site: Pipeline, name: str, code: int = 0) -> dict[str, Any]:
    """Send what was kept."""
    return produced(site, name, "--resume", code=code)


def outbox(site: Pipeline, name: str) -> list[Path]:
    """The files that wait."""
    return sorted((site.data / "outbox").glob(f"{name}-*"))


def places(site: Pipeline, name: str) -> list[tuple[Any, int, int]]:
    """Every record of a topic as a receipt would say it."""
    return [(row.id, row.partition, row.offset) for row in records(site.bootstrap, name)]


def lines(folder: Path, *requests: str) -> Path:
    """A file of valid events without ids, one for each request."""
    event = {
        "event_type": "opened",
        "ticket_id": "TCK-00000001",
        "client_id": "CLI-004711",
        "occurred_at": "2026-01-05T08:30:00Z",
        "request_type": "billing",
        "priority": "normal",
        "channel": "web",
    }
    file = folder / "own.jsonl"
    made = ({**event, "ticket_id": f"TCK-{n:08d}", "request": text} for n, text in enumerate(requests))
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), "utf-8")
    return file


def large(number: int) -> str:
    """A request as long as the contract allows, of which nothing can be compressed away."""
    rng = Random(number)
    return "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(2000))


def test_receipts_are_what_stands_in_the_topic(site: Pipeline, tmp_path: Path) -> None:
    """One line a record, its id null where the value has none; and each record names its producer."""
    name, file = topic(site, "told"), tmp_path / "sent.jsonl"
    for seed in ("1", "2"):
        mix = ["--invalid", "30%", "--duplicates", "5%"]
        produced(site, name, "--events", "400", "--seed", seed, *mix, "--receipts", str(file), "--producer", "desk 4")
    assert sorted(receipts(file), key=str) == sorted(places(site, name), key=str)
    assert None in {id_ for id_, _, _ in receipts(file)}
    assert {row.headers["producer"] for row in records(site.bootstrap, name)} == {b"desk 4"}


@pytest.mark.parametrize("seconds", [8, pytest.param(30, marks=pytest.mark.nightly)])
def test_a_broker_that_comes_back_is_waited_for(site: Pipeline, tmp_path: Path, seconds: int) -> None:
    """kill -9 while events flow, and a start on the same port later: all is acknowledged, once, as receipts say."""
    name, file, rate = topic(site, f"away_{seconds}"), tmp_path / "sent.jsonl", 100
    events = (seconds + 20) * rate
    own = lines(tmp_path, *map(str, range(events)))
    options = ["--from", str(own), "--make-ids", "--rate", str(rate), "--receipts", str(file), "--timeout", "200"]
    producer = started(site, name, *options)
    wait_for(lambda: len(receipts(file)) >= 2 * rate or producer.poll() is not None, "events flow")
    kill_broker(site)
    away(seconds)
    assert producer.poll() is None
    assert len(receipts(file)) < events
    site.run("broker", "up")
    done = ended(producer, 0)
    assert (done["acknowledged"], done["failed"], done["outbox"]) == (events, 0, None)
    found = places(site, name)
    ids = Counter(id_ for id_, _, _ in found)
    assert [place for place in found if ids[place[0]] > 1] == []
    assert sorted(receipts(file)) == sorted(found)
    assert len(found) == events


def test_a_killed_producer_run_again_sends_no_new_events(site: Pipeline, tmp_path: Path) -> None:
    """Made ids are those of the lines: each line is one event, however often it went; every whole receipt is true."""
    name, file, count, some = topic(site, "again"), tmp_path / "sent.jsonl", 1500, 100
    own = lines(tmp_path, *(f"No. {number // 2}" for number in range(count)))
    command = [name, "--from", str(own), "--make-ids", "--receipts", str(file)]
    producer = started(site, *command, "--rate", "50")  # so that all of them take half a minute
    wait_for(lambda: len(receipts(file)) >= some or producer.poll() is not None, "events flow")
    producer.send_signal(signal.SIGKILL)
    producer.communicate(timeout=30)
    first = set(receipts(file))
    assert some <= len(first) < count
    assert first <= set(places(site, name))
    assert produced(site, *command)["ids_made"] == count
    ids = Counter(row.id for row in records(site.bootstrap, name))
    assert len(ids) == count
    assert set(ids.values()) == {1, 2}
    assert len(receipts(file)) == len(first) + count
    assert set(receipts(file)) <= set(places(site, name))


def test_what_is_too_large_for_the_topic_is_kept_and_the_rest_goes(site: Pipeline, tmp_path: Path) -> None:
    """With the remedy; after it the kept ones are sent as they were, each once, and nothing is kept any more."""
    name = topic(site, "narrow")
    produced(site, name, "--from", str(lines(tmp_path)))
    set_largest(site.bootstrap, name, LIMIT)
    own = lines(tmp_path, *(large(number) if number in (3, 7) else "short" for number in range(40)))
    done = produced(site, name, "--from", str(own), "--make-ids", code=1)
    assert (done["acknowledged"], done["failed"], done["stopped_early"]) == (38, 2, False)
    (error,) = done["errors"]
    assert (error["code"], error["count"]) == ("MSG_SIZE_TOO_LARGE", 2)
    assert "max.message.bytes" in error["remedy"]
    assert done["resume"] == f"tickets produce {name} --resume"
    kept = [json.loads(line) for line in Path(done["outbox"]).read_text("utf-8").splitlines()]
    assert [row["topic"] for row in kept] == [name, name]
    again = resumed(site, name, code=1)
    assert (again["sent"], again["left"]) == (2, 2)
    set_largest(site.bootstrap, name, 1_000_000)
    again = resumed(site, name)
    assert (again["sent"], again["acknowledged"], again["left"]) == (2, 2, 0)
    assert outbox(site, name) == []
    found = {row.id: row for row in records(site.bootstrap, name)}
    assert len(found) == len(records(site.bootstrap, name)) == 40
    for row in kept:
        assert found[row["id"]].timestamp_ms == row["timestamp_ms"]
        assert set(found[row["id"]].headers) == {"contract", "contract_version", "event_id", "producer"}


def test_the_outbox_of_a_running_producer_is_left_alone(site: Pipeline, tmp_path: Path) -> None:
    """A resume beside it names the file and sends nothing; after its end it sends all of it."""
    name = topic(site, "beside")
    produced(site, name, "--from", str(lines(tmp_path)))
    set_largest(site.bootstrap, name, LIMIT)
    own = lines(tmp_path, *map(large, range(2000)))
    producer = started(site, name, "--from", str(own), "--make-ids", "--rate", "10")
    wait_for(lambda: outbox(site, name) or producer.poll() is not None, "something is kept")
    beside = resumed(site, name)
    assert (beside["sent"], beside["busy"]) == (0, [str(path) for path in outbox(site, name)])
    producer.send_signal(signal.SIGINT)
    done = ended(producer, 130)
    set_largest(site.bootstrap, name, 1_000_000)
    assert resumed(site, name)["acknowledged"] == done["failed"] > 0
    assert len(records(site.bootstrap, name)) == done["failed"]


def test_a_topic_that_is_deleted_while_events_flow(site: Pipeline, tmp_path: Path) -> None:
    """The run ends with the reason, and a resume makes the topic anew and sends what was kept."""
    name, file = topic(site, "forgotten"), tmp_path / "sent.jsonl"
    options = ["--events", "100000", "--rate", "50", "--timeout", "40", "--receipts", str(file)]
    producer = started(site, name, *options)
    wait_for(lambda: receipts(file) or producer.poll() is not None, "events flow")
    _delete(site, name)
    done = ended(producer, 1)
    assert done["stopped_early"]
    assert done["sent"] == done["acknowledged"] + done["failed"]
    # One reason, though client and broker each have a code for it.
    reasons = {error["what"] for error in done["errors"]}
    assert reasons == {f"topic {name} is not on the broker any more"}, done["errors"]
    again = resumed(site, name)
    assert (again["acknowledged"], again["left"]) == (done["failed"], 0)
    assert len(records(site.bootstrap, name)) == done["failed"]


def _delete(site: Pipeline, name: str) -> None:
    from confluent_kafka.admin import AdminClient

    admin = AdminClient({"bootstrap.servers": site.bootstrap, "log_level": "0"})
    admin.delete_topics([name])[name].result(60)


def test_a_user_who_may_not_write_is_told(site: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first refusal ends the run, everything that was sent is kept; once the right is there, a resume sends it."""
    from confluent_kafka.admin import AdminClient

    name, settings = topic(site, "closed"), tmp_path / "server.properties"
    authorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
    settings.write_text(f"authorizer.class.name={authorizer}\nallow.everyone.if.no.acl.found=true\n", "utf-8")
    produced(site, name, "--events", "5")
    site.run("broker", "down")
    monkeypatch.setenv("TICKETS_EMBEDDED_CONFIG", str(settings))
    site.open()
    admin = AdminClient({"bootstrap.servers": site.bootstrap, "log_level": "0"})
    _ruled(admin, _rule(name, "ALL", "ALLOW"), _rule(name, "WRITE", "DENY"))
    try:
        done = produced(site, name, "--events", "300", "--seed", "2", code=1)
        assert (done["acknowledged"], done["failed"]) == (0, done["sent"])
        (error,) = done["errors"]
        assert (error["code"], error["count"]) == ("TOPIC_AUTHORIZATION_FAILED", done["sent"])
        assert "--as acl" in error["remedy"]
        assert len(records(site.bootstrap, name)) == 5
        _ruled(admin, _rule(name, "DESCRIBE", "DENY"))
        hidden = site.run("produce", name, "--resume", expect=1).stderr
        assert f"this user may not see topic {name}" in hidden
        assert "--as acl" in hidden
    finally:
        _unruled(admin, name)
    assert resumed(site, name)["acknowledged"] == done["sent"]
    assert len(records(site.bootstrap, name)) == 5 + done["sent"]
    assert not outbox(site, name)


def _rule(name: str, operation: str, permission: str) -> Any:
    """What everybody may or may not do with this topic."""
    from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType

    what = (ResourceType.TOPIC, name, ResourcePatternType.LITERAL)
    return AclBinding(*what, "User:ANONYMOUS", "*", AclOperation[operation], AclPermissionType[permission])


def _ruled(admin: Any, *rules: Any) -> None:
    """Returns once the broker itself knows the rules: its controller, which answers, knows them before."""
    for done in admin.create_acls(list(rules)).values():
        done.result(30)
    wanted = {(rule.operation, rule.permission_type) for rule in rules}
    wait_for(lambda: wanted <= _rules(admin, rules[0].name), "the rules hold")


def _unruled(admin: Any, name: str) -> None:
    """Every rule on this topic is gone."""
    for done in admin.delete_acls([_every(name)]).values():
        done.result(30)
    wait_for(lambda: not _rules(admin, name), "the rules are gone")


def _rules(admin: Any, name: str) -> set[tuple[Any, Any]]:
    return {(rule.operation, rule.permission_type) for rule in admin.describe_acls(_every(name)).result(30)}


def _every(name: str) -> Any:
    """What finds every rule on a topic."""
    from confluent_kafka.admin import (
        AclBindingFilter,
        AclOperation,
        AclPermissionType,
        ResourcePatternType,
        ResourceType,
    )

    what = (ResourceType.TOPIC, name, ResourcePatternType.LITERAL)
    return AclBindingFilter(*what, None, None, AclOperation.ANY, AclPermissionType.ANY)


def test_the_name_may_come_from_the_environment(site: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """TICKETS_PRODUCER names who sends, and does not stand in the way of a resume."""
    name = topic(site, "named")
    monkeypatch.setitem(os.environ, "TICKETS_PRODUCER", "desk 5")
    produced(site, name, "--events", "3")
    assert {row.headers["producer"] for row in records(site.bootstrap, name)} == {b"desk 5"}
    assert resumed(site, name)["files"] == 0
