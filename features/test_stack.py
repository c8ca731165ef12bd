"""The stack of compose.yml, which runs already (`make compose-test` starts it): what it is, and what it lets nobody do.

The same features run on it from outside by BROKER=stack; these are the promises that only a stack makes.
"""

import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from features.harness import ROOT, wait_for
from features.stack import BROKER, BUCKET, SECRETS, Stack, client, keys, login, settings, store_environment

pytestmark = [
    pytest.mark.stack,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.environ.get("BROKER") != "stack", reason="needs the running stack: make compose-test"),
]
LONG_RUNNING = {"broker", "producer", "store", "spark-master", "spark-worker", "job", "export"}
ONCE = {"setup", "bucket"}


def compose(*words: str) -> str:
    """What docker compose says about the stack."""
    env_file = ("--env-file", os.environ["STACK_ENV"]) if os.environ.get("STACK_ENV") else ()
    command = ["docker", "compose", *env_file, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout


def containers() -> list[dict[str, Any]]:
    """`docker inspect` of every container of the stack."""
    ids = compose("ps", "--all", "--quiet").split()
    done = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True, timeout=60, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def service(container: dict[str, Any]) -> str:
    """Which service of compose.yml it is."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def planted() -> dict[str, str]:
    """Every secret word of the stack by where it is from."""
    words = {"keeper": (SECRETS / "keeper").read_text().strip().partition(":")[2]}
    words |= settings(SECRETS / "users")
    words |= {name: word for name, word in settings(SECRETS / "store.env").items() if name != "AWS_ACCESS_KEY_ID"}
    words["spark"] = (SECRETS / "spark-defaults.conf").read_text().split("secret ")[1].split()[0]
    words["tls"] = (SECRETS / "broker.key").read_text().splitlines()[1]
    words["grafana"] = (SECRETS / "grafana").read_text().strip()
    return words


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """The stack, seen by the job's user."""
    made = Stack(tmp_path)
    made.open()
    return made


def test_everything_runs_and_what_runs_once_is_done(record_property: Any) -> None:
    """Services are healthy, two workers among them; set-up and bucket ended well. Says which broker it is."""
    states = {}
    for one in containers():
        state = one["State"]
        states.setdefault(service(one), []).append(state.get("Health", {}).get("Status") or state["ExitCode"])
    broker = next(one["Config"]["Image"] for one in containers() if service(one) == "broker")
    print(f"\nThe broker of this run: {broker}")
    record_property("broker", broker)
    assert {name for name, found in states.items() if set(found) == {"healthy"}} >= LONG_RUNNING, states
    assert {name: states[name] for name in ONCE} == {name: [0] for name in ONCE}
    assert len(states["spark-worker"]) == 2


@pytest.mark.parametrize("name", sorted(LONG_RUNNING | ONCE))
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    """No root, no capability, no new privilege, a file system that can't be written, and a limit of memory."""
    for one in containers():
        if service(one) != name:
            continue
        host = one["HostConfig"]
        assert one["Config"]["User"].split(":")[0] not in ("", "0", "root")
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"] and not host["Privileged"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert host["Memory"] > 0 and host["PidsLimit"] > 0
        if one["State"]["Running"]:
            status = subprocess.run(
                ["docker", "exec", one["Id"], "cat", "/proc/1/status"], capture_output=True, text=True, check=True
            ).stdout
            held = {
                line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith(("Uid", "Cap"))
            }
            assert held["Uid"] != "0"
            assert int(held["CapEff"], 16) == int(held["CapBnd"], 16) == 0


def test_only_this_machine_reaches_it() -> None:
    """Every published port is bound to the loopback interface."""
    bound = [row for one in containers() for rows in one["HostConfig"]["PortBindings"].values() for row in rows]
    assert bound
    assert {row["HostIp"] for row in bound} == {"127.0.0.1"}


def test_what_is_sent_is_in_the_tables_and_the_audit_is_ok(stack: Stack) -> None:
    """Events from outside, good and bad, come through broker, cluster and store; no offset is lost or doubled.

    The stack's own producer pauses for it: while one sends, the topic is always a little ahead of the job.
    """
    compose("stop", "producer")
    try:
        stack.run(
            "produce", "client_tickets", "--events", "400", "--seed", "77", "--invalid", "5%", "--duplicates", "2%"
        )

        def audited() -> dict[str, Any] | None:
            found: dict[str, Any] = json.loads(stack.run("audit", "client_tickets", "--json", expect=None).stdout)
            return found if found.get("ok") else None

        found = wait_for(audited, "an audit without a gap", 300)
    finally:
        compose("start", "producer")
    assert not found["missing"] and not found["repeated"]
    assert {"accepted", "rejected", "duplicate"} <= set(found["outcomes"])


def test_beside_the_running_producer_the_audit_so_far_is_ok(stack: Stack) -> None:
    """What the job has brought into the tables is whole, though the topic grows meanwhile."""
    found = json.loads(stack.run("audit", "client_tickets", "--so-far", "--json").stdout)
    assert found["ok"] and found["offsets"] > 0


def test_exports_lie_in_the_bucket() -> None:
    """latest.json names a whole export of the job's tables."""
    there = wait_for(lambda: "exports/latest.json" in keys("exports/"), "an export", 400)
    assert there
    latest = json.loads(client().get_object(Bucket=BUCKET, Key="exports/latest.json")["Body"].read())
    manifest = latest["client_tickets"]["manifest"]
    assert any(key.endswith(manifest.removeprefix("exports/")) for key in keys("exports/")), (latest, keys("exports/"))


@pytest.mark.parametrize(
    ("user", "arguments"),
    [
        pytest.param("producer", ("broker", "check"), id="the producer may make no topic"),
        pytest.param("producer", ("audit", "client_tickets"), id="the producer may not read"),
        pytest.param("processing", ("broker", "apply", "--yes", "--without-acls"), id="the job may set up nothing"),
    ],
)
def test_nobody_does_what_is_anothers(stack: Stack, user: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    """The broker refuses, and the command says so."""
    environment = {**stack.environment, "TICKETS_KAFKA_CONFIG": str(login(user)), "TICKETS_DATA": str(tmp_path)}
    from features.harness import COMMAND

    done = subprocess.run(
        [COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stderr


def test_a_login_is_asked_for_and_the_authority_checked() -> None:
    """Without a login, with a wrong one, and with another authority than the test's own there is no answer."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    right = settings(login("processing"))
    for wrong in (
        {"security.protocol": "PLAINTEXT"},
        {**right, "sasl.password": "guessed"},
        {name: text for name, text in right.items() if name != "ssl.ca.location"},
    ):
        with pytest.raises(KafkaException):
            AdminClient({**wrong, "bootstrap.servers": BROKER, "log_level": "0"}).list_topics(timeout=5)
    assert AdminClient({**right, "bootstrap.servers": BROKER, "log_level": "0"}).list_topics(timeout=15).brokers


def test_the_store_asks_for_its_key() -> None:
    """Tables can't be listed without one."""
    address = f"{store_environment()['AWS_ENDPOINT_URL']}/{BUCKET}?list-type=2"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address, timeout=10)  # noqa: S310 - our own store
    assert caught.value.code == 403


def test_no_secret_is_written_anywhere(tmp_path: Path) -> None:
    """Not in images, logs, volumes, settings or command lines; what is in a volume is found, so the search works."""
    words = {name: word.encode() for name, word in planted().items()}
    assert all(len(word) > 20 for word in words.values())
    found = containers()
    seen: dict[str, bytes] = {"inspect": json.dumps(found).encode()}
    for one in found:
        logs = subprocess.run(["docker", "logs", one["Id"]], capture_output=True, timeout=120, check=True)
        seen[f"log of {one['Name']}"] = logs.stdout + logs.stderr
        if one["State"]["Running"]:
            lines = subprocess.run(["docker", "top", one["Id"], "-eo", "pid,args"], capture_output=True, check=True)
            seen[f"command lines of {one['Name']}"] = lines.stdout
    assert {(where, name) for where, text in seen.items() for name, word in words.items() if word in text} == set()

    folders = {mount["Source"] for one in found for mount in one["Mounts"] if mount["Type"] == "volume"}
    layers = set()
    for image in {one["Image"] for one in found}:
        done = subprocess.run(["docker", "image", "inspect", image], capture_output=True, text=True, check=True)
        data = json.loads(done.stdout)[0]["GraphDriver"]["Data"]
        layers |= {folder for name in ("UpperDir", "LowerDir") for folder in data.get(name, "").split(":") if folder}
    patterns = tmp_path / "words"
    patterns.write_bytes(b"\n".join(words.values()) + b"\n")
    patterns.chmod(0o600)
    hits = subprocess.run(
        ["grep", "-rlF", "-f", str(patterns), "--", *sorted(folders | layers)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert hits.stdout.splitlines() == [], hits.stdout
    control = subprocess.run(["grep", "-rlF", "client_tickets", "--", *sorted(folders)], capture_output=True, text=True)
    assert control.stdout.splitlines(), "the search finds what is there"


def test_prometheus_sees_job_and_producer() -> None:
    """Where the monitoring profile runs: both endpoints are scraped, the rules are loaded, and none fires."""
    port = os.environ.get("PROMETHEUS_PORT", "9090")
    if not any(service(one) == "prometheus" for one in containers()):
        pytest.skip("the stack runs without --profile monitoring")

    def ask(path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)["data"]

    def up() -> bool:
        rows = ask("query?" + urllib.parse.urlencode({"query": "up"}))["result"]
        return {row["metric"]["job"]: row["value"][1] for row in rows} == {
            "tickets-process": "1",
            "tickets-produce": "1",
        }

    wait_for(up, "Prometheus has scraped both", 120)
    assert sum(len(group["rules"]) for group in ask("rules")["groups"]) >= 14
