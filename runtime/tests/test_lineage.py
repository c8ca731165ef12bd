"""Where lineage events go, and that nobody who collects them can get in a run's way."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import MachineError
from runtime.lineage import lineage

Got = list[tuple[str, str | None, Any]]


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told but whom the test names."""
    for name in ("TICKETS_LINEAGE", "OPENLINEAGE_URL", "OPENLINEAGE_ENDPOINT", "OPENLINEAGE_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=[201])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Got]]:
    """An address, and what it was sent: path, authorization, event. It answers with the status that is asked for."""
    got: Got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(request.param)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}", got
        made.shutdown()


def test_nobody_is_told_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is said of it."""
    assert not lineage().wanted
    lineage().send({"a": 1})
    assert capsys.readouterr().err == ""


def test_a_file_gets_a_line_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After what is in it; its folder is made."""
    path = tmp_path / "new" / "lineage.jsonl"
    monkeypatch.setenv("TICKETS_LINEAGE", str(path))
    for number in (1, 2):
        lineage().send({"n": number, "é": "é"})
    assert [json.loads(line)["n"] for line in path.read_text("utf-8").splitlines()] == [1, 2]


@pytest.mark.parametrize(
    ("variables", "path", "authorization"),
    [
        ({"TICKETS_LINEAGE": "{}"}, "/api/v1/lineage", None),
        ({"TICKETS_LINEAGE": "{}/own/path"}, "/own/path", None),
        ({"OPENLINEAGE_URL": "{}/"}, "/api/v1/lineage", None),
        ({"OPENLINEAGE_URL": "{}", "OPENLINEAGE_ENDPOINT": "in", "OPENLINEAGE_API_KEY": "k"}, "/in", "Bearer k"),
    ],
)
def test_an_address_is_sent_them(
    server: tuple[str, Got],
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    path: str,
    authorization: str | None,
) -> None:
    """By OpenLineage's own variables too."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(server[0]))
    lineage().send({"n": 1})
    assert server[1] == [(path, authorization, {"n": 1})]


@pytest.mark.parametrize("server", [500, 307], indirect=True)
def test_a_collector_that_refuses_is_told_once(
    server: tuple[str, Got], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One warning, no second attempt, no redirect followed."""
    monkeypatch.setenv("TICKETS_LINEAGE", server[0])
    to = lineage()
    to.send({"n": 1})
    to.send({"n": 2})
    assert len(server[1]) == 1
    assert capsys.readouterr().err.count("lineage is not told any more") == 1


@pytest.mark.parametrize("where", ["http://127.0.0.1:9", "{}/file/in/the/way"])
def test_a_collector_that_is_away_harms_nobody(
    where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address without a server, a file that can't be written."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TICKETS_LINEAGE", where.format(tmp_path))
    to = lineage()
    to.send({"n": 1})
    to.send({"n": 2})
    assert capsys.readouterr().err.count("lineage is not told any more") == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://me:secret@host", "holds a login"), ("ftp://host", "is no address"), ("http://", "no addr")],
)
def test_an_address_that_is_none(url: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is refused before the run, without its login."""
    monkeypatch.setenv("TICKETS_LINEAGE", url)
    with pytest.raises(MachineError, match=said) as caught:
        lineage()
    assert "secret" not in str(caught.value)
