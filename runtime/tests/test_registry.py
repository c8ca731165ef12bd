"""A Schema Registry: asked as Confluent's REST API documents it, over a small server that answers as it says."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from runtime.errors import MachineError
from runtime.registry import Registered, Registry, same

SCHEMA = '{"type": "object", "properties": {"a": {"type": "integer"}}}'
LOGIN = "desk:planted-secret"


class Stand(ThreadingHTTPServer):
    """Subjects in memory; `login` is asked for where it is set, `incompatible` answers as a failed check does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.subjects: dict[str, list[dict[str, Any]]] = {}
        self.login: str | None = None
        self.incompatible = False
        self.asked: list[tuple[str, str, str | None]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    """GET /subjects/S/versions/latest and POST /subjects/S/versions, with the documented bodies and codes."""

    server: Stand

    def do_GET(self) -> None:
        """The newest version, 40401 without the subject."""
        subject = self._subject("/versions/latest")
        versions = self.server.subjects.get(subject, [])
        if not self._may() or subject == "broken":
            return
        if not versions:
            self._say(404, {"error_code": 40401, "message": f"Subject '{subject}' not found."})
            return
        self._say(200, {"subject": subject, "version": len(versions), "id": len(versions), **versions[-1]})

    def do_POST(self) -> None:
        """A new version, or the same id for what is registered already."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._may():
            return
        if self.server.incompatible:
            self._say(409, {"error_code": 409, "message": "Schema being registered is incompatible"})
            return
        versions = self.server.subjects.setdefault(self._subject("/versions"), [])
        if body not in versions:
            versions.append(body)
        self._say(200, {"id": versions.index(body) + 1})

    def _subject(self, end: str) -> str:
        return unquote(self.path.removeprefix("/subjects/").removesuffix(end))

    def _may(self) -> bool:
        login = self.server.login
        self.server.asked.append((self.command, self.path, self.headers["Content-Type"]))
        if login is None or self.headers["Authorization"] == f"Basic {base64.b64encode(login.encode()).decode()}":
            return True
        self._say(401, {"error_code": 401, "message": "Unauthorized"})
        return False

    def _say(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""


@pytest.fixture
def stand() -> Iterator[Stand]:
    """A registry without subjects."""
    made = Stand()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def test_a_schema_is_registered_once_and_found_again(stand: Stand) -> None:
    """As JSON, under a subject that may hold any character; a second time the registry has it already."""
    registry, subject = Registry(stand.url + "/"), "a topic/é-value"
    assert registry.newest(subject) is None
    assert registry.register(subject, SCHEMA) == registry.register(subject, SCHEMA) == 1
    assert registry.newest(subject) == Registered(1, "JSON", SCHEMA)
    assert stand.subjects == {subject: [{"schemaType": "JSON", "schema": SCHEMA}]}
    assert {kind for _, _, kind in stand.asked} == {"application/vnd.schemaregistry.v1+json"}


def test_an_incompatible_schema_is_told_with_a_remedy(stand: Stand) -> None:
    """The registry's own words, and what judges a change here."""
    stand.incompatible = True
    with pytest.raises(MachineError, match="Schema being registered is incompatible") as refused:
        Registry(stand.url).register("t-value", SCHEMA)
    assert "tickets contracts diff" in refused.value.remedy


def test_the_login_comes_from_a_file_and_is_never_said(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the registry refuses; neither message shows it."""
    stand.login, file = LOGIN, tmp_path / "registry.properties"
    with pytest.raises(MachineError, match="answered 401: Unauthorized"):
        Registry(stand.url).newest("t-value")
    file.write_text(f"basic.auth.user.info={LOGIN}\n")
    monkeypatch.setenv("TICKETS_REGISTRY_CONFIG", str(file))
    assert Registry(stand.url).newest("t-value") is None
    with pytest.raises(MachineError, match="holds a login") as refused:
        Registry(stand.url.replace("//", f"//{LOGIN}@"))
    assert "planted-secret" not in str(refused.value)
    file.write_text("password=planted-secret\n")
    with pytest.raises(MachineError, match="sets password, which is not known") as refused:
        Registry(stand.url)
    assert "planted-secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["registry:8081", "ftp://registry", "http://", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anything is asked."""
    with pytest.raises(MachineError, match="is no address"):
        Registry(url)


def test_a_registry_that_is_away_or_answers_nonsense_is_told(stand: Stand) -> None:
    """As an error with a remedy, not as "never registered", which would register anew."""
    with pytest.raises(MachineError, match="does not answer"):
        Registry("http://127.0.0.1:1").newest("t-value")
    with pytest.raises(MachineError, match="does not answer"):
        Registry(stand.url).newest("broken")
    stand.subjects["odd"] = []
    with pytest.raises(MachineError, match="answered 501"):
        Registry(stand.url)._require(501, {}, "")


def test_schemas_are_compared_by_what_they_say() -> None:
    """Names in another order and other spaces are the same schema; another kind or text is not."""
    assert same(Registered(1, "JSON", '{"properties":{"a":{"type":"integer"}},"type":"object"}'), SCHEMA)
    assert not same(Registered(1, "JSON", '{"type":"object"}'), SCHEMA)
    assert not same(Registered(1, "AVRO", SCHEMA), SCHEMA)
    assert not same(Registered(1, "JSON", "no JSON"), SCHEMA)
