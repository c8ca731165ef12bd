"""Payloads that mean harm: every one gets a verdict, soon, and with findings of a bounded size."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.compiler.catalogue import Catalogue
from contracts.compiler.model import Field
from processing.decode import Decoder, Verdict

FOLDER = Catalogue(Path(__file__).parent / "contracts")
TYPES = FOLDER.get("every_type")
KEY = b"k" * 32
ALL_TYPES, ALL_RULES = Decoder(TYPES, KEY), Decoder(FOLDER.get("every_rule"), KEY)
NUMBERS = [field for field in TYPES.fields if field.type in ("integer", "number")]
every_number = pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.storage)


def clauses(field: Field, text: str) -> list[str]:
    """What an event with this JSON text at a field breaks."""
    value = f'{{"event_id":"e","happened_at":"2026-01-05T08:30:00Z","{field.name}":{text}}}'
    return [finding.clause.removeprefix("every_type.v1/") for finding in ALL_TYPES.judge(value.encode())]


def judged(members: str) -> Verdict:
    """The verdict by the contract of rules on a payload with these members."""
    return ALL_RULES.decode(('{"needed":"x","given":1,' + members + "}").encode(), None, [])


@every_number
@pytest.mark.parametrize("text", ["1e400", "-1e400", "9" * 400, "1e309"])
def test_huge_numbers_break_the_type(field: Field, text: str) -> None:
    """No stored form holds them, and none is rounded to infinity."""
    assert clauses(field, text) == [f"{field.name}/type"]


@every_number
@pytest.mark.parametrize("text", ["1e401", "1e-402", "1e999999999999", "-1e-999999999999", "0e9999999", "1" * 401])
def test_numbers_out_of_every_range_are_not_read(field: Field, text: str) -> None:
    """An exponent costs nothing to write and everything to write out, so it is refused before any field is judged."""
    assert clauses(field, text) == ["$/number"]


@every_number
@pytest.mark.parametrize("text", ["1e-400", "-1e-39"])
def test_tiny_numbers_are_exact_or_refused(field: Field, text: str) -> None:
    """A float means the nearest value; what is no integer, or has more digits than a decimal, breaks its type."""
    assert clauses(field, text) == ([] if field.storage in ("f32", "f64") else [f"{field.name}/type"])


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [
        ("n_f32", f"{2**128 - 2**103 - 1}", f"{2**128 - 2**103}"),
        ("n_f32", f"{2**128 - 2**103 - 1}.9", f"{2**128 - 2**103}.0"),
        ("n_f64", f"{2**1024 - 2**970 - 1}", f"{2**1024 - 2**970}"),
        ("n_i128", f"{10**38 - 1}.0", f"{2**127}"),
        ("n_u64", f"{2**64 - 1}.0", f"{2**64 - 1}.5"),
        ("price", "9999999999.99", "9999999999.995"),
        ("share", f"0.{'9' * 38}", f"0.{'9' * 39}"),
    ],
)
def test_the_last_number_is_stored_and_the_first_beyond_refused(name: str, last: str, first: str) -> None:
    """A float's range ends where the nearest value would be infinity, a decimal's where a digit is lost."""
    field = TYPES.field(name)
    assert clauses(field, last) == []
    assert clauses(field, first) == [f"{name}/type"]


@pytest.mark.parametrize("levels", [63, 64, 500, 100_000])
def test_depth_is_bounded(levels: int) -> None:
    """Within an unknown member too, which nothing else judges; the payload itself is the first level."""
    for opened, closed in (('{"":', "}"), ("[", "]")):
        verdict = judged(f'"deep":{opened * levels}1{closed * levels}')
        found = [finding.clause for finding in verdict.findings]
        assert found == ([] if levels < 64 else ["every_rule.v1/$/depth"])


@pytest.mark.parametrize(
    "name", ["", "$", ".", "..", "a.b", "[0]", '"', "']", "\\", "\n", "\u2028", "é", "🙂", "__class__"]
)
def test_any_name_can_be_a_key(name: str) -> None:
    """It stands in its path, quoted where it is no plain name, and in the stored value as it is."""
    text = json.dumps(name, ensure_ascii=False)
    [finding] = judged(f'"parts":{{{text}:[]}}').findings
    assert finding.path == ("$.parts.__class__" if name == "__class__" else f"$.parts[{text}]")
    accepted = judged(f'"parts":{{{text}:[{{"n":1}}]}}')
    assert accepted.event is not None
    assert {name: [{"n": 1}]} in accepted.event


def test_a_lone_surrogate_is_no_key() -> None:
    """It has no UTF-8, so nothing could store it."""
    assert [finding.clause for finding in judged('"parts":{"\\ud800":[]}').findings] == ["every_rule.v1/$/utf8"]


def test_a_long_key_is_not_repeated_below_it() -> None:
    """A megabyte that is half key and half faults would make a hundred gigabytes of paths."""
    verdict = judged(f'"parts":{{"{"k" * 500_000}":[{",".join(["0"] * 1000)}]}}')
    assert len(verdict.findings) == 1000
    assert max(len(finding.path) for finding in verdict.findings) < 400


def test_two_long_keys_stay_two() -> None:
    """Cut in a path, their unknown members are still told apart."""
    long = "k" * 1000
    verdict = judged(f'"parts":{{"{long}1":[{{"n":1,"z":1}}],"{long}2":[{{"n":1,"z":2}}]}}')
    assert verdict.unknown is not None
    assert sorted(json.loads(verdict.unknown).values()) == [1, 2]


@pytest.mark.timeout(100)  # a cost that grows with the square takes hours
def test_many_members_are_judged_in_proportion() -> None:
    """A map of 100,000 names takes seconds."""
    numbers = range(100_000)
    lists = ",".join(f'"{number}":[{{"n":{number}}}]' for number in numbers)
    assert judged(f'"parts":{{{lists}}}').outcome == "accepted"
    scores = ",".join(f'"{number}":1' for number in numbers)
    verdict = judged(f'"scores":{{{scores}}}')
    assert verdict.findings[0].clause == "every_rule.v1/scores/maxProperties"


def test_unknown_numbers_stay_json() -> None:
    """What no float holds is kept as its text, never as Infinity or rounded."""
    digits = "1" * 350 + ".5"
    verdict = judged(f'"a":{digits},"b":0.1,"c":1e3,"d":0.{"3" * 30}')
    assert verdict.unknown is not None
    kept = json.loads(verdict.unknown, parse_constant=lambda text: pytest.fail(text), parse_float=Decimal)
    assert kept == {"a": digits, "b": Decimal("0.1"), "c": 1000, "d": f"0.{'3' * 30}"}
