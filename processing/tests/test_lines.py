"""A producer's kept lines without the erased: whole lines go, the others stay byte for byte."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from processing.erased import ErasedList
from processing.lines import strike, theirs
from processing.tests.tickets import TICKET
from processing.traces import Traces
from runtime.files import try_lock

ID, OTHER = "CLI-004711", "CLI-000001"
KEY = b"k" * 32
TRACES = Traces((Catalogue(HOME).get("client_tickets"),), KEY, ErasedList.of([ID], KEY))
MINE, OTHERS = (
    json.dumps({**TICKET, "client_id": client, "request": f"As {ID} said."}).encode() for client in (ID, OTHER)
)


def text(value: bytes) -> str:
    """As an outbox keeps bytes."""
    return base64.b64encode(value).decode()


def outbox(value: bytes, **more: Any) -> bytes:
    """A line of an outbox."""
    row = {"topic": "t", "id": TICKET["event_id"], "key": text(b"TCK-00000042"), "headers": [["h", text(b"1")]]}
    return json.dumps({**row, "value": text(value), "reason": "timed out", **more}).encode()


LINES = {
    "a value": outbox(MINE),
    "a value that is broken": outbox(MINE[:-20]),
    "a value in text": outbox(b"x", event=MINE.decode()),
    "a key": outbox(OTHERS, key=text(ID.encode())),
    "a key in text": outbox(OTHERS, key=ID),
    "a header": outbox(OTHERS, headers=[["client", text(ID.encode())]]),
    "a header by name": outbox(OTHERS, headers={"client": {"base64": text(ID.encode())}}),
    "a line cut off": outbox(MINE)[:-60],
    "a refused line": json.dumps({"line": 3, "violations": [], "raw": MINE.decode()}).encode(),
    "a refused CSV line": json.dumps({"line": 3, "raw": f'0b7c,opened,"{ID}",x'}).encode(),
    "a refused line of bytes": json.dumps({"line": 3, "raw_base64": text(MINE + b"\xff")}).encode(),
    "what was found": json.dumps({"line": 3, "violations": [{"found": f'"{ID}"'}], "raw": "x"}).encode(),
}
NOT_THEIRS = (
    outbox(OTHERS),
    outbox(OTHERS, id=None),
    json.dumps({"line": 1, "raw": OTHERS.decode()}).encode(),
    b"{",
    b"",
)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_that_holds_the_person_goes(tmp_path: Path, line: bytes) -> None:
    """Whatever part of it does, in clear or in base64."""
    file = tmp_path / "f.jsonl"
    file.write_bytes(b"\n".join((NOT_THEIRS[0], line, NOT_THEIRS[1])) + b"\n")
    assert theirs(file, TRACES) == 1
    assert strike(file, TRACES) == 1
    assert file.read_bytes() == b"\n".join(NOT_THEIRS[:2]) + b"\n"
    assert strike(file, TRACES) == 0


def test_other_lines_stay_as_they_are(tmp_path: Path) -> None:
    """Also those that speak of the person: whose an event is, it says itself. The file is not even written."""
    file = tmp_path / "f.jsonl"
    file.write_bytes(b"\r\n".join(NOT_THEIRS))
    before = file.stat()
    assert (theirs(file, TRACES), strike(file, TRACES)) == (0, 0)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_id_that_could_be_base64(tmp_path: Path) -> None:
    """Is read as itself too."""
    file = tmp_path / "f.jsonl"
    file.write_bytes(json.dumps({"key": "CLIENT00"}).encode())
    traces = Traces((Catalogue(HOME).get("client_tickets"),), KEY, ErasedList.of(["CLIENT00"], KEY))
    assert theirs(file, traces) == 1


def test_a_file_keeps_its_mode_and_an_empty_one_goes(tmp_path: Path) -> None:
    """Only its owner may read what is left; of what is not left nothing is."""
    file = tmp_path / "f.jsonl"
    file.write_bytes(outbox(MINE) + b"\n" + outbox(OTHERS) + b"\n")
    file.chmod(0o600)
    assert strike(file, TRACES) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(outbox(MINE) + b"\n")
    assert strike(file, TRACES) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_written_is_left(tmp_path: Path) -> None:
    """Its writer would go on in a file that nobody sees."""
    file = tmp_path / "f.jsonl"
    file.write_bytes(outbox(MINE))
    handle = os.open(file, os.O_RDWR)
    assert try_lock(handle)
    assert strike(file, TRACES) is None
    os.close(handle)
    assert strike(file, TRACES) == 1
