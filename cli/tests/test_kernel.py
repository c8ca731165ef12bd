"""The kernel and the decoder in Python make the same rows of everything: strictness gives way nowhere.

Skipped where the kernel is not built (`make fast`); what decides whether a contract has a plan is tested either way.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cli.agreement import reference
from cli.agreement.cases import read_cases
from cli.agreement.draw import RARE, contracts, document
from cli.agreement.examples import examples
from cli.agreement.run import drawing
from cli.tests.written import nearly, whole, written
from contracts.compiler import strict_json
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.load import compile_document, readable
from contracts.compiler.model import Contract
from processing.erased import ErasedList
from processing.kernel import Kernel, built
from processing.ledger import _decode_batch
from processing.plain import compile_plan
from processing.versions import VersionedDecoder, Versions
from producer.errors import ProducerError
from producer.event import sealer
from producer.payloads import values

KEY = b"k" * 32
TICKETS = Catalogue(HOME).get("client_tickets.v1")
FOLDER = Catalogue(Path(__file__).parents[2] / "processing" / "tests" / "contracts")
START = datetime(2026, 1, 5, tzinfo=UTC)
_HEADERS = pa.list_(pa.struct([("key", pa.string()), ("value", pa.binary())]))

needs_kernel = pytest.mark.skipif(isinstance(built(), str), reason=str(built()))


class Record(NamedTuple):
    """What travels: `headers` None where the source gives no list at all."""

    value: bytes | None
    key: bytes | None = None
    headers: list[tuple[str, bytes | None]] | None = None
    received_at: datetime = START


def batch(records: Iterable[Record]) -> pa.RecordBatch:
    """Kafka records as Spark hands them to a task."""
    rows = list(records)
    sent = [None if row.headers is None else [{"key": k, "value": v} for k, v in row.headers] for row in rows]
    return pa.RecordBatch.from_pydict(
        {
            "partition": pa.array([0] * len(rows), pa.int32()),
            "offset": pa.array(range(len(rows)), pa.int64()),
            "received_at": pa.array([row.received_at for row in rows], pa.timestamp("us", tz="UTC")),
            "key": pa.array([row.key for row in rows], pa.binary()),
            "value": pa.array([row.value for row in rows], pa.binary()),
            "headers": pa.array(sent, _HEADERS),
        }
    )


@needs_kernel
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=300), max_size=200), st.integers(0, 20))
def test_event_ids_have_the_same_digests(ids: list[str], start: int) -> None:
    """BLAKE2b of 16 bytes, in whatever part of an array the ids lie."""
    whole_of_it = pa.array(ids, pa.string()).cast(pa.binary())
    wanted = [hashlib.blake2b(one.encode(), digest_size=16).digest() for one in ids]
    made = built().digests(whole_of_it.slice(start))
    assert (made.type, made.to_pylist()) == (pa.binary(16), wanted[start:])
    with pytest.raises(ValueError, match="null"):
        built().digests(pa.array([None], pa.binary()))


class Tally(Counter[str]):
    """Rows `plain`, `accepted` and `all`, and contracts that have a plan; so that no test agrees on nothing."""


def same(contract: Contract, records: Iterable[Record], tally: Tally, older: tuple[Contract, ...] = ()) -> None:
    """Assert that both ways make the same rows of records, down to types, order and hashes."""
    versions, rows = Versions(contract, older), list(records)
    decoder, kernel, sent = VersionedDecoder(versions, KEY), Kernel(versions, KEY), batch(rows)
    plain = kernel.decode(sent)
    tally["contracts"] += kernel.reason is None
    slow, fast = _decode_batch(sent, decoder, contract), _decode_batch(sent, decoder, contract, kernel)
    fast.validate(full=True)
    if not fast.equals(slow, check_metadata=True) or repr(fast.to_pylist()) != repr(slow.to_pylist()):  # -0.0 is 0.0
        assert fast.schema == slow.schema
        for row, one, other in zip(rows, fast.to_pylist(), slow.to_pylist(), strict=True):
            assert repr(one) == repr(other), row
        raise AssertionError(f"equal rows in columns that differ: {fast} {slow}")
    tally["all"] += len(rows)
    tally["plain"] += plain.mask.true_count if plain is not None else 0
    tally["accepted"] += slow.column("outcome").to_pylist().count("accepted")


def in_plain_part(contract: Contract) -> Contract:
    """The contract with those of its fields that the kernel knows."""
    kept = tuple(
        field
        for field in contract.fields
        if Kernel(Versions(replace(contract, fields=(field,), event_id=None, envelope=None), ()), KEY).reason is None
    )
    return replace(contract, fields=kept)


def varied(payloads: Iterable[bytes], rng: Random) -> Iterator[bytes]:
    """Each payload, each written otherwise, each with a byte changed, and now and then bytes that are no event."""
    for payload in payloads:
        yield payload
        yield nearly(payload, rng)
        if rng.random() < 0.1:
            yield whole(rng)
        try:
            value = strict_json.read(payload)
        except strict_json.RefusedBytes:
            continue
        yield written(value, rng, 0.0)
        yield written(value, rng, 0.1)


def draw(count: int, variants: int, shrink: bool) -> Tally:
    """Drawn contracts, whole and their plain part: payloads that are valid, broken, odd and mutated."""
    tally = Tally()

    @drawing(count, shrink)
    @given(contracts(), st.integers(0, 2**31))
    @example(document(RARE, []), 1)
    def one(drawn: dict[str, Any], seed: int) -> None:
        contract, rng = compile_document(drawn, "drawn"), Random(seed)
        try:
            rows = [row.payload for row in examples(contract, rng, 4, 6)]
        except ProducerError:
            return
        payloads = [payload for _ in range(variants) for payload in varied(rows, rng)]
        same(contract, map(Record, payloads), tally)
        part = in_plain_part(contract)
        if part.fields:
            names = {field.name for field in part.fields}
            same(part, map(Record, [*payloads, *_without(payloads, names)]), tally)

    one()
    return tally


def _without(payloads: Iterable[bytes], names: set[str]) -> Iterator[bytes]:
    """The payloads that are objects, with the members of these names alone, as the bytes have them."""
    for payload in payloads:
        try:
            value = strict_json.read(payload)
        except strict_json.RefusedBytes:
            continue
        if isinstance(value, dict):
            yield written({k: v for k, v in value.items() if k in names}, Random(0), 0.0)


@needs_kernel
def test_drawn_contracts_are_decoded_alike() -> None:
    """A small draw."""
    tally = draw(30, 1, shrink=False)
    assert tally["plain"] > 300, tally
    assert tally["contracts"] > 10, tally


@needs_kernel
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_many_drawn_contracts_are_decoded_alike() -> None:
    """A large draw, each payload in several variants."""
    tally = draw(400, 4, shrink=True)
    assert tally["plain"] > 20_000, tally
    assert tally["plain"] > tally["accepted"] / 4, tally


def tickets(rng: Random, count: int) -> Iterator[Record]:
    """Valid client tickets with their envelope."""
    seal = sealer(TICKETS)
    for value in values(TICKETS, count=count, seed=rng.randrange(2**31), start=START):
        key, headers = seal(value)
        moment = START + timedelta(seconds=rng.randrange(-4000, 90_000))
        yield Record(written(value, rng, 0.0), key, list(headers), moment)


def _otherwise(record: Record, rng: Random) -> Record:
    """A record whose key or headers are not, or not plainly, those of its value."""
    headers = list(record.headers or ())
    name, _ = rng.choice(headers)
    kind = rng.randrange(9)
    if kind == 0:
        return record._replace(key=rng.choice([None, b"", b"TCK-1", (record.key or b"") + b"\n"]))
    if kind == 1:
        return record._replace(headers=None)
    if kind == 2:
        return record._replace(headers=[row for row in headers if row[0] != name])
    if kind == 3:  # the last of a name counts
        return record._replace(headers=rng.sample([*headers, (name, b"x")], len(headers) + 1))
    if kind == 4:
        return record._replace(headers=[*headers, ("producer", None), ("", b"x")])
    if kind == 5:
        odd = rng.choice([None, b"", b"\xff", b"1" * 300, b"2.0.0", b"1", b"1.", b"01.0", b"1.0.0 "])
        return record._replace(headers=[(n, odd if n == "contract_version" else c) for n, c in headers])
    if kind == 6:
        return record._replace(headers=[(n, (c or b"") + b"x" if n == name else c) for n, c in headers])
    if kind == 7:
        return record._replace(value=None)
    return record._replace(headers=[(n.upper() if n == name else n, c) for n, c in headers])


@needs_kernel
@pytest.mark.parametrize("count", [150, pytest.param(6000, marks=pytest.mark.slow)])
def test_tickets_are_decoded_alike(count: int) -> None:
    """Values written in every way, bytes that are nearly right, envelopes that are nearly right; late and early."""
    rng, tally = Random(count), Tally()
    good = list(tickets(rng, count))
    same(TICKETS, good, tally)
    assert tally["plain"] > 0.9 * len(good), tally
    same(TICKETS, [row._replace(value=value) for row in good for value in varied([row.value or b""], rng)], tally)
    same(TICKETS, [_otherwise(row, rng) for row in good for _ in range(3)], tally)


@needs_kernel
def test_late_and_early_begin_at_the_same_microsecond() -> None:
    """On the bound, and one microsecond beside it."""
    (row,), tick = tickets(Random(2), 1), timedelta(microseconds=1)
    occurred = datetime.fromisoformat(json.loads(row.value or b"")["occurred_at"])
    assert TICKETS.late_after is not None
    assert TICKETS.early_after is not None
    moments = [
        occurred + bound + beside
        for bound in (TICKETS.late_after, -TICKETS.early_after)
        for beside in (-tick, timedelta(), tick)
    ]
    tally = Tally()
    same(TICKETS, [row._replace(received_at=moment) for moment in moments], tally)
    assert tally["plain"] == len(moments), tally


@needs_kernel
def test_parts_of_batches_are_decoded_alike() -> None:
    """Arrow hands on a part of a batch as an offset; a batch may be empty, or have no plain row at all."""
    versions = Versions(TICKETS, ())
    decoder, kernel = VersionedDecoder(versions, KEY), Kernel(versions, KEY)
    good = list(tickets(Random(5), 8))
    sent = batch([*good[:4], *(row._replace(value=b"{") for row in good[:3]), *good[4:]])
    for part in (sent.slice(2, 7), sent.slice(4, 3), sent.slice(0, 0), sent.slice(7)):
        fast = _decode_batch(part, decoder, TICKETS, kernel)
        assert fast.equals(_decode_batch(part, decoder, TICKETS))


@needs_kernel
def test_the_cases_at_the_edges_are_decoded_alike() -> None:
    """What people wrote down as the last value that is accepted and the first that is refused, clause by clause."""
    tally = Tally()
    cases = read_cases(TICKETS, HOME / "client_tickets" / "v1.cases.yaml")
    same(TICKETS, [Record(case.value, case.key, case.headers) for case in cases], tally)
    assert tally["plain"] >= 30, tally


_TEXTS = (
    *("0", "7", "7.0", "7.00", "7.5", "-7", "-0", "-0.0", "07", "7.", ".7", "7e0", "7e1", "1E2", "1e400", "9" * 400),
    *(
        str(sign * 2**bits + more)
        for bits in (7, 8, 15, 16, 31, 32, 63, 64, 127)
        for sign in (1, -1)
        for more in (-1, 0)
    ),
    *("9" * 36, "9" * 37, "0." + "9" * 35, "0." + "9" * 40, "123456789012345678.9", "0.1", "0.30000000000000004"),
    *("16777217", "16777219", "9007199254740993", "9007199254740992", "-9007199254740993", "1.17549435e-38"),
    *("99.99", "999.99", "1000", "99.999", "0.005", "0.01", "true", "false", "null", "tru", '"7"', "[7]", "{}"),
    *(
        '"a"',
        '""',
        '"é"',
        '"\\u00e9"',
        '"\\ud83d\\ude00"',
        '"\\ud83d"',
        '"\\ude00\\ud83d"',
        '"\\ud83d\\u0041"',
        '"\\ud83d\\ue000"',
        '"\\ud83dx"',
        '"\\q"',
        '"a\\u0000"',
    ),
    *('"a\nb"', '"a\\nb"', '"\x7f"', '"a', "[]", "[null]", "[1,1]", "[1,1.0]", '["a","a"]', '["a","\\u0061"]'),
    *('"2026-01-05"', '"2026-02-29"', '"2024-02-29"', '"1900-02-29"', '"2000-02-29"', '"0000-01-01"', '"0001-01-01"'),
    *('"2026-13-01"', '"2026-1-5"', '"9999-12-31"', '"2026-01-05T08:30:00Z"', '"2026-01-05T24:00:00Z"'),
    *('"2026-01-05T08:30:00.1Z"', '"2026-01-05T08:30:00.123456+01:00"', '"2026-01-05T08:30:00.1234567Z"'),
    *('"2026-01-05T08:30:60Z"', '"2026-01-05T08:30:00z"', '"2026-01-05t08:30:00Z"', '"2026-01-05 08:30:00Z"'),
    *(
        '"2026-01-05T08:30:00+24:00"',
        '"2026-01-05T08:30:00-23:59"',
        '"2026-01-05T08:30:00+0100"',
        '"2026-01-05T08:30Z"',
    ),
    *('"0001-01-01T00:00:00Z"', '"0001-01-01T00:00:00+00:01"', '"9999-12-31T23:59:59.999999Z"'),
    *('"9999-12-31T23:59:59.999999-00:01"', '"1969-12-31T23:59:59.999999Z"', '"2026-01-05T08:30:00.Z"'),
)


@needs_kernel
@pytest.mark.parametrize("name", ["every_type", "every_rule"])
def test_every_spelling_in_every_field_is_decoded_alike(name: str) -> None:
    """Bounds of every stored form, one beside them, and what is no JSON: in each field the kernel knows."""
    whole = FOLDER.get(name)
    contract, tally = in_plain_part(replace(readable(whole), event_time=None, event_id=None, envelope=None)), Tally()
    kept = {"event_id": '"e"', "happened_at": '"2026-01-05T08:30:00Z"', "needed": '"x"', "given": "1"}
    needed = {field.name: kept[field.name] for field in contract.fields if field.name in kept}
    events = [{**needed, field.name: text} for field in contract.fields for text in _TEXTS]
    events += [{key: text for key, text in needed.items() if key != left} for left in needed]
    texts = ["{" + ",".join(f'"{key}":{text}' for key, text in event.items()) + "}" for event in events]
    same(contract, [Record(text.encode()) for text in texts], tally)
    assert tally["contracts"] == 1, compile_plan(contract, ()).reason
    assert tally["plain"] > 3 * len(contract.fields), tally


def _property(name: str, type_: str, more: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    return {"name": name, "logicalType": type_, "logicalTypeOptions": options, **(more or {})}


def _items(type_: str, **options: Any) -> dict[str, Any]:
    return {"items": {"logicalType": type_, "logicalTypeOptions": options}}


_LISTED = [{"value": 1}, {"value": 7.0}, {"value": -2}]
_MISSING = [{"metric": "missingValues", "arguments": {"missingValues": [0, 0.5, True]}, "mustBe": 0}]
_NAMELESS = [{"metric": "missingValues", "arguments": {"missingValues": ["", "ab"]}, "mustBe": 0}]
_BOUNDED = document(
    [
        _property("length", "string", minLength=2, maxLength=3),
        _property("pattern", "string", pattern="^(a|bc)+[^x]?$"),
        _property("dots", "string", pattern=r"^.\w[\-/#& ]*$"),
        _property("end", "string", pattern="b$"),
        _property("uuid", "string", format="uuid"),
        _property("email", "string", {"classification": "personal"}, format="email"),
        _property("word", "string", {"quality": _NAMELESS}),
        _property("low", "integer", minimum=-2, maximum=7),
        _property("open", "integer", exclusiveMinimum=0, exclusiveMaximum=8),
        _property("step", "integer", format="i16", multipleOf=7),
        _property("listed", "integer", {"enum": _LISTED}),
        _property("cents", "number", {"physicalType": "decimal(5,2)"}, multipleOf=0.05, minimum=-1.5),
        _property("wide", "number", {"physicalType": "decimal(38,2)"}),
        _property("whole", "number", {"physicalType": "decimal(4,0)"}),
        _property("ratio", "number", {"quality": _MISSING}, exclusiveMinimum=0, maximum=1e21),
        _property("small", "number", format="f32", minimum=0.1),
        _property("day", "date", minimum="2024-02-29", exclusiveMaximum="2026-01-06"),
        _property("moment", "timestamp", maximum="2026-01-05T08:30:00.1Z", timezone=True),
        _property("tags", "array", _items("string", minLength=1), minItems=1, maxItems=2, uniqueItems=True),
        _property("counts", "array", _items("integer"), uniqueItems=True),
        _property("pair", "object", {"properties": [_property("a", "integer"), _property("b", "string")]}),
        _property("one", "object", {"properties": [_property("a", "integer")]}, minProperties=1),
    ],
    [],
)
_MORE_TEXTS = (
    *(
        '"é"',
        '"éé"',
        '"ééé"',
        '"éééé"',
        '"\U0001f600"',
        '"ab"',
        '"abc"',
        '"bcbcé"',
        '"bcx"',
        '"bc\\n"',
        '"b\\n"',
        '"ax"',
    ),
    *('"ab-/#& "', '"\u2028a"', '"\u00a0b"', '"aé"', '"a1"', '""', '"0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11"'),
    *('"0B7C7C1E-52AE-4A1C-9D0F-5D4F6F0F6F1g"', '"a@b.c"', '"a@b"', '"a@@b.c"', '".a@b.c"', '"a..b@c.d"', '"a@-b.c"'),
    *('"a@b-.c"', '"a@b.c."', '"@b.c"', '"a+b@c-d.e"', '"é@b.c"', f'"{"a" * 64}@b.c"', f'"{"a" * 65}@b.c"'),
    *(
        f'"a@{"b" * 63}.c"',
        f'"a@{"b" * 64}.c"',
        f'"a@{"b." * 125}cc"',
        f'"a@{"b." * 126}cc"',
        f'"a@{"b." * 126}c"',
        f'"a@{"b." * 125}c"',
    ),
    *("1", "-2", "-3", "8", "14", "-7", "0.05", "0.10", "-1.5", "-1.55", "0.5", "1000000000000000000000", "0.099"),
    *("1000000000000000000001", "0.100", "9999", "9999.0", "10000", "2.50", "2.505", "999.95", "1000.05", "9" * 35),
    *('"2024-02-28"', '"2026-01-06"', '"2026-01-05T08:30:00.100001Z"', '"2026-01-05T09:30:00.1+01:00"', '["a"]'),
    *('["a","b"]', '["a","b","c"]', '["é","\\u00e9"]', '["a",null]', '["a",""]', "[7,8,7]", "[7,7.0]", "[null,null]"),
    *("[1,2,]", "[,1]", "[1 2]", '{"a":1}', '{"a":1,"a":1}', '{"b":"x","a":7}', '{"a":null}', '{"c":1}', '{"a":1,}'),
    *(
        '{"a":1.5}',
        '{"\\u0061":1}',
        '{"a":{}}',
        '{"a" 1}',
        '{"a":1 "b":"x"}',
        "{a:1}",
        '{"a":1}}',
        "[[]]",
        "nul",
        "nullx",
    ),
    *('"\\b\\f\\t\\r"', '"a\\/b"', '"\x1f"', '"\x00"', '"abcdefgh\x01"', '"\t"', '"abcdefghi\\"', '"abcdefg\\"x"'),
    *(f'"{"x" * size}"' for size in range(12)),
)


@needs_kernel
def test_every_rule_is_held_at_its_edges() -> None:
    """One field for each rule the kernel knows, with what just keeps it and what just breaks it."""
    contract, tally = compile_document(_BOUNDED, "bounded"), Tally()
    names = [field.name for field in contract.fields]
    assert not Kernel(Versions(contract, ()), KEY).reason
    for name in names:
        before = tally["plain"]
        same(contract, [Record(f'{{"{name}":{text}}}'.encode()) for text in (*_TEXTS, *_MORE_TEXTS)], tally)
        assert tally["plain"] > before + 1, name
    assert tally["plain"] > 0.85 * tally["accepted"], tally


@needs_kernel
def test_what_the_kernel_accepts_the_reference_accepts() -> None:
    """The reference shares no code with either decoder."""
    kernel = Kernel(Versions(TICKETS, ()), KEY)
    rng = Random(3)
    rows = [row._replace(value=value) for row in tickets(rng, 40) for value in varied([row.value or b""], rng)]
    plain = kernel.decode(batch(rows))
    assert plain is not None
    accepted = [row for row, mine in zip(rows, plain.mask.to_pylist(), strict=True) if mine]
    assert len(accepted) > 60
    for row in accepted:
        assert not set(reference.judge(TICKETS, row.value or b""))


@needs_kernel
def test_records_of_an_older_major_are_left_to_python() -> None:
    """The kernel reads the newest major's records; another header than the newest's may say that one is older."""
    older = replace(TICKETS, version="0.9.0")
    kernel = Kernel(Versions(TICKETS, (older,)), KEY)
    (row,) = tickets(Random(1), 1)
    said = [row._replace(headers=_version(row, text)) for text in (b"1.1.0", b"0.9.0", b"0", b"00.9", b"1")]
    plain = kernel.decode(batch(said))
    assert plain is not None
    assert plain.mask.to_pylist() == [True, False, False, False, True]


def _version(row: Record, text: bytes) -> list[tuple[str, bytes | None]]:
    return [(name, text if name == "contract_version" else content) for name, content in row.headers or ()]


@needs_kernel
def test_with_erased_persons_every_row_is_looked_at_in_python() -> None:
    """Their traces are found there alone."""
    erased = ErasedList(frozenset({b"x" * 16}), frozenset({10}), False)
    kernel = Kernel(Versions(TICKETS, ()), KEY, erased)
    assert kernel.decode(batch(tickets(Random(1), 2))) is None
    assert "erased" in str(kernel.reason)


def test_a_contract_with_something_else_has_no_plan() -> None:
    """The reason names the place, so that a person can see why decoding is slow."""
    reason = compile_plan(FOLDER.get("every_type"), ()).reason
    assert reason is not None
    assert compile_plan(TICKETS, ()).reason is None
