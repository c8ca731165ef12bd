"""The rules that client_tickets does not have, on payloads alone: the last value accepted, the first refused."""

from pathlib import Path

import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.load import readable
from processing.decode import Decoder

KEY = b"k" * 32
CONTRACT = Catalogue(Path(__file__).parent / "contracts").get("every_rule")
DECODER = Decoder(CONTRACT, KEY)
NINES = "9" * 38
Found = list[tuple[str, str, str]]


def judged(members: str) -> Found:
    """(clause, path, found) of a payload with these members, and with those that must be there."""
    present = [f'"{name}":{value}' for name, value in (("needed", '"x"'), ("given", "1")) if f'"{name}"' not in members]
    findings = DECODER.judge(("{" + ",".join((*present, *([members] if members else []))) + "}").encode())
    return [(finding.clause.removeprefix("every_rule.v1/"), finding.path, finding.found) for finding in findings]


@pytest.mark.parametrize(
    "members",
    [
        '"needed":"n/a"',
        '"given":0',
        '"count":0.50000000000000000001',
        '"count":1',
        '"code":"a1"',
        '"flag":true',
        '"flag":null',
        '"size":7',
        '"size":1.0',
        '"size":null',
        '"day":"05.01.2026"',
        '"day":"28.2.2026"',
        '"clock":"08:30:00.000000"',
        '"clock":"10:30:00+02:00"',
        '"stamp":"2026-01-05T09:30:00+01:00"',
        '"unset":"1970-01-01 01:01"',
        '"since":"01/02/2026"',
        '"since":"28/02/2026"',
        '"opens":"06:01"',
        '"opens":"22:00"',
        f'"big":-{NINES}',
        f'"big":{NINES}',
        f'"huge":{NINES[:-1]}8',
        '"scores":{"a":0}',
        '"scores":{"":5,"a b":4,"zzzzz":3}',
        '"parts":{}',
        '"parts":{"a":null,"b":[null,{"n":1}]}',
        '"mixed":[{"a":1},{"a":2},{"b":1},{},null]',
        '"emails":{"ada@example.com":{"n":5}}',
        '"secrets":{"abcde":"abcde"}',
        '"pair":{"a":null}',
        '"pair":{"x":1,"y":2}',
    ],
)
def test_values_at_the_edge_are_accepted(members: str) -> None:
    """The last value inside each bound, and equal values however they are written."""
    assert judged(members) == []


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ('"count":-1.0', [("count/missingValues", "$.count", "-1.0")]),
        ('"count":5e-1', [("count/missingValues", "$.count", "0.5")]),
        ('"code":"abc"', [("code/invalidValues", "$.code", '"abc"')]),
        ('"code":"1a"', [("code/invalidValues#2", "$.code", '"1a"')]),
        (
            '"code":"A"',
            [("code/invalidValues", "$.code", '"A"'), ("code/invalidValues#2", "$.code", '"A"')],
        ),
        ('"flag":false', [("flag/enum", "$.flag", "false")]),
        ('"flag":1', [("flag/type", "$.flag", "1")]),
        ('"size":2', [("size/enum", "$.size", "2")]),
        ('"size":true', [("size/type", "$.size", "true")]),
        ('"day":"6.1.2026"', [("day/enum", "$.day", '"6.1.2026"')]),
        ('"day":"30.2.2026"', [("day/format", "$.day", '"30.2.2026"')]),
        ('"day":"2026-01-05"', [("day/format", "$.day", '"2026-01-05"')]),
        ('"day":20260105', [("day/type", "$.day", "20260105")]),
        ('"clock":"08:30:00.000001"', [("clock/enum", "$.clock", '"08:30:00.000001"')]),
        ('"clock":"08:30"', [("clock/type", "$.clock", '"08:30"')]),
        ('"clock":"24:00:00"', [("clock/type", "$.clock", '"24:00:00"')]),
        ('"stamp":"2026-01-05T08:30:00+01:00"', [("stamp/enum", "$.stamp", '"2026-01-05T08:30:00+01:00"')]),
        ('"stamp":"2026-01-05T08:30:00"', [("stamp/type", "$.stamp", '"2026-01-05T08:30:00"')]),
        ('"unset":"1970-01-01 01:00"', [("unset/missingValues", "$.unset", '"1970-01-01 01:00"')]),
        ('"unset":"2026-03-29 02:30"', [("unset/format", "$.unset", '"2026-03-29 02:30"')]),
        ('"since":"31/01/2026"', [("since/minimum", "$.since", '"31/01/2026"')]),
        ('"since":"01/03/2026"', [("since/exclusiveMaximum", "$.since", '"01/03/2026"')]),
        ('"since":"1/2/2026"', [("since/format", "$.since", '"1/2/2026"')]),
        ('"opens":"06:00"', [("opens/exclusiveMinimum", "$.opens", '"06:00"')]),
        ('"opens":"22:01"', [("opens/maximum", "$.opens", '"22:01"')]),
        ('"opens":"6:30"', [("opens/format", "$.opens", '"6:30"')]),
        (f'"big":1{"0" * 38}', [("big/maximum", "$.big", f"1{'0' * 38}")]),
        (f'"big":{2**127}', [("big/type", "$.big", str(2**127))]),
        (f'"huge":{NINES}', [("huge/exclusiveMaximum", "$.huge", NINES)]),
        ('"huge":-1', [("huge/type", "$.huge", "-1")]),
        ('"scores":{}', [("scores/minProperties", "$.scores", "{}")]),
        ('"scores":[]', [("scores/type", "$.scores", "[]")]),
        ('"scores":{"a":6}', [("scores.value/maximum", "$.scores.a", "6")]),
        ('"scores":{"a b":256}', [("scores.value/type", '$.scores["a b"]', "256")]),
        ('"scores":{"":null}', [("scores.value/required", '$.scores[""]', "null")]),
        ('"scores":{"A":1}', [("scores.key/pattern", "$.scores.A", '"A"')]),
        (
            '"scores":{"a\\"b\\u00e9\\n":1}',
            [
                ("scores.key/pattern", '$.scores["a\\"bé\\n"]', '"a\\"bé\\n"'),
            ],
        ),
        (
            '"scores":{"b":1,"a":2,"ABCDEF":null,"c":4}',
            [
                ("scores/maxProperties", "$.scores", '{"b": 1, "a": 2, "ABCDEF": null, "c": 4}'),
                ("scores.key/pattern", "$.scores.ABCDEF", '"ABCDEF"'),
                ("scores.key/maxLength", "$.scores.ABCDEF", '"ABCDEF"'),
                ("scores.value/required", "$.scores.ABCDEF", "null"),
            ],
        ),
        (
            '"parts":{"a":[],"b.c":[{"n":"1"},{}]}',
            [
                ("parts.value/minItems", "$.parts.a", "[]"),
                ("parts.value[].n/required", '$.parts["b.c"][1].n', "absent"),
                ("parts.value[].n/type", '$.parts["b.c"][0].n', '"1"'),
            ],
        ),
        (
            '"mixed":[{"a":1,"b":2},{"b":2.0,"a":1}]',
            [("mixed/uniqueItems", "$.mixed", '[{"a": 1, "b": 2}, {"b": 2, "a": 1}]')],
        ),
        ('"pair":{}', [("pair/minProperties", "$.pair", "{}")]),
        (
            '"pair":{"a":null,"x":1,"y":2}',
            [("pair/maxProperties", "$.pair", '{"a": null, "x": 1, "y": 2}')],
        ),
    ],
)
def test_values_beyond_the_edge_are_refused(members: str, found: Found) -> None:
    """The first value outside each bound, with the clause, the place and what stands there."""
    assert judged(members) == found


