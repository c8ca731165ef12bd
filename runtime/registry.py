"""A Schema Registry by its REST API (Confluent's, which Karapace, Apicurio and Redpanda answer too).

Only subjects are read and schemas registered: what travels on a topic stays plain JSON, without the registry's frame.
Login and authority come from the properties file that TICKETS_REGISTRY_CONFIG names, in Confluent's words
(`basic.auth.user.info=USER:PASSWORD`, `ssl.ca.location`). Redirects are not followed: they would take the login along.
"""

import base64
import http.client
import json
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from runtime import kafka
from runtime.errors import MachineError

VARIABLE = "TICKETS_REGISTRY_CONFIG"
KNOWN = ("basic.auth.user.info", "ssl.ca.location")
TYPE = "application/vnd.schemaregistry.v1+json"
REQUEST_S = 10.0
NOT_FOUND, CONFLICT = 404, 409
NO_SUBJECT, NO_VERSION = 40401, 40402
LARGEST = 4 << 20  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Registered:
    """The newest version of a subject; `kind` is JSON, AVRO or PROTOBUF."""

    version: int
    kind: str
    text: str


class Registry:
    """One registry, asked one question at a time."""

    def __init__(self, url: str) -> None:
        """MachineError where the address is none, or holds a login."""
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise MachineError(
                f"the address of the schema registry at {parts.hostname} holds a login",
                f"Write basic.auth.user.info=USER:PASSWORD into a file, and its path into {VARIABLE}.",
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise MachineError(f"{url!r} is no address of a schema registry", "Write http://HOST:PORT or https://HOST.")
        self.url = url.rstrip("/")
        self._parts = parts
        self._settings = settings()

    def newest(self, subject: str) -> Registered | None:
        """The newest version of a subject; None where none was ever registered."""
        status, answer = self._ask("GET", f"/subjects/{quote(subject, safe='')}/versions/latest")
        if status == NOT_FOUND and answer.get("error_code") in (NO_SUBJECT, NO_VERSION):
            return None
        self._require(status, answer, f"for subject {subject}")
        return Registered(int(answer["version"]), str(answer.get("schemaType", "AVRO")), str(answer["schema"]))

    def register(self, subject: str, text: str) -> int:
        """Register a JSON Schema as the subject's newest version; the schema's id."""
        body = {"schemaType": "JSON", "schema": text}
        status, answer = self._ask("POST", f"/subjects/{quote(subject, safe='')}/versions", body)
        if status == CONFLICT:
            raise MachineError(
                f"the schema registry finds the schema of {subject} incompatible: {answer.get('message', '')}",
                "`tickets contracts diff` says what the change breaks. A schema for readers allows unknown fields, "
                "which its rules forbid to be named later: set the subject's compatibility to NONE then.",
            )
        self._require(status, answer, f"to register {subject}")
        return int(answer["id"])

    def _ask(self, verb: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        connection = self._connection()
        sent = None if body is None else json.dumps(body).encode()
        try:
            connection.request(verb, self._parts.path.rstrip("/") + path, body=sent, headers=self._headers())
            reply = connection.getresponse()
            raw = reply.read(LARGEST)
        except (OSError, http.client.HTTPException) as error:
            raise MachineError(
                f"the schema registry at {self.url} does not answer: {error}",
                "Correct --registry or TICKETS_REGISTRY; its authority goes into ssl.ca.location.",
            ) from error
        finally:
            connection.close()
        try:
            answer = json.loads(raw)
        except ValueError:
            answer = None
        return reply.status, answer if isinstance(answer, dict) else {}

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=REQUEST_S)
        trusted = ssl.create_default_context(cafile=self._settings.get("ssl.ca.location"))
        return http.client.HTTPSConnection(host, port, timeout=REQUEST_S, context=trusted)

    def _headers(self) -> dict[str, str]:
        login = self._settings.get("basic.auth.user.info")
        known = {"Accept": TYPE, "Content-Type": TYPE}
        return known | ({"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {})

    def _require(self, status: int, answer: dict[str, Any], asked: str) -> None:
        if status != http.client.OK:
            said = answer.get("message") or http.client.responses.get(status, "")
            raise MachineError(
                f"the schema registry at {self.url} was asked {asked}, and answered {status}: {said}",
                f"Look at its address, and at the login in the file that {VARIABLE} names.",
            )


def settings() -> dict[str, str]:
    """The settings of the file that TICKETS_REGISTRY_CONFIG names, or none; MachineError for one we have no use for."""
    name = os.environ.get(VARIABLE)
    found = kafka.properties(Path(name), VARIABLE) if name else {}
    if unknown := sorted(found.keys() - set(KNOWN)):
        raise MachineError(f"{name} sets {', '.join(unknown)}, which is not known here", f"Use {' and '.join(KNOWN)}.")
    return found


def same(registered: Registered, text: str) -> bool:
    """Whether a registered schema says what this JSON Schema says; order of names and spaces say nothing."""
    try:
        return registered.kind == "JSON" and bool(json.loads(registered.text) == json.loads(text))
    except ValueError:
        return False
