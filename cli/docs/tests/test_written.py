"""Every shell line of the pages is run by a test, or listed with the reason why none runs it."""

import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.docs.tests import rows
from cli.docs.tests.written import blocks, spoken
from cli.docs.tree import ROOT
from cli.main import tickets
from cli.tests.test_readme import ORDERS, OWN
from features.harness import wait_for
from runtime import browser

RAN = {**rows.ALONE, **rows.BROWSER, **rows.IN_A_WORKSPACE, **dict.fromkeys(rows.ENDLESS, rows.OK)}
PAGES = list(blocks())
LINES = tuple(dict.fromkeys(line for block in PAGES for line in block.commands()))
SPOKEN = spoken()


def test_every_line_is_run_or_has_a_reason() -> None:
    """A new line of a page needs a row in rows.py."""
    unknown = [line for line in LINES if line not in RAN and line not in rows.elsewhere() and not rows.reason(line)]
    assert unknown == []


def test_every_row_is_a_line() -> None:
    """A row whose line is gone would say that something is run which nobody reads."""
    rest = [line for line in LINES if line not in rows.NOT_RUN]
    patterns = [pattern for pattern in rows.PATTERNS if not any(re.fullmatch(pattern, line) for line in rest)]
    assert [line for line in {**RAN, **rows.NOT_RUN} if line not in LINES] == []
    assert patterns == []


def test_a_block_without_lines_is_said_to_be_none() -> None:
    """A block that begins with no known program is listed as text, so that no line is passed over."""
    silent = [block for block in PAGES if block.language in ("", "sh") and not block.commands()]
    assert {f"{block.file}: {block.lines[0].split()[0]}" for block in silent} == rows.TEXT


def problem(line: str) -> str:
    """What a line of `tickets` names that is not there: a subcommand or an option; empty where all is there."""
    words = line[line.index("tickets ") :].split("|")[0].split()[1:]
    words = words[1:] if words and words[0] in {name for param in tickets.params for name in param.opts} else words
    command: click.Command = tickets
    while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z-]+", words[0]):
        below = command.get_command(click.Context(command), words[0])
        if below is None:
            return f"{line}: there is no command {words[0]}"
        command, words = below, words[1:]
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {
        "--help",
        "--version",
    }
    missing = [
        word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0].strip("`,.") not in known
    ]
    return f"{line}: there is no {' '.join(missing)}" if missing else ""


@pytest.mark.parametrize("line", [line for line in (*LINES, *SPOKEN) if "tickets " in line and "make" not in line])
def test_commands_and_options_are_there(line: str) -> None:
    """Also of lines that no test runs, and of those in the middle of a sentence."""
    if re.match(r"(?:[A-Z_]+=\S+ )*tickets |.*\| tickets ", line):
        assert problem(line) == ""


def test_examples_of_the_command_are_there() -> None:
    """What `--help` shows as an example names commands and options that it has."""

    def examples(command: click.Command) -> Iterator[str]:
        yield from re.findall(r"^ +(tickets .*)$", command.epilog or "", re.MULTILINE)
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                below = command.get_command(click.Context(command), name)
                yield from examples(below) if below else ()

    found = [re.sub(r"\s+#\s.*", "", line) for line in examples(tickets)]
    assert len(found) > 60
    assert [said for line in found if (said := problem(line))] == []


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the lines name: the checkout's own folders, and files of a reader's own."""
    here = tmp_path_factory.mktemp("reader")
    for name in ("contracts", "benchmarks", "cli", ".venv"):
        (here / name).symlink_to(ROOT / name)
    (here / "mine.jsonl").write_text(json.dumps(OWN) + "\n", "utf-8")
    (here / "orders.yaml").write_text(ORDERS, "utf-8")
    for name, major in (("old", 1), ("new", 2)):
        shutil.copy(ROOT / "contracts" / "client_tickets" / f"v{major}.odcs.yaml", here / f"{name}.odcs.yaml")
    return here


def surroundings(data: Path) -> dict[str, str]:
    """The environment of a shell whose PATH has the command."""
    folder = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "TICKETS_DATA": str(data)}


def run(line: str, here: Path, environment: dict[str, str], allowed: frozenset[int]) -> str:
    """Run a line as a shell does; its output."""
    done = subprocess.run(
        ["sh", "-c", line], cwd=here, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode in allowed, f"{line}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, f"{line}\n{done.stderr}"
    return done.stdout


@pytest.mark.nightly
@pytest.mark.timeout(1900)
@pytest.mark.parametrize("line", rows.ALONE)
def test_a_line_that_needs_no_broker_works(line: str, checkout: Path, tmp_path: Path) -> None:
    """It exits as its row says."""
    if "jq " in line and shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    where = ROOT if line.startswith(".venv/bin/") else checkout
    run(line, where, surroundings(tmp_path / "data"), rows.ALONE[line])


@pytest.mark.nightly
@pytest.mark.parametrize("line", rows.BROWSER)
def test_a_line_that_needs_a_browser_works(line: str, checkout: Path, tmp_path: Path) -> None:
    """It exits as its row says, where Chromium is."""
    if browser.found() is None:
        pytest.skip("Chromium is not installed")
    run(line, checkout, surroundings(tmp_path / "data"), rows.BROWSER[line])


@pytest.mark.nightly
@pytest.mark.jvm
@pytest.mark.timeout(2400)
def test_the_lines_work_in_a_workspace(checkout: Path, tmp_path: Path) -> None:
    """Each exits as its row says, one after the other; then those that run until stopped stop when asked."""
    environment = surroundings(tmp_path / "data")
    try:
        run("tickets broker up", checkout, environment, rows.OK)
        run("tickets broker apply --without-acls --yes", checkout, environment, rows.OK)
        with marquez() as address:
            for line, allowed in rows.IN_A_WORKSPACE.items():
                run(filled(line, checkout, environment, address), checkout, environment, allowed)
        for line in rows.ENDLESS:
            stopped(line, checkout, environment)
    finally:
        run("tickets broker down", checkout, environment, rows.FOUND)


def filled(line: str, here: Path, environment: dict[str, str], address: str) -> str:
    """A line with what a reader fills in: addresses, the place of a refused record, a yes where one is asked for."""
    if "kafka-1:9093" in line:
        kept = json.loads(run("tickets broker status --json", here, environment, rows.OK))
        line = line.replace("kafka-1:9093", kept["bootstrap"])
    if "2:881" in line:
        listed = run("tickets quarantine list client_tickets --outcome rejected --limit 1", here, environment, rows.OK)
        line = line.replace("2:881", listed.split()[0])
    asked = " --yes" if re.search(r"tickets (?:quarantine discard|erase) ", line) else ""
    return line.replace("http://marquez:5000", address) + asked


@contextlib.contextmanager
def marquez() -> Iterator[str]:
    """Something that takes lineage events, as Marquez does."""

    class Taking(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take it."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(201)
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def stopped(line: str, here: Path, environment: dict[str, str]) -> None:
    """Start a line, wait until it has read what it was sent, stop it as Ctrl-C does."""
    run("tickets produce client_tickets --events 100", here, environment, rows.OK)
    process = subprocess.Popen(
        line.split(), cwd=here, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(iter(process.stdout.readline, "")), daemon=True)  # type: ignore[union-attr]
    reader.start()
    try:
        wait_for(lambda: "batch committed" in "".join(said) or process.poll() is not None, f"{line} commits a batch")
        assert process.poll() is None, "".join(said)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0, "".join(said)
    finally:
        process.kill()
