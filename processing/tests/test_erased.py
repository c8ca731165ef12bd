"""Who was erased is known by keyed hashes alone, and found again in whatever a producer makes of an id."""

import base64
import json
import os
import pickle
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.compiler.catalogue import HOME, Catalogue
from processing import erased
from processing.decode import ERASED, Verdict
from processing.erased import NOBODY, ErasedList
from processing.errors import ProcessingError
from processing.tests.tickets import TICKET
from processing.traces import Traces
from processing.values import pseudonym
from processing.versions import VersionedDecoder, Versions

KEY = b"k" * 32
ID, OTHER = "CLI-004711", "CLI-000001"
V1, V2 = Catalogue(HOME).get("client_tickets.v1"), Catalogue(HOME).get("client_tickets.v2")
LIST = ErasedList.of([ID], KEY)
TRACES = Traces((V2, V1), KEY, LIST)
DECODER, OPEN = VersionedDecoder(Versions(V2, (V1,)), KEY, LIST), VersionedDecoder(Versions(V2, (V1,)), KEY)
MINE = {**TICKET, "client_id": ID}


def decode(value: bytes | None, decoder: VersionedDecoder = DECODER, **headers: str) -> Verdict:
    """The verdict on a record of version 2."""
    said = {"contract": "client_tickets", "contract_version": "2.0.0", "event_id": TICKET["event_id"], **headers}
    return decoder.decode(value, b"TCK-00000042", [(name, text.encode()) for name, text in said.items()])


def text(**members: Any) -> bytes:
    """The bytes of the person's event with these members."""
    return json.dumps({**MINE, **members}).encode()


def test_the_list_says_who_only_to_those_who_have_the_key(tmp_path: Path) -> None:
    """Neither id nor pseudonym stands in the file, and its entry for a person equals no pseudonym."""
    erased.add(tmp_path / "l.json", KEY, [ID], "request 118")
    found = (tmp_path / "l.json").read_text("utf-8")
    assert "request 118" in found
    for hidden in (ID, pseudonym(ID, KEY), KEY.hex(), KEY.decode()):
        assert hidden not in found
    assert (tmp_path / "l.json").stat().st_mode & 0o777 == 0o600
    assert erased.digest_of(ID, KEY) != erased.digest_of(ID, b"j" * 32)
    assert erased.digest_of(ID, KEY).hex() != pseudonym(pseudonym(ID, KEY), KEY)


def test_a_list_grows_and_stays_as_first_written(tmp_path: Path) -> None:
    """To erase a person twice changes only that it is unfinished again; the first reason stays."""
    path = tmp_path / "erased" / "l.json"
    assert ErasedList.read(path, KEY) == NOBODY
    first = erased.add(path, KEY, [ID], "first")
    assert (first.digests, first.lengths, first.unfinished) == (LIST.digests, frozenset({10}), True)
    erased.finish(path, KEY)
    before = json.loads(path.read_text("utf-8"))
    again = erased.add(path, KEY, [ID, "CLI-1"], "second")
    assert again.unfinished
    rows = json.loads(path.read_text("utf-8"))["persons"]
    assert [row["reason"] for row in rows] == ["first", "second"]
    assert rows[:1] == before["persons"]
    erased.finish(path, KEY)
    assert not ErasedList.read(path, KEY).unfinished


def test_a_list_is_carried_to_another_workspace(tmp_path: Path) -> None:
    """With the same key the persons of both lists are on it; one that is not there is told."""
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    erased.add(here, KEY, [ID], "here")
    erased.add(there, KEY, [OTHER], "there")
    merged = erased.merge(here, KEY, there)
    assert merged.digests == ErasedList.of([ID, OTHER], KEY).digests
    with pytest.raises(ProcessingError, match="there is no list"):
        erased.merge(here, KEY, tmp_path / "no.json")


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"key": 1}', '{"key": "", "persons": [{"person": "xyz", "length": 1}]}']
)
def test_a_damaged_list_stops_every_reader(tmp_path: Path, content: str) -> None:
    """Reading on as if nobody were erased would bring people back."""
    (tmp_path / "l.json").write_text(content)
    with pytest.raises(ProcessingError, match="can't be read"):
        ErasedList.read(tmp_path / "l.json", KEY)


