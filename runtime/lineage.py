"""Lineage events to where somebody collects them: a file, a line each, or an HTTP address (OpenLineage's API).

Optional, and never in the way: an address that does not answer is told once, and not asked again in this run.
"""

import http.client
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from runtime import logs
from runtime.errors import MachineError

VARIABLE = "TICKETS_LINEAGE"
ENDPOINT = "api/v1/lineage"
TIMEOUT_S = 5.0
_LEAST, _ABOVE = 200, 300  # status of an answer that took the event


class Collector(Protocol):
    """Who takes the events."""

    def take(self, line: bytes) -> None:
        """One event; OSError or HTTPException where it can't be had."""


class Lineage:
    """The events of one run."""

    def __init__(self, collector: Collector | None, where: str) -> None:
        self._collector = collector
        self._where = where

    @property
    def wanted(self) -> bool:
        """Whether anybody is told."""
        return self._collector is not None

    def send(self, event: Mapping[str, Any]) -> None:
        """Tell it; the first failure is logged, and ends the telling."""
        if self._collector is None:
            return
        try:
            self._collector.take(json.dumps(event, ensure_ascii=False).encode())
        except (OSError, http.client.HTTPException) as error:
            self._collector = None
            said = str(error) or type(error).__name__
            logs.get(__name__).warning("lineage is not told any more", to=self._where, error=said)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path

    def take(self, line: bytes) -> None:
        """Append it in one write."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab", buffering=0) as file:
            file.write(line + b"\n")


class _Address:
    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def take(self, line: bytes) -> None:
        """Post it; a redirect is not followed, since it would take the key along."""
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_S)
        key = os.environ.get("OPENLINEAGE_API_KEY")
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
        try:
            connection.request("POST", self._parts.path, body=line, headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        if not _LEAST <= status < _ABOVE:
            raise http.client.HTTPException(f"status {status}")


def lineage() -> Lineage:
    """What TICKETS_LINEAGE (a file or an address) or OPENLINEAGE_URL names; nobody is told where neither is set."""
    url, base = os.environ.get(VARIABLE), os.environ.get("OPENLINEAGE_URL")
    if not url and not base:
        return Lineage(None, "")
    if not url:
        url = f"{str(base).rstrip('/')}/{os.environ.get('OPENLINEAGE_ENDPOINT') or ENDPOINT}"
    if "://" not in url:
        path = Path(url).expanduser()
        return Lineage(_File(path), str(path))
    return Lineage(_Address(_checked(url)), _checked(url))


def _checked(url: str) -> str:
    """An address with its path; MachineError where it is none, or holds a login."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise MachineError(
            f"the address for lineage at {parts.hostname} holds a login", "Give the key in OPENLINEAGE_API_KEY."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise MachineError(
            f"{url!r} is no address for lineage", f"Set {VARIABLE} to a file, to http://HOST:PORT, or to https://HOST."
        )
    return url if parts.path.strip("/") else f"{url.rstrip('/')}/{ENDPOINT}"
