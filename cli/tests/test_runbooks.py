"""The pages that an alert names: each says what it means and what to do, and its commands work as written."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.tests.shown import ROOT
from cli.watching import watched_job
from contracts.compiler.catalogue import HOME, Catalogue
from runtime import broker
from runtime.broker import Broker
from runtime.metrics import Metrics, serve
from runtime.workspace import Workspace

PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
SECTIONS = ["What it means", "What to look at", "What to do"]
PORT = "127.0.0.1:9464"


def commands(page: Path) -> list[str]:
    """The lines of the page's blocks, in order."""
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_what_somebody_woken_up_needs(page: Path) -> None:
    """Its alert's name, the three sections in order, and commands to look and to act."""
    text = page.read_text("utf-8")
    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    looking, doing = text.split("## What to do")
    assert "```sh\n" in looking
    assert "```sh\n" in doing


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a small workspace, with a broker, some events, an export, and somebody at the endpoint."""
    data = tmp_path_factory.mktemp("runbooks")
    folder = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TICKETS_DATA": str(data)}
    try:
        for line in (
            "tickets broker up",
            "tickets produce client_tickets --events 300 --invalid 10%",
            "tickets process client_tickets --once",
            "tickets export client_tickets --format json",
            "tickets audit client_tickets",
        ):
            assert run(line, environment).returncode == 0, line
        yield environment
    finally:
        run("tickets broker down", environment)


def run(line: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A line as a shell runs it."""
    return subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, timeout=280)


@pytest.mark.jvm
@pytest.mark.timeout(900)
def test_the_commands_of_the_pages_work(workspace: dict[str, str]) -> None:
    """Each line exits with 0, written in one page or in many; what they look for at the endpoint is there."""
    metrics, space = Metrics(), Workspace.open(Path(workspace["TICKETS_DATA"]))
    kept = broker.status(space)
    assert kept is not None
    majors, where = (Catalogue(HOME).get("client_tickets"),), Broker(kept.kind, kept.bootstrap)
    lines = dict.fromkeys(line for page in PAGES for line in commands(page))
    assert len(lines) > 15
    with watched_job(metrics, majors, space, where, 0.2), serve(metrics, "127.0.0.1", 0) as address:
        here = address.removeprefix("http://").removesuffix("/metrics")
        for line in lines:
            done = run(line.replace(PORT, here), workspace)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            assert "Traceback" not in done.stderr, line
