"""Pairs of schemas that others have labelled: where our verdict is another than theirs, an event shows why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.review.compare import Terms, compare
from cli.review.pool import GENERATED
from cli.review.tests.witnessed import proven
from cli.review.versions import Written, written
from contracts.compiler import yaml_reader
from contracts.compiler.diff.model import BREAKING, COMPATIBLE, UNCHANGED
from contracts.compiler.diff.proof import BACKWARD

FILE = Path(__file__).with_name("labelled.yaml")


class Pair(NamedTuple):
    """One labelled pair, as the file says it."""

    name: str
    way: str
    compatible: bool
    old: Written
    new: Written


ROUNDED = "the label lets a number be rounded; here a value that the reader has not is another value"
LOST = "the label lets a reader leave out what was written; here a value that was promised and is lost is another value"
CLOSED = "the label lets old writers have sent anything under the new name; here writers send what their contract names"
DIFFERENCES: Mapping[str, tuple[str, str]] = {
    "integer to number": (BREAKING, ROUNDED),
    "int read as float": (BREAKING, ROUNDED),
    "long read as float": (BREAKING, ROUNDED),
    "long read as double": (BREAKING, ROUNDED),
    "property gone, content open to its type": (BREAKING, LOST),
    "record with a and b, read without b": (BREAKING, LOST),
    "optional property new, open content": (COMPATIBLE, CLOSED),
    "another one required": (BREAKING, "the label looks only at the requirement that went; the one that came refuses"),
}
"""By name: our verdict where it is not what the label says, and why."""
QUICK = ("another one required", "optional property new, open content", "field may be null no more")


def contract(fields: list[dict[str, Any]], side: str) -> Written:
    """A contract of these fields and an identity."""
    identity = {"name": "id", "logicalType": "string", "logicalTypeOptions": {"format": "uuid"}, "required": True}
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "labelled",
        "name": "labelled",
        "version": "1.0.0",
        "status": "active",
        "schema": [{"name": "labelled", "logicalType": "object", "properties": [identity, *fields]}],
    }
    return written(document, "", side)


def pairs() -> dict[str, Pair]:
    """The pairs by name."""
    rows = yaml_reader.read(FILE)["pairs"]
    made = [
        Pair(row["name"], row["way"], row["compatible"], contract(row["old"], "old"), contract(row["new"], "new"))
        for row in rows
    ]
    assert len({pair.name for pair in made}) == len(made)
    return {pair.name: pair for pair in made}


PAIRS = pairs()


def test_there_are_pairs_of_both_labels_and_their_sources_are_named() -> None:
    """A set of one label only would agree with anything."""
    document = yaml_reader.read(FILE)
    labels = [pair.compatible for pair in PAIRS.values()]
    assert len(labels) >= 70 and min(labels.count(True), labels.count(False)) >= 30
    assert {row["from"] for row in document["pairs"]} == document["sources"].keys()


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_differs(name: str) -> None:
    """A row that says what the label says is no difference, and explains nothing."""
    verdict, reason = DIFFERENCES[name]
    assert (verdict == BREAKING) == PAIRS[name].compatible
    assert reason


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in PAIRS]
)
def test_our_verdict_is_the_label_or_the_difference_is_shown(name: str) -> None:
    """A break has an event that is refused or read differently; what is called compatible was replayed to find none."""
    pair = PAIRS[name]
    comparison = compare(pair.old, pair.new, Terms(mode=pair.way))
    expected, _ = DIFFERENCES.get(name, (COMPATIBLE if pair.compatible else BREAKING, ""))
    assert (comparison.verdict == BREAKING) == (expected == BREAKING)
    assert comparison.verdict in (UNCHANGED, COMPATIBLE, BREAKING)
    if comparison.verdict == BREAKING:
        assert set(proven(comparison, pair.old, pair.new).values()) <= {"refused", "read differently"}
    elif comparison.verdict == COMPATIBLE:
        replayed = comparison.replayed
        assert replayed is not None
        assert (replayed.old_to_new if pair.way == BACKWARD else replayed.new_to_old) >= GENERATED
