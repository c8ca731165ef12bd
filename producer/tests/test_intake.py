"""Somebody's own file: what is sent, what is refused, and that each line is one of the two."""

import io
import json
import stat
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.compiler.model import Contract
from producer import table
from producer.errors import ProducerError
from producer.event import UNNAMED, Record, encode
from producer.intake import Gate, Line, Ready, Refusals, jsonl, line_id
from producer.pace import Pace
from producer.payloads import events
from producer.run import Control, send_lines
from runtime.files import try_lock


class Recorder:
    """A Sender that keeps what it is given."""

    def __init__(self) -> None:
        self.stalled = False
        self.records: list[Record] = []

    def send(self, record: Record) -> None:
        """Keep one record."""
        self.records.append(record)

    def wait(self, seconds: float) -> None:
        """Nothing to wait for."""


def taken(
    contract: Contract, lines: list[Line], folder: Path, make_ids: bool = False
) -> tuple[Recorder, list[Any], Path]:
    """Run lines through the gate; the records, the refused rows, and the file they stand in."""
    recorder, refusals = Recorder(), Refusals(folder / "refused.jsonl")
    control = Control(Pace(None, 0.0), lambda: False, lambda _: None)
    counts = send_lines(lines, Gate(contract, make_ids, UNNAMED), refusals, recorder, control)  # type: ignore[arg-type]
    refusals.close()
    rows = [json.loads(row) for row in refusals.path.open()] if refusals.count else []
    assert counts.read == len(lines) == len(recorder.records) + len(rows)
    return recorder, rows, refusals.path


def clauses(row: Any) -> list[str]:
    """The clauses a refused row names."""
    return [violation["clause"].split("/", 1)[1] for violation in row["violations"]]


def own_lines(contract: Contract, start: datetime, count: int) -> list[bytes]:
    """Valid lines."""
    return [encode(event.value) for event in events(contract, count=count, seed=8, start=start)]


def test_lines_are_sent_as_they_are(contract: Contract, start: datetime, tmp_path: Path) -> None:
    """A valid line goes out byte for byte, white space included, with key and headers of the contract."""
    lines = [b" " + line + b" " for line in own_lines(contract, start, 5)]
    recorder, rows, _ = taken(contract, list(jsonl(io.BytesIO(b"\r\n".join(lines)))), tmp_path)
    assert [record[0] for record in recorder.records] == lines
    wanted = [(event.key, event.headers) for event in events(contract, count=5, seed=8, start=start)]
    assert [(record[1], record[2]) for record in recorder.records] == wanted
    assert not rows


def test_refused_lines_are_kept_whole(tickets: Contract, start: datetime, tmp_path: Path) -> None:
    """Each refused line is kept with its number, its text and every clause, in a file for its owner alone."""
    good = own_lines(tickets, start, 1)[0]
    broken = encode(json.loads(good) | {"priority": "x", "channel": None})
    lines = [good, b"", broken, b"\xff", good]
    recorder, rows, path = taken(tickets, list(jsonl(io.BytesIO(b"\n".join(lines)))), tmp_path)
    assert len(recorder.records) == 2
    assert [row["line"] for row in rows] == [2, 3, 4]
    assert [clauses(row) for row in rows] == [["$/json"], ["priority/enum", "channel/required"], ["$/utf8"]]
    assert rows[1]["raw"].encode() == broken
    assert rows[2]["raw_base64"] == "/w=="
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_ids_are_made_only_when_asked(tickets: Contract, start: datetime, tmp_path: Path) -> None:
    """A missing id is refused like any required field, unless ids are to be made; a null one counts as missing."""
    value = json.loads(own_lines(tickets, start, 1)[0])
    lines = [encode({**value, "event_id": None}), encode({k: v for k, v in value.items() if k != "event_id"})]
    _, rows, _ = taken(tickets, list(jsonl(io.BytesIO(b"\n".join(lines)))), tmp_path)
    assert [clauses(row) for row in rows] == [["event_id/required"]] * 2
    recorder, rows, _ = taken(tickets, list(jsonl(io.BytesIO(b"\n".join(lines)))), tmp_path / "b", make_ids=True)
    made = {json.loads(record[0])["event_id"] for record in recorder.records}
    assert len(made) == 2
    assert not rows


