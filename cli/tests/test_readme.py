"""The commands of the README, as written there, in a workspace of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
IN_FRENCH = (ROOT / "README.fr.md").read_text("utf-8")
STEPS = re.search(r"## Step by step\n```\n(.*?)```", README, re.DOTALL)
FIRST = re.search(r"## The first ten minutes\n[^`]*`make demo`[^`]*```\n(.*?)```", README, re.DOTALL)
ALONE = re.search(r"## A contract by itself\n[^`]*```\n(.*?)```", README, re.DOTALL)
WHERE = re.search(r"## Where should it run\?\n[^`]*```\n(.*?)```", README, re.DOTALL)
ORDERS = """
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: draft
schema: [{name: orders, properties: [{name: id, logicalType: integer, unique: true}]}]
"""
OWN = {
    "event_id": "0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11",
    "event_type": "opened",
    "ticket_id": "TCK-99999999",
    "client_id": "CLI-004711",
    "occurred_at": "2026-01-05T08:30:00Z",
    "request": "My invoice is wrong.",
    "request_type": "billing",
    "priority": "normal",
    "channel": "web",
}


@pytest.mark.jvm
@pytest.mark.timeout(600)
def test_the_readmes_commands_work(tmp_path: Path) -> None:
    """Each line of "Step by step" exits with 0, one after the other."""
    assert STEPS is not None
    (tmp_path / "mine.jsonl").write_text(json.dumps(OWN) + "\n", "utf-8")
    folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TICKETS_DATA": str(tmp_path / "data")}
    commands = [line.split("#")[0].strip() for line in STEPS[1].splitlines()]
    assert sum(command.startswith("tickets ") for command in commands) >= 10
    try:
        for command in commands:
            if not command.startswith("tickets "):
                continue
            done = subprocess.run(
                command.split(), env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    finally:
        subprocess.run(["tickets", "broker", "down"], env=environment, cwd=tmp_path, capture_output=True, timeout=60)


@pytest.mark.slow
def test_the_first_ten_minutes(tmp_path: Path) -> None:
    """A changed contract passes lint, and its review names the break, on the terminal and as a comment."""
    assert FIRST is not None
    here = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", ROOT, here], check=True, timeout=120)
    folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(here)}
    done = [
        subprocess.run(["sh", "-c", line], env=environment, cwd=here, capture_output=True, text=True, timeout=300)
        for line in FIRST[1].splitlines()
        if not line.startswith("export ")
    ]
    assert [one.returncode for one in done] == [0, 0, 1, 1, 0], [one.stderr for one in done]
    assert "client_tickets.v2/satisfaction/maximum wants at most 4" in " ".join(done[2].stdout.split())
    assert "wants at most 4" in (here / "comment.md").read_text("utf-8")


def test_the_french_commands_are_the_english_ones() -> None:
    """So that one test of each command holds both."""
    blocks = re.findall(r"```\n(.*?)```", IN_FRENCH, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    english = {line.split("#")[0].strip() for line in README.splitlines()}
    assert len(lines) > 10
    assert [line for line in lines if line not in english] == []


def test_the_readmes_commands_on_a_contract_alone_work(tmp_path: Path) -> None:
    """Each line exits with 0, or with 1 where it has found what it looks for, and none with a traceback."""
    assert ALONE is not None
    (tmp_path / "orders.yaml").write_text(ORDERS, "utf-8")
    (tmp_path / "payloads.jsonl").write_text('{"id": 1}\n{"id": 1.5}\n', "utf-8")
    commands = [line.split("#")[0].split() for line in ALONE[1].splitlines()]
    assert len(commands) > 4
    for command in commands:
        program = Path(sys.executable).with_name(command[0])
        done = subprocess.run(
            [program, *command[1:]], cwd=tmp_path, capture_output=True, input=b'{"id": 7}', timeout=60
        )
        assert done.returncode in (0, 1), (command, done.stderr)
        assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_the_readmes_commands_on_the_architecture_work(tmp_path: Path) -> None:
    """Each line exits with 0, wherever it is run."""
    assert WHERE is not None
    commands = [line.split("#")[0].split() for line in WHERE[1].splitlines()]
    assert len(commands) > 4
    for command in commands:
        program = Path(sys.executable).with_name(command[0])
        done = subprocess.run([program, *command[1:]], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 or "failed in the last run" in done.stdout, (command, done.stdout, done.stderr)
