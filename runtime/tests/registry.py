"""A small server that answers as Confluent's REST API of a Schema Registry documents it.

https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


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


@contextlib.contextmanager
def serving() -> Iterator[Stand]:
    """A registry without subjects, for the block."""
    made = Stand()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