def made_ids(contract: Contract, lines: list[bytes], folder: Path) -> list[str]:
    """The ids that lines without any are given."""
    recorder, rows, _ = taken(contract, list(jsonl(io.BytesIO(b"\n".join(lines)))), folder, make_ids=True)
    assert not rows
    return [json.loads(record.value)["event_id"] for record in recorder.records]


def test_made_ids_are_those_of_the_lines(tickets: Contract, start: datetime, tmp_path: Path) -> None:
    """The same file again is the same events; equal lines at two places, and another line, are different ones."""
    value = json.loads(own_lines(tickets, start, 1)[0])
    line = encode({name: row for name, row in value.items() if name != "event_id"})
    first = made_ids(tickets, [line, line, b" " + line], tmp_path)
    assert len(set(first)) == 3
    assert made_ids(tickets, [line, line, b" " + line, line], tmp_path)[:3] == first
    assert [uuid.UUID(id_).version for id_ in first] == [5, 5, 5]


def test_a_made_id_never_changes() -> None:
    """Another way to make ids would make new events of files that were sent in part before."""
    assert line_id(Line(7, b'{"priority":"low"}', None, ())) == "c17120b3-0942-560b-ab7f-f0d878715aa8"


def test_made_ids_of_csv_rows(tickets: Contract, start: datetime, tmp_path: Path) -> None:
    """Of the row's own bytes and the line of the file where it begins."""
    event = json.loads(own_lines(tickets, start, 1)[0])
    names = ["event_type", "ticket_id", "client_id", "occurred_at", "request_type", "priority"]
    row = ",".join(["web", "help", *(str(event[name]) for name in names)])
    text = "\n".join([",".join(["channel", "request", *names]), row, row, ""]).encode()
    sent = [
        [json.loads(record.value)["event_id"] for record in recorder.records]
        for recorder, _, _ in (
            taken(tickets, list(table.rows(tickets, io.BytesIO(text))), tmp_path, True) for _ in "ab"
        )
    ]
    assert sent[0] == sent[1]
    assert len(set(sent[0])) == 2


def test_ids_that_are_no_uuids_are_not_made(logs: Contract) -> None:
    """A counted line number can't be invented."""
    with pytest.raises(ProducerError, match="uuid"):
        Gate(logs, True, UNNAMED)


def test_too_large_for_the_topic(tickets: Contract, start: datetime, tmp_path: Path) -> None:
    """What the broker would refuse for its size is refused here, with a reason."""
    padded = own_lines(tickets, start, 1)[0] + b" " * 1_000_000
    _, rows, _ = taken(tickets, list(jsonl(io.BytesIO(padded))), tmp_path)
    assert [clauses(row) for row in rows] == [["$/max_bytes"]]


def test_csv_cells_become_typed_members(logs: Contract, tmp_path: Path) -> None:
    """Dotted names nest, empty cells are absent, numbers keep their digits, JSON cells stay JSON."""
    text = (
        "line;logged_at;source.host.label;source.process;load;sampled;frames\r\n"
        '1;2026-01-05T00:00:00Z;web-1;"{""pid"":3}";0.10;true;"[{""module"":""a"",""at"":7.0}]"\r\n'
        "2;2026-01-05T00:00:00Z;web-1;;;;\r\n"
    )
    recorder, rows, _ = taken(logs, list(table.rows(logs, io.BytesIO(b"\xef\xbb\xbf" + text.encode()))), tmp_path)
    assert [record[0].decode() for record in recorder.records] == [
        '{"line":1,"logged_at":"2026-01-05T00:00:00Z","source":{"host":{"label":"web-1"},"process":{"pid":3}},'
        '"load":0.10,"sampled":true,"frames":[{"module":"a","at":7.0}]}',
        '{"line":2,"logged_at":"2026-01-05T00:00:00Z","source":{"host":{"label":"web-1"}}}',
    ]
    assert not rows


