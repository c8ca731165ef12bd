"""Each rule of the review held to a pair of contracts that differ in that one element: verdict, audience, proof.

EXPECTED was decided by thinking what each change means for whoever reads or writes, not by what the tool says.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from cli.review.compare import Terms, conclude, examine
from cli.review.rules import END, START, as_rows, as_table
from cli.review.tests.witnessed import PROMISED, pair, proven
from contracts.compiler.diff.changes import changes
from contracts.compiler.diff.model import (
    AUDIENCES,
    BREAKING,
    COMPATIBLE,
    EXPORTS,
    PRODUCERS,
    READERS_OF_NEW,
    READERS_OF_OLD,
    UNPROVEN,
    Comparison,
)
from contracts.compiler.diff.proof import Matter
from contracts.compiler.diff.rule import PROMISE
from contracts.compiler.diff.senses import OPPOSITES
from contracts.compiler.diff.table import RULES

HERE = Path(__file__).parent / "rules"
PAGE = Path(__file__).parents[3] / "docs" / "contract-review.md"

SIDES = ("previous", "current")
WITHOUT_PAIR: Mapping[str, str] = {
    "replay-changed": "is what replay finds and no rule speaks of: seen below, with each rule switched off",
    "contract-added": "is about a file that comes, which takes a checkout",
    "contract-removed": "is about a file that goes, which takes a checkout",
    "contract-changed": "is about a file under another name, which takes a checkout",
}
WITHOUT_OPPOSITE: Mapping[str, str] = {}

NOBODY: tuple[str, ...] = ()
NEW, OLD = (READERS_OF_NEW,), (READERS_OF_OLD,)
TIGHTER = (READERS_OF_OLD, PRODUCERS)  # what was sent until now is refused: who reads it, and who goes on sending it
READERS = (READERS_OF_NEW, READERS_OF_OLD)
ALL = (READERS_OF_NEW, READERS_OF_OLD, PRODUCERS)
EXPECTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "field-added": (COMPATIBLE, NOBODY),  # optional: old readers keep it unread, new ones do without
    "field-removed": (BREAKING, TIGHTER),  # optional: old events lose it, writers are closed
    "field-name-changed": (BREAKING, ALL),  # required under either name
    "type-changed": (BREAKING, ALL),
    "storage-tightened": (BREAKING, TIGHTER),
    "storage-loosened": (BREAKING, NEW),
    "storage-changed": (BREAKING, ALL),
    "time-format-changed": (BREAKING, ALL),
    "timezone-changed": (BREAKING, ALL),
    "default-timezone-changed": (BREAKING, ALL),  # producers: the hour that Paris skips in spring is refused
    "required-tightened": (BREAKING, TIGHTER),
    "required-loosened": (BREAKING, NEW),
    "unique-tightened": (BREAKING, OLD),  # judged over many events in ledger and export: no producer is refused
    "unique-loosened": (BREAKING, NEW),
    "primary-key-tightened": (BREAKING, OLD),
    "primary-key-loosened": (BREAKING, NEW),
    "classification-tightened": (BREAKING, READERS),  # personal: read as a keyed hash
    "classification-loosened": (BREAKING, READERS),
    "classification-changed": (COMPATIBLE, NOBODY),
    "lineage-changed": (UNPROVEN, NOBODY),  # other numbers under the same name, and no event shows which
    "source-version-changed": (COMPATIBLE, NOBODY),  # the own contract of the table holds whatever it is made from
    "relationship-added": (UNPROVEN, NOBODY),
    "relationship-removed": (UNPROVEN, NOBODY),
    "relationship-changed": (UNPROVEN, NOBODY),
    "partitioning-changed": (COMPATIBLE, NOBODY),
    "field-order-changed": (COMPATIBLE, NOBODY),
    "minimum-tightened": (BREAKING, TIGHTER),
    "minimum-loosened": (BREAKING, NEW),
    "maximum-tightened": (BREAKING, TIGHTER),
    "maximum-loosened": (BREAKING, NEW),
    "exclusive-minimum-tightened": (BREAKING, TIGHTER),
    "exclusive-minimum-loosened": (BREAKING, NEW),
    "exclusive-maximum-tightened": (BREAKING, TIGHTER),
    "exclusive-maximum-loosened": (BREAKING, NEW),
    "multiple-of-tightened": (BREAKING, TIGHTER),
    "multiple-of-loosened": (BREAKING, NEW),
    "multiple-of-changed": (BREAKING, ALL),
    "min-length-tightened": (BREAKING, TIGHTER),
    "min-length-loosened": (BREAKING, NEW),
    "max-length-tightened": (BREAKING, TIGHTER),
    "max-length-loosened": (BREAKING, NEW),
    "min-items-tightened": (BREAKING, TIGHTER),
    "min-items-loosened": (BREAKING, NEW),
    "max-items-tightened": (BREAKING, TIGHTER),
    "max-items-loosened": (BREAKING, NEW),
    "min-properties-tightened": (BREAKING, TIGHTER),
    "min-properties-loosened": (BREAKING, NEW),
    "max-properties-tightened": (BREAKING, TIGHTER),
    "max-properties-loosened": (BREAKING, NEW),
    "unique-items-tightened": (BREAKING, TIGHTER),
    "unique-items-loosened": (BREAKING, NEW),
    "enum-tightened": (BREAKING, TIGHTER),
    "enum-loosened": (BREAKING, NEW),
    "enum-changed": (BREAKING, ALL),
    "pattern-tightened": (BREAKING, TIGHTER),
    "pattern-loosened": (BREAKING, NEW),
    "pattern-changed": (BREAKING, ALL),
    "format-tightened": (BREAKING, TIGHTER),
    "format-loosened": (BREAKING, NEW),
    "format-changed": (BREAKING, ALL),
    "quality-tightened": (BREAKING, (EXPORTS,)),  # of a table, whose readers are all consumers of exports
    "quality-loosened": (BREAKING, (EXPORTS,)),
    "quality-changed": (BREAKING, (EXPORTS,)),
    "quality-sql-tightened": (UNPROVEN, NOBODY),
    "quality-sql-loosened": (UNPROVEN, NOBODY),
    "quality-sql-changed": (UNPROVEN, NOBODY),
    "quality-text-changed": (COMPATIBLE, NOBODY),
    "key-changed": (BREAKING, ALL),
    "header-added": (COMPATIBLE, NOBODY),  # not required
    "header-removed": (BREAKING, NEW),  # required: old readers refuse a record without it
    "header-source-changed": (BREAKING, ALL),
    "header-required-tightened": (BREAKING, TIGHTER),
    "header-required-loosened": (BREAKING, NEW),
    "topic-changed": (BREAKING, ALL),
    "value-format-changed": (BREAKING, ALL),
    "max-bytes-tightened": (BREAKING, (PRODUCERS,)),  # the topic refuses it; what it holds stays readable
    "max-bytes-loosened": (COMPATIBLE, NOBODY),  # a consumer is given a large record whatever its own limits say
    "partitions-loosened": (BREAKING, NEW),  # a key moves: its order is lost for what is read as one stream
    "partitions-tightened": (BREAKING, READERS),  # and the topic must be made anew
    "retention-tightened": (BREAKING, OLD),
    "retention-loosened": (COMPATIBLE, NOBODY),
    "event-time-changed": (BREAKING, READERS),
    "lateness-tightened": (BREAKING, (EXPORTS,)),  # is_late is made by the product, not sent
    "lateness-loosened": (BREAKING, (EXPORTS,)),
    "data-subject-changed": (BREAKING, OLD),
    "life-cycle-tightened": (BREAKING, TIGHTER),
    "life-cycle-loosened": (BREAKING, NEW),
    "life-cycle-changed": (BREAKING, ALL),
    "rows-changed": (BREAKING, ALL),
    "compatibility-changed": (COMPATIBLE, NOBODY),
    "contract-name-changed": (BREAKING, ALL),
    "server-added": (COMPATIBLE, NOBODY),
    "server-removed": (BREAKING, (READERS_OF_NEW, PRODUCERS)),
    "server-setting-changed": (UNPROVEN, NOBODY),
    "service-level-added": (COMPATIBLE, NOBODY),
    "service-level-removed": (BREAKING, NEW),
    "service-level-value-tightened": (COMPATIBLE, NOBODY),
    "service-level-value-loosened": (BREAKING, NEW),
    "service-level-value-changed": (UNPROVEN, NOBODY),
    "service-level-scope-changed": (UNPROVEN, NOBODY),
    "role-added": (COMPATIBLE, NOBODY),
    "role-removed": (BREAKING, NEW),
    "role-access-changed": (BREAKING, NEW),
    "status-tightened": (COMPATIBLE, NOBODY),  # deprecated: a warning
    "status-loosened": (COMPATIBLE, NOBODY),
    "status-changed": (UNPROVEN, NOBODY),  # a word of the contract's own
    "version-changed": (COMPATIBLE, NOBODY),
    "standard-changed": (COMPATIBLE, NOBODY),
    "team-changed": (COMPATIBLE, NOBODY),
    "examples-changed": (COMPATIBLE, NOBODY),
    "description-changed": (COMPATIBLE, NOBODY),
    "tags-changed": (COMPATIBLE, NOBODY),
    "support-changed": (COMPATIBLE, NOBODY),
    "vendor-changed": (COMPATIBLE, NOBODY),  # marked as another tool's own
    "price-changed": (COMPATIBLE, NOBODY),
    "reference-changed": (COMPATIBLE, NOBODY),
    "other-added": (UNPROVEN, NOBODY),
    "other-removed": (UNPROVEN, NOBODY),
    "other-changed": (UNPROVEN, NOBODY),
}
UNSEEN: Mapping[str, str] = {
    "partitions-loosened": "where a record lies is the broker's doing, not in the record",
    "partitions-tightened": "where a record lies is the broker's doing, not in the record",
    "retention-tightened": "how old a record is when it is read is not in the record",
    "lateness-tightened": "a flag of the product, made from when the broker got the record",
    "lateness-loosened": "a flag of the product, made from when the broker got the record",
    "data-subject-changed": "whom an event is about matters when somebody asks for an erasure, not when it is read",
    "life-cycle-tightened": "no reader refuses an event for the one before it",
    "life-cycle-loosened": "no reader refuses an event for the one before it",
    "life-cycle-changed": "no reader refuses an event for the one before it",
    "rows-changed": "what a row stands for is not in the row",
    "server-removed": "an address is no part of an event",
    "service-level-removed": "a promise about many events over time",
    "service-level-value-loosened": "a promise about many events over time",
    "role-removed": "who may read is the broker's doing",
    "role-access-changed": "who may read is the broker's doing",
}
"""Rules whose break no replayed event can show: with one of them switched off, nothing is said."""
SEEN = tuple(rule for rule, (verdict, _) in EXPECTED.items() if verdict == BREAKING and rule not in UNSEEN)
QUICK = ("field-added", "maximum-tightened", "unique-loosened", "header-required-tightened", "topic-changed")
"""A rule of each kind of evidence, compared in `make check` too."""


def some(rules: tuple[str, ...]) -> list[object]:
    """One test parameter a rule; all but a few are too slow for `make check`."""
    together = {rule: pytest.mark.xdist_group(rule) for rule in rules}  # one worker a rule, so one replay
    return [
        pytest.param(rule, marks=(together[rule], *(() if rule in QUICK else (pytest.mark.slow,)))) for rule in rules
    ]


@cache
def examined(rule: str) -> Matter:
    """The pair of a rule, replayed once."""
    return examine(*pair(HERE, rule), Terms())


def compared(rule: str, *off: str) -> Comparison:
    """The pair of a rule, judged with some rules switched off."""
    return conclude(examined(rule), *pair(HERE, rule), Terms(off=frozenset(off)))


def test_every_rule_has_its_pair_or_a_reason() -> None:
    """A rule that nothing shows, and a pair that no rule speaks of, are both mistakes."""
    files = {name: {path.name.removesuffix(".odcs.yaml") for path in HERE.glob(f"{name}/*")} for name in SIDES}
    assert files["previous"] == files["current"] == RULES.keys() - WITHOUT_PAIR.keys() == EXPECTED.keys()


@pytest.mark.parametrize("rule", EXPECTED)
def test_a_pair_differs_in_what_its_rule_speaks_of(rule: str) -> None:
    """In exactly one element, and in the rule's sense."""
    old, new = pair(HERE, rule)
    assert [change.rule for change in changes(old.version, new.version)] == [rule]