def test_a_list_of_another_key_stops_every_reader(tmp_path: Path) -> None:
    """With another key it would find nobody, and nobody would notice."""
    erased.add(tmp_path / "l.json", KEY, [ID], "why")
    with pytest.raises(ProcessingError, match="another pseudonym key") as raised:
        ErasedList.read(tmp_path / "l.json", b"j" * 32)
    assert "6a6a" not in str(raised.value)


def test_a_list_travels_to_spark_workers() -> None:
    """It is a plain value."""
    assert pickle.loads(pickle.dumps(LIST)) == LIST  # noqa: S301 - our own


HOSTILE: dict[str, bytes] = {
    "as it should be": text(),
    "of a clause broken": text(priority="urgent!!"),
    "half": text()[:135],
    "a cut escape": b'{"client_id": "CLI-00\\u0034711", "request": "\\u00',
    "escaped": b'{"client_id": "\\u0043LI\\u002d004711"}',
    "escaped in half a text": b'{"client_id": "\\u0043\\u004cI-004711", "req',
    "a text in a text": json.dumps({"payload": text().decode()}).encode(),
    "a text in a text in a text": json.dumps(json.dumps(text().decode())).encode(),
    "in base64": json.dumps({"payload": base64.b64encode(text()).decode()}).encode(),
    "in base64, cut": base64.urlsafe_b64encode(b"\xff?" + text())[:203],
    "no UTF-8": text().replace(b"invoice", b"invoice \xff\xfe"),
    "no UTF-8, cut": text().replace(b"invoice", b"invoice \xff\xfe")[:-9],
    "UTF-16": text().decode().encode("utf-16"),
    "UTF-16 the other way": text().decode().encode("utf-16-be"),
    "UTF-32": text().decode().encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf" + text(),
    "the field twice, first": b'{"client_id": "CLI-004711", "client_id": "CLI-000001"}',
    "the field twice, last": b'{"client_id": "CLI-000001", "client_id": "CLI-004711"}',
    "two objects": b'{"client_id": "CLI-000001"} ' + text(),
    "a list": b"[" + text() + b"]",
    "a bare text": b'"CLI-004711"',
    "no JSON": b"client_id=CLI-004711&priority=low",
    "CSV": b'0b7c,opened,"CLI-004711",low',
    "under another name": text(client_id=None, clientId=ID),
    "deeper": text(client_id={"id": ID}),
    "with blanks": text(client_id=f" {ID}\n"),
    "with words": text(client_id=f"client {ID}."),
    "a NaN": text()[:-1] + b', "amount": NaN}',
    "a raw newline": text().replace(b"invoice", b"in\nvoice"),
    "after 1000 lists": b"[" * 1000 + text(),
    "a number of 5000 digits": b'{"amount": ' + b"9" * 5000 + b"," + text()[1:],
    "a lone surrogate": b'{"request": "\\ud800", ' + text()[1:-1],
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_whatever_holds_the_id_is_the_persons(value: bytes) -> None:
    """Whole or broken, in any encoding a producer may slip into: the record is erased, and nothing of it is said."""
    assert decode(value) is ERASED


OTHERS: dict[str, bytes] = {
    "whole": text(client_id=OTHER),
    "whole, speaking of the person": text(client_id=OTHER, request=f"As {ID} told me."),
    "refused, speaking of the person": text(client_id=OTHER, request=f"As {ID} told me.", priority="urgent!!"),
    "refused, no UTF-8": text(client_id=OTHER, request=f"As {ID} told me.").replace(b"told", b"\xff"),
    "a longer id": b'{"client_id": "CLI-0047110", "req',
    "a longer id before": b'{"client_id": "XCLI-004711", "req',
    "a shorter id": b'{"client_id": "CLI-00471", "req',
    "another alphabet": '{"client_id": "ÉCLI-004711é", "req'.encode(),
    "half a character": b'{"client_id": "\\ud800"}',
    "speaking of the person, after a byte order mark": b"\xef\xbb\xbf"
    + text(client_id=OTHER, request=f"As {ID} said."),
    "nothing": b"",
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("value", OTHERS.values(), ids=OTHERS)
def test_what_is_another_persons_stays(value: bytes) -> None:
    """Where an event says whose it is, it may speak of others; an id that only begins alike is another id."""
    assert decode(value) == decode(value, OPEN)


def test_a_key_or_header_names_the_person() -> None:
    """Of a record that is refused, or has no value: then they are what would be kept."""
    assert decode(None, event_id=f"x {ID}") is ERASED
    assert decode(text(client_id=OTHER, priority="no"), trace=f"client:{ID}") is ERASED
    assert decode(None).outcome == "tombstone"
    assert DECODER.decode(None, ID.encode(), []) is ERASED
    assert DECODER.decode(None, None, [("a", None)]).outcome == "tombstone"


def test_an_older_version_is_found_too() -> None:
    """Its events are upgraded before they are looked at."""
    assert decode(text(language="fr"), contract_version="1.0.0") is ERASED
    assert decode(text(channel="fax"), contract_version="1.0.0") is ERASED


def test_a_pseudonymised_subject_is_found() -> None:
    """Where the subject's field is personal, the stored value is a pseudonym and the list still knows the person."""
    by_mail = replace(V2, data_subject="client_email")
    decoder = VersionedDecoder(Versions(by_mail, ()), KEY, ErasedList.of(["ada@example.com"], KEY))
    assert decode(text(client_email="ada@example.com"), decoder) is ERASED
    assert decode(text(client_email="ada@example.com", priority="no"), decoder) is ERASED
    assert decode(b'{"client_email": "ada@example.com", "req', decoder) is ERASED
    assert decode(text(client_email="eve@example.com"), decoder).outcome == "accepted"


def test_an_id_of_other_letters_is_found() -> None:
    """In UTF-8 and in the encodings of older systems, also where bytes are broken."""
    traces = Traces((V2,), KEY, ErasedList.of(["Zoé-1234"], KEY))
    for encoding in ("utf-8", "latin-1", "utf-16"):
        assert traces.in_value('{"client_id": "Zoé-1234", "req'.encode(encoding))
    assert traces.in_value(json.dumps({"client_id": "Zoé-1234"}).encode()[:-1])


def test_a_short_id_is_found_by_its_field_only() -> None:
    """As a loose word it would be in anything."""
    traces = Traces((V2,), KEY, ErasedList.of(["7"], KEY))
    assert traces.in_value(b'{"client_id": "7", "req')
    assert traces.in_value(b"client_id=7&priority=low")
    assert not traces.in_value(b'{"client_id": "70", "amount": 7, "x')


def test_a_contract_must_say_whose_data_an_event_is() -> None:
    """With persons to keep out, nothing is read that can't say whose it is."""
    targets = Catalogue(HOME).get("support_targets")
    with pytest.raises(ProcessingError, match="dataSubject"):
        Traces((targets,), KEY, LIST)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(value: bytes) -> None:
    """Any bytes get an answer, the same as without a list as long as they do not hold an id."""
    assert decode(value) == decode(value, OPEN)
    TRACES.in_value(value + b'{"client_id": "\\ud800')


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_an_id_between_any_bytes_is_found(before: bytes, after: bytes) -> None:
    """As long as no letter or digit touches it."""
    assert TRACES.in_value(before.replace(b"\\", b"") + b'"CLI-004711"' + after) or _is_anothers(before, after)


def _is_anothers(before: bytes, after: bytes) -> bool:
    return b"client_id" in before + after


def test_bytes_that_mean_harm_take_no_minute() -> None:
    """Bytes that may be in every encoding are searched soon; only refused records are searched at all."""
    began = time.monotonic()
    decode(b'-"\0\\' * 50_000)
    decode(os.urandom(200_000))
    assert time.monotonic() - began < 20
