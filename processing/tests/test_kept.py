"""What is kept of a payload beside its findings: one hash for equal values, unknown members, and nothing hidden."""

from pathlib import Path

import pytest

from contracts.compiler.catalogue import Catalogue
from processing.decode import Decoder
from processing.values import pseudonym

KEY = b"k" * 32
DECODER = Decoder(Catalogue(Path(__file__).parent / "contracts").get("every_rule"), KEY)


def payload(members: str) -> bytes:
    """A payload with these members, and with those that must be there."""
    return ('{"needed":"x","given":1,' + members + "}").encode()


def judged(members: str) -> list[tuple[str, str, str]]:
    """(clause, path, found) of a payload with these members."""
    findings = DECODER.judge(payload(members))
    return [(finding.clause.removeprefix("every_rule.v1/"), finding.path, finding.found) for finding in findings]


def test_hidden_keys_are_not_shown() -> None:
    """A key whose class hides it stands neither in what was found, there or above, nor in a path."""
    [(clause, path, found)] = judged('"emails":{"no address":{}}')
    assert (clause, found) == ("emails.key/format", "string of 10 characters")
    assert pseudonym("no address", KEY) in path
    [below] = judged('"emails":{"ada@example.com":{"n":6}}')
    assert (below[0], below[2]) == ("emails.value.n/maximum", "6")
    assert "ada" not in below[1]
    assert judged('"emails":["ada@example.com"]') == [("emails/type", "$.emails", "array of 1 items")]
    text = repr(judged('"secrets":{"SECRETKEY":"SECRETVALUE"}'))
    assert "secrets.key/maxLength" in text
    assert "secrets.value/maxLength" in text
    assert "SECRET" not in text


def test_hidden_keys_do_not_reach_the_unknown_fields() -> None:
    """They are stored beside accepted rows, where no clear personal value may stand."""
    verdict = DECODER.decode(
        b'{"needed":"x","given":1,"emails":{"ada@example.com":{"mood":"curious"}},"parts":{"a.b":[{"n":1,"z":2}]},'
        b'"parts[\\"a.b\\"][0].z":3,"":4}',
        None,
        [],
    )
    assert verdict.outcome == "accepted"
    assert verdict.unknown is not None
    assert "ada" not in verdict.unknown
    assert '"curious"' in verdict.unknown
    assert '"parts[\\"a.b\\"][0].z": 2' in verdict.unknown
    assert '"[\\"parts[\\\\\\"a.b\\\\\\"][0].z\\"]": 3' in verdict.unknown
    assert '"": 4' in verdict.unknown


def body_hash(members: str) -> bytes:
    """The body hash of an accepted payload."""
    verdict = DECODER.decode(payload(members), None, [])
    assert verdict.body_hash is not None, verdict.findings
    return verdict.body_hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"scores":{"a":1,"b":2}', '"scores":{"b":2.0,"a":1e0}'),
        ('"parts":{"a":[{"n":1}],"b":null}', '"parts":{"b":null,"a":[{"n":1.0}]}'),
        ('"emails":{"a@b.cd":{},"c@d.ef":null}', '"emails":{"c@d.ef":null,"a@b.cd":{"n":null}}'),
        ('"clock":"08:30:00"', '"clock":"08:30:00.000Z"'),
        ('"day":"5.1.2026"', '"day":"05.01.2026"'),
        ('"count":0', '"count":-0.0'),
        ('"price":0', '"price":-0.000'),
        ('"price":7', '"price":7.000'),
        ('"count":100', '"count":1e2'),
        ('"big":7', '"big":7.0'),
        ('"mixed":[{"a":1,"b":2}]', '"mixed":[{"b":2,"a":1}]'),
        ('"parts":{"a":[{"n":1,"z":{"p":1,"q":2}}]}', '"parts":{"a":[{"z":{"q":2.0,"p":1},"n":1}]}'),
    ],
)
def test_equal_values_have_one_body_hash(one: str, other: str) -> None:
    """Members have no order, a number and a moment have many texts."""
    assert body_hash(one) == body_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"scores":{"a":1,"b":2}', '"scores":{"a":2,"b":1}'),
        ('"parts":{"a":null}', '"parts":{}'),
        ('"mixed":[{"a":1}]', '"mixed":[{"a":1.5}]'),
        ('"clock":"08:30:00"', '"other":"08:30:00"'),
        ('"x":0.1', '"x":0.10000000000000000001'),
        ('"x.y":1,"x":{"y":2}', '"x.y":1,"x":{"y":3}'),
        ('"pair":{"z":1},"pair.z":2', '"pair":{"z":2},"pair.z":1'),
    ],
)
def test_other_values_have_another_body_hash(one: str, other: str) -> None:
    """Also where they differ in unknown fields alone, far behind the point or in the place."""
    assert body_hash(one) != body_hash(other)
