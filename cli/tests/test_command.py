"""The command as a person types it: help, exit codes, errors, speed of what needs no Spark."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "tickets"
HEAVY = (
    "pyspark",
    "pandas",
    "pandera",
    "polars",
    "duckdb",
    "deltalake",
    "confluent_kafka",
    "testcontainers",
    "pyarrow",
)


def tickets(*arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; its words and exit code."""
    more = ["--data", str(data)] if data else []
    return subprocess.run([COMMAND, *arguments, *more], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["contracts", "lint"],
        *(
            [name, "--help"]
            for name in ("produce", "process", "export", "audit", "broker", "demo", "doctor", "quarantine", "erase")
        ),
    ],
)
def test_no_heavy_import_before_it_is_needed(arguments: list[str]) -> None:
    """Help and lint answer at once because they import none of the large libraries."""
    code = (
        "import sys, json, atexit\n"
        f"atexit.register(lambda: print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]), file=sys.stderr))\n"
        f"sys.argv = ['tickets', *{arguments!r}]\n"
        "from cli.main import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == []


@pytest.mark.parametrize(
    ("arguments", "code", "wanted"),
    [
        (["nonsense"], 2, "No such command"),
        (["process", "client_tickets"], 2, "Say either --once or --every"),
        (["process", "client_tickets", "--every", "soon"], 2, "is no interval"),
        (["process", "client_ticket", "--once"], 2, "Did you mean client_tickets"),
        (["process", "tickets", "--once"], 2, "describes no topic"),
        (["produce", "client_tickets", "--events", "5", "--invalid", "many"], 2, "many"),
        (["produce", "client_tickets", "--from", "nowhere.jsonl"], 2, "nowhere.jsonl"),
        (["produce", "client_tickets", "--events", "5", "--broker", "127.0.0.1:1"], 1, "127.0.0.1:1"),
        (["export", "--format", "excel"], 2, "excel"),
        (["audit"], 1, "No ledger"),
        (["quarantine", "show", "client_tickets", "seven"], 2, "is not PARTITION:OFFSET"),
        (["contracts", "lint", "nowhere.yaml"], 2, "does not exist"),
    ],
)
def test_wrong_use_is_answered_with_what_to_do(arguments: list[str], code: int, wanted: str, tmp_path: Path) -> None:
    """2 for wrong use, 1 for a failed run, a sentence, and never a traceback."""
    data = None if arguments[0] in ("nonsense", "contracts") else tmp_path
    done = tickets(*arguments, data=data)
    assert done.returncode == code, done.stderr
    assert wanted in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_lint_says_file_path_fault_and_remedy(tmp_path: Path) -> None:
    """As text and as JSON, with exit code 1."""
    file = tmp_path / "v1.odcs.yaml"
    file.write_text("kind: DataContract\n", "utf-8")
    done = tickets("contracts", "lint", str(file))
    assert done.returncode == 1
    assert f"{file}: kind: is not an ODCS data contract" in done.stderr
    listed = json.loads(tickets("contracts", "lint", str(file), "--json").stdout)
    assert listed["ok"] is False
    assert set(listed["problems"][0]) == {"file", "path", "what", "remedy"}


@pytest.mark.parametrize("view", ["clauses", "json-schema", "spark-ddl", "topic"])
def test_a_contract_can_be_shown(view: str) -> None:
    """Each view prints something and exits with 0."""
    done = tickets("contracts", "show", "client_tickets", "--as", view)
    assert done.returncode == 0, done.stderr
    assert "ticket_id" in done.stdout


def test_the_doctor_answers_in_text_and_json() -> None:
    """What was found, what is missing, what to do."""
    done = tickets("doctor", "--json")
    assert done.returncode in (0, 1)
    assert json.loads(done.stdout)
    assert "Java" in tickets("doctor").stdout


def test_the_doctor_is_strict_about_weak_settings_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A weak setting is a note, and with --strict a reason for exit code 1; the password is not shown."""
    file = tmp_path / "client.properties"
    file.write_text("security.protocol=SASL_PLAINTEXT\nsasl.username=svc\nsasl.password=planted\n")
    monkeypatch.setenv("TICKETS_KAFKA_CONFIG", str(file))
    asked, strict = tickets("doctor", data=tmp_path), tickets("doctor", "--strict", data=tmp_path)
    assert asked.returncode == tickets("doctor").returncode
    assert strict.returncode == 1
    for row in ("weak: line", "weak: password", "weak: file"):
        assert row in asked.stdout
    assert "planted" not in asked.stdout + strict.stdout