NULL_CLAUSES = ("needed/required", "needed/nullValues", "needed/missingValues")


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ('"given":1', [(clause, "$.needed", "absent") for clause in NULL_CLAUSES]),
        ('"needed":null', [(clause, "$.needed", "null") for clause in NULL_CLAUSES]),
        ('"needed":""', [("needed/missingValues", "$.needed", '""')]),
        ('"needed":0', [("needed/type", "$.needed", "0")]),
    ],
)
def test_null_breaks_every_clause_that_forbids_it(members: str, found: Found) -> None:
    """All are named, and a value that is there is judged by those that speak of values."""
    given = members if '"given"' in members else f'"given":1,{members}'
    findings = DECODER.judge(("{" + given + "}").encode())
    assert [(f.clause.removeprefix("every_rule.v1/"), f.path, f.found) for f in findings] == found


def test_nothing_is_judged_below_a_failed_gate() -> None:
    """A map that is none, or a text that is no time, breaks that clause alone."""
    assert [row[0] for row in judged('"parts":"x","since":"soon","scores":{"a":"6"}')] == [
        "since/format",
        "scores.value/type",
        "parts/type",
    ]


def test_findings_come_in_the_contracts_order() -> None:
    """However the payload is ordered, and all of a clause together."""
    findings = judged('"pair":{},"parts":{"b":[{},{"n":"x"},{}]},"flag":false')
    assert [row[:2] for row in findings] == [
        ("flag/enum", "$.flag"),
        ("parts.value[].n/required", "$.parts.b[0].n"),
        ("parts.value[].n/required", "$.parts.b[2].n"),
        ("parts.value[].n/type", "$.parts.b[1].n"),
        ("pair/minProperties", "$.pair"),
    ]


@pytest.mark.parametrize(
    ("value", "clause"),
    [
        (b"", "$/json"),
        (b"[]", "$/type"),
        (b'"\xff"', "$/utf8"),
        (b'{"a":1,"a":1}', "$/duplicate_key"),
        (b'{"scores":{"a":1,"a":1}}', "$/duplicate_key"),
        (b'{"a":1e999999999}', "$/number"),
    ],
)
def test_bytes_that_are_no_payload(value: bytes, clause: str) -> None:
    """Syntax is the only finding, and nothing is stored."""
    assert [finding.clause for finding in DECODER.judge(value)] == [f"every_rule.v1/{clause}"]
    assert DECODER.stored(value) is None


def test_a_contract_without_a_topic_can_be_judged_by() -> None:
    """Any contract made readable has the clauses of the bytes, and no record is asked for an envelope."""
    decoder = Decoder(readable(Catalogue(HOME).get("support_targets")), KEY)
    good = b'{"request_type":"billing","priority":"low","support_team":"care","target_hours":1}'
    assert decoder.judge(good) == ()
    assert decoder.stored(good) == ("billing", "low", "care", 1)
    assert decoder.decode(good, b"any key", [("contract", b"any")]).outcome == "accepted"
    assert [finding.clause for finding in decoder.judge(b"[")] == ["support_targets.v1/$/json"]
    assert decoder.decode(b'{"":"x"}', None, []).event_id is None