@pytest.mark.parametrize("rule", RULES)
def test_every_sense_has_its_opposite(rule: str) -> None:
    """What can be tightened can be loosened, what can come can go: else one of the two falls through."""
    opposite = f"{RULES[rule].element.name}-{OPPOSITES[RULES[rule].sense]}"
    assert (opposite in RULES) != (rule in WITHOUT_OPPOSITE)


@pytest.mark.parametrize("rule", some(tuple(EXPECTED)))
def test_a_rule_is_judged_as_it_should_be(rule: str) -> None:
    """One finding, its verdict, whom it breaks; a break has a witness, which is replayed here once more."""
    comparison, versions = compared(rule), pair(HERE, rule)
    assert [(row.rule, row.verdict, row.breaks) for row in comparison.findings] == [(rule, *EXPECTED[rule])]
    said = proven(comparison, *versions)
    assert set(said.values()) <= {"refused", "read differently", *([PROMISED] if rule in UNSEEN else [])}
    assert set(said) == ({rule} if EXPECTED[rule][1] else set())


@pytest.mark.parametrize("rule", some(SEEN))
def test_replay_alone_finds_the_break_of_a_rule_that_is_switched_off(rule: str) -> None:
    """The same people break, by events: the table only says why."""
    comparison, versions = compared(rule, rule), pair(HERE, rule)
    assert rule not in {row.rule for row in comparison.findings}
    assert {row.verdict for row in comparison.findings} == {BREAKING}
    assert {one for row in comparison.findings for one in row.breaks} == set(EXPECTED[rule][1])
    assert all(row.witness and (row.witness.event or row.witness.events) for row in comparison.findings)
    assert set(proven(comparison, *versions).values()) <= {"refused", "read differently"}


@pytest.mark.parametrize("rule", some(tuple(UNSEEN)))
def test_what_replay_cannot_see_is_known(rule: str) -> None:
    """Nothing is said without the rule, so these promises stand on the table alone; each has its reason."""
    assert RULES[rule].element.effect == PROMISE
    assert compared(rule, rule).findings == ()


def test_the_page_shows_the_table() -> None:
    """docs/contract-review.md has one line a rule, drawn from the table."""
    shown = PAGE.read_text("utf-8").partition(START)[2].partition(END)[0].strip()
    assert shown == as_table(as_rows())


def test_audiences_are_told_in_their_order() -> None:
    """What is expected here names known audiences, in the order findings have them."""
    order = list(AUDIENCES)
    assert all(sorted(breaks, key=order.index) == list(breaks) for _, breaks in EXPECTED.values())