def test_csv_columns_of_maps_and_times(compiled: Callable[..., Contract]) -> None:
    """A column may be one name of a map, read as the map's values are; a name may hold dots; times stay text."""
    number, text = {"logicalType": "integer"}, {"logicalType": "string"}
    both = {"logicalType": "object", "properties": [number | {"name": "n"}]}
    contract = compiled(
        {"name": "counts", "logicalType": "map", "map": {"key": text, "value": number}},
        {"name": "parts", "logicalType": "map", "map": {"key": text, "value": both}},
        {"name": "whole", "logicalType": "map", "map": {"key": text, "value": number}},
        {"name": "opens", "logicalType": "time"},
    )
    header = "counts.fr,counts.value,counts.a.b,parts.x.n,parts.x.m,whole,opens"
    read = list(table.rows(contract, io.BytesIO(f'{header}\n1,2,3,4,5,"{{""k"":6}}",08:30:00\n'.encode())))
    assert read[0].value == (
        b'{"counts":{"fr":1,"value":2,"a.b":3},"parts":{"x":{"n":4,"m":"5"}},"whole":{"k":6},"opens":"08:30:00"}'
    )


def test_csv_that_does_not_fit(logs: Contract, tmp_path: Path) -> None:
    """Nothing is coerced: a cell that is not of its type is named; rows with other cells than the header are kept."""
    text = (
        "line,logged_at,source.host.label,sampled,oops\n"
        "007,2026-01-05T00:00:00Z,h,TRUE,\n"
        '3,2026-01-05T00:00:00Z,"h\n2",,x\n'
        "4,2026\n"
        "\n"
        '5,2026-01-05T00:00:00Z,"bad"h,,\n'
        "6,2026-01-05T00:00:00Z,h,true,\n"
    )
    recorder, rows, _ = taken(logs, list(table.rows(logs, io.BytesIO(text.encode()))), tmp_path)
    assert [record[1] for record in recorder.records] == [b"6"]
    assert [(row["line"], clauses(row)) for row in rows] == [
        (2, ["line/type", "sampled/type"]),
        (3, ["source.host.label/format", "oops/unknown_field"]),
        (5, ["$/cells"]),
        (6, ["$/cells"]),
        (7, ["$/cells"]),
    ]
    assert rows[1]["raw"] == '3,2026-01-05T00:00:00Z,"h\n2",,x'
    assert rows[4]["raw"] == '5,2026-01-05T00:00:00Z,"bad"h,,'


def test_csv_bytes_that_are_no_text(logs: Contract, tmp_path: Path) -> None:
    """A cell in another encoding is refused as such and kept byte for byte."""
    _, rows, _ = taken(logs, list(table.rows(logs, io.BytesIO(b"line,source.host.label\n1,caf\xe9\n"))), tmp_path)
    assert [clauses(row) for row in rows] == [["$/utf8"]]
    assert rows[0]["raw_base64"] == "MSxjYWbp"


@pytest.mark.parametrize("header", ["line,line", "source,source.host"])
def test_csv_headers_that_contradict_themselves(logs: Contract, header: str) -> None:
    """Two columns for one place are refused before anything is sent."""
    with pytest.raises(ProducerError, match="header"):
        list(table.rows(logs, io.BytesIO(header.encode())))


def test_empty_files(logs: Contract) -> None:
    """A file without lines holds no events."""
    assert not list(table.rows(logs, io.BytesIO(b"")))
    assert not list(jsonl(io.BytesIO(b"")))


def test_ready_is_what_may_be_sent(tickets: Contract, start: datetime) -> None:
    """The gate answers with the record to send, or with findings."""
    line = next(jsonl(io.BytesIO(own_lines(tickets, start, 1)[0])))
    assert isinstance(Gate(tickets, False, UNNAMED).judge(line), Ready)


def test_the_file_of_refused_lines_is_locked_while_it_grows(tmp_path: Path) -> None:
    """So that nobody rewrites it meanwhile, as an erasure would."""
    refusals = Refusals(tmp_path / "refused.jsonl")
    refusals.put(next(iter(jsonl(io.BytesIO(b"{")))), ())
    with refusals.path.open("r+b") as file:
        assert not try_lock(file.fileno())
        refusals.close()
        assert try_lock(file.fileno())
