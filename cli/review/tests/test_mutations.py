"""One contract, changed in one thing at a time: what every change of client_tickets means, for whom, and why.

EXPECTED is one row a change: what is set (or left out) where, the rule that speaks of it, the verdict, whom it breaks.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any, NamedTuple

import pytest
import yaml

from cli.review.compare import Terms, compare
from cli.review.tests.witnessed import PROMISED, proven
from cli.review.versions import Written, written
from contracts.compiler.catalogue import HOME
from contracts.compiler.diff.changes import changes
from contracts.compiler.diff.model import (
    BREAKING,
    COMPATIBLE,
    EXPORTS,
    PRODUCERS,
    READERS_OF_NEW,
    READERS_OF_OLD,
    UNCHANGED,
    UNPROVEN,
)
from contracts.compiler.diff.rule import PROMISE
from contracts.compiler.diff.table import RULES

FILE = HOME / "client_tickets" / "v1.odcs.yaml"
FIELD = "schema/client_tickets/properties"
OURS = "customProperties"
OUT: Any = object()
NOBODY: tuple[str, ...] = ()
NEW, OLD = (READERS_OF_NEW,), (READERS_OF_OLD,)
TIGHTER = (READERS_OF_OLD, PRODUCERS)
READERS = (READERS_OF_NEW, READERS_OF_OLD)
ALL = (READERS_OF_NEW, READERS_OF_OLD, PRODUCERS)


class Mutation(NamedTuple):
    """`value` is put at `place` (OUT: what stands there is left out); rows of lists are found by what names them."""

    place: str
    value: Any
    rule: str
    verdict: str
    breaks: tuple[str, ...]


def valid_values(*values: str) -> list[dict[str, Any]]:
    """A rule that lists what a field may be."""
    return [{"metric": "invalidValues", "arguments": {"validValues": list(values)}, "mustBe": 0, "unit": "rows"}]


def steps(**changed: list[str]) -> dict[str, list[str]]:
    """The ways of a ticket's life, some of them changed."""
    usual = {"opened": ["assigned", "resolved"], "assigned": ["resolved"], "resolved": ["closed", "reopened"]}
    return {**usual, "reopened": ["assigned", "resolved"], "closed": [], **changed}


OPTIONS = "logicalTypeOptions"
SIZE = f"{FIELD}/attachments/items/properties/size_bytes"
HEADER = {"name": "request_type", "from": "request_type"}
EXPECTED: Mapping[str, Mutation] = {
    # bounds
    "maximum lowered": Mutation(f"{FIELD}/satisfaction/{OPTIONS}/maximum", 4, "maximum-tightened", BREAKING, TIGHTER),
    "maximum raised": Mutation(f"{FIELD}/satisfaction/{OPTIONS}/maximum", 6, "maximum-loosened", BREAKING, NEW),
    "maximum gone": Mutation(f"{FIELD}/satisfaction/{OPTIONS}/maximum", OUT, "maximum-loosened", BREAKING, NEW),
    "minimum raised": Mutation(f"{FIELD}/satisfaction/{OPTIONS}/minimum", 2, "minimum-tightened", BREAKING, TIGHTER),
    "minimum gone": Mutation(f"{FIELD}/amount/{OPTIONS}/minimum", OUT, "minimum-loosened", BREAKING, NEW),
    "exclusive minimum": Mutation(
        f"{FIELD}/amount/{OPTIONS}/exclusiveMinimum", 0, "exclusive-minimum-tightened", BREAKING, TIGHTER
    ),
    "exclusive maximum": Mutation(
        f"{FIELD}/amount/{OPTIONS}/exclusiveMaximum", 5000, "exclusive-maximum-tightened", BREAKING, TIGHTER
    ),
    "exclusive maximum above the maximum": Mutation(
        f"{FIELD}/satisfaction/{OPTIONS}/exclusiveMaximum", 6, "exclusive-maximum-tightened", COMPATIBLE, NOBODY
    ),
    "earliest day": Mutation(f"{FIELD}/due_on/{OPTIONS}/minimum", "2026-01-01", "minimum-tightened", BREAKING, TIGHTER),
    "latest moment": Mutation(
        f"{FIELD}/occurred_at/{OPTIONS}/maximum", "2026-06-30T00:00:00Z", "maximum-tightened", BREAKING, TIGHTER
    ),
    # numbers as they are stored
    "multipleOf coarser": Mutation(
        f"{FIELD}/amount/{OPTIONS}/multipleOf", 0.05, "multiple-of-tightened", BREAKING, TIGHTER
    ),
    "multipleOf finer than what is stored": Mutation(
        f"{FIELD}/amount/{OPTIONS}/multipleOf", 0.001, "multiple-of-loosened", COMPATIBLE, NOBODY
    ),
    "multipleOf of an integer": Mutation(f"{SIZE}/{OPTIONS}/multipleOf", 4, "multiple-of-tightened", BREAKING, TIGHTER),
    "integer width below the maximum": Mutation(
        f"{SIZE}/{OPTIONS}/format", "i16", "storage-tightened", BREAKING, TIGHTER
    ),
    "integer width above the maximum": Mutation(
        f"{FIELD}/satisfaction/{OPTIONS}/format", "i8", "storage-tightened", COMPATIBLE, NOBODY
    ),
    "integer width wider, bounds as before": Mutation(
        f"{FIELD}/satisfaction/{OPTIONS}/format", "i64", "storage-loosened", COMPATIBLE, NOBODY
    ),
    "decimal wider": Mutation(f"{FIELD}/amount/physicalType", "decimal(14,2)", "storage-loosened", BREAKING, NEW),
    "decimal narrower": Mutation(
        f"{FIELD}/amount/physicalType", "decimal(8,2)", "storage-tightened", BREAKING, TIGHTER
    ),
    "decimal with another scale": Mutation(
        f"{FIELD}/amount/physicalType", "decimal(12,3)", "storage-changed", BREAKING, TIGHTER
    ),
    # text
    "string format gone": Mutation(f"{FIELD}/client_email/{OPTIONS}/format", OUT, "format-loosened", BREAKING, NEW),
    "string format other": Mutation(f"{FIELD}/event_id/{OPTIONS}/format", "hostname", "format-changed", BREAKING, NEW),
    "string format new": Mutation(f"{FIELD}/request/{OPTIONS}/format", "uri", "format-tightened", BREAKING, TIGHTER),
    "minLength raised": Mutation(f"{FIELD}/request/{OPTIONS}/minLength", 5, "min-length-tightened", BREAKING, TIGHTER),
    "minLength gone": Mutation(f"{FIELD}/request/{OPTIONS}/minLength", OUT, "min-length-loosened", BREAKING, NEW),
    "maxLength one less": Mutation(
        f"{FIELD}/request/{OPTIONS}/maxLength", 1999, "max-length-tightened", BREAKING, TIGHTER
    ),
    "maxLength one more": Mutation(f"{FIELD}/request/{OPTIONS}/maxLength", 2001, "max-length-loosened", BREAKING, NEW),
    "maxLength below what the format allows": Mutation(
        f"{FIELD}/client_email/{OPTIONS}/maxLength", 255, "max-length-loosened", COMPATIBLE, NOBODY
    ),
    "pattern other": Mutation(
        f"{FIELD}/ticket_id/{OPTIONS}/pattern", "^TCK-[0-9]{9}$", "pattern-changed", BREAKING, ALL
    ),
    "pattern wider": Mutation(
        f"{FIELD}/ticket_id/{OPTIONS}/pattern", "^TCK-[0-9]{8,9}$", "pattern-changed", BREAKING, NEW
    ),
    "pattern gone": Mutation(f"{FIELD}/language/{OPTIONS}/pattern", OUT, "pattern-loosened", BREAKING, NEW),
    "pattern in other words": Mutation(
        f"{FIELD}/language/{OPTIONS}/pattern", "^[a-z][a-z](|-[A-Z][A-Z])$", "pattern-changed", COMPATIBLE, NOBODY
    ),
    # time
    "timestamp format": Mutation(
        f"{FIELD}/occurred_at/{OPTIONS}/format", "uuuu-MM-dd HH:mm:ssXXX", "time-format-changed", BREAKING, ALL
    ),
    "date format": Mutation(f"{FIELD}/due_on/{OPTIONS}/format", "dd.MM.uuuu", "time-format-changed", BREAKING, ALL),
    "timezone": Mutation(f"{FIELD}/occurred_at/{OPTIONS}/timezone", False, "timezone-changed", BREAKING, ALL),
    "timezone said by default": Mutation(
        f"{FIELD}/occurred_at/{OPTIONS}/timezone", OUT, "timezone-changed", COMPATIBLE, NOBODY
    ),
    "default zone of what always has an offset": Mutation(
        f"{FIELD}/occurred_at/{OPTIONS}/defaultTimezone", "Europe/Paris", "default-timezone-changed", COMPATIBLE, NOBODY
    ),
    # lists of values
    "enum longer": Mutation(
        f"{FIELD}/priority/quality",
        valid_values("low", "normal", "high", "urgent", "critical"),
        "enum-loosened",
        BREAKING,
        NEW,
    ),
    "enum shorter": Mutation(
        f"{FIELD}/priority/quality", valid_values("low", "normal", "high"), "enum-tightened", BREAKING, TIGHTER
    ),
    "enum other": Mutation(
        f"{FIELD}/priority/quality", valid_values("low", "normal", "high", "top"), "enum-changed", BREAKING, ALL
    ),
    "enum gone": Mutation(f"{FIELD}/priority/quality", OUT, "enum-loosened", BREAKING, NEW),
    # fields
    "optional field new": Mutation(
        f"{FIELD}/queue", {"name": "queue", "logicalType": "string"}, "field-added", COMPATIBLE, NOBODY
    ),
    "required field new": Mutation(
        f"{FIELD}/queue",
        {"name": "queue", "logicalType": "string", "required": True},
        "field-added",
        BREAKING,
        TIGHTER,
    ),
    "optional field gone": Mutation(f"{FIELD}/due_on", OUT, "field-removed", BREAKING, TIGHTER),
    "required field gone": Mutation(f"{FIELD}/channel", OUT, "field-removed", BREAKING, ALL),
    "optional field renamed": Mutation(f"{FIELD}/language/name", "locale", "field-name-changed", BREAKING, TIGHTER),
    "required field renamed": Mutation(f"{FIELD}/channel/name", "medium", "field-name-changed", BREAKING, ALL),
    "required from now on": Mutation(f"{FIELD}/language/required", True, "required-tightened", BREAKING, TIGHTER),
    "required no more": Mutation(f"{FIELD}/request/required", OUT, "required-loosened", BREAKING, NEW),
    "integer to number": Mutation(f"{SIZE}/logicalType", "number", "type-changed", BREAKING, NEW),
    "date to string": Mutation(f"{FIELD}/due_on/logicalType", "string", "type-changed", BREAKING, READERS),
    "date to timestamp": Mutation(f"{FIELD}/due_on/logicalType", "timestamp", "type-changed", BREAKING, ALL),
    "unique from now on": Mutation(f"{FIELD}/ticket_id/unique", True, "unique-tightened", BREAKING, OLD),
    "primary key of two fields": Mutation(  # event_id stays unique, so no rows tell; what identifies an event does
        f"{FIELD}/ticket_id/primaryKey", True, "primary-key-tightened", UNPROVEN, NOBODY
    ),
    "personal no more": Mutation(
        f"{FIELD}/client_email/classification", "internal", "classification-loosened", BREAKING, READERS
    ),
    "personal from now on": Mutation(
        f"{FIELD}/client_id/classification", "personal", "classification-tightened", BREAKING, READERS
    ),
    "confidential from now on": Mutation(
        f"{FIELD}/language/classification", "confidential", "classification-tightened", COMPATIBLE, NOBODY
    ),
    # nested fields, items, maps
    "nested optional field new": Mutation(
        f"{FIELD}/attachments/items/properties/pages",
        {"name": "pages", "logicalType": "integer"},
        "field-added",
        COMPATIBLE,
        NOBODY,
    ),
    "nested required field gone": Mutation(
        f"{FIELD}/attachments/items/properties/media_type", OUT, "field-removed", BREAKING, ALL
    ),
    "nested required no more": Mutation(f"{SIZE}/required", False, "required-loosened", BREAKING, NEW),
    "nested maximum lowered": Mutation(f"{SIZE}/{OPTIONS}/maximum", 1000000, "maximum-tightened", BREAKING, TIGHTER),
    "nested pattern gone": Mutation(
        f"{FIELD}/attachments/items/properties/media_type/{OPTIONS}/pattern", OUT, "pattern-loosened", BREAKING, NEW
    ),
    "items longer": Mutation(f"{FIELD}/tags/items/{OPTIONS}/maxLength", 40, "max-length-loosened", BREAKING, NEW),
    "items may be null": Mutation(f"{FIELD}/tags/items/required", OUT, "required-loosened", BREAKING, NEW),
    "fewer items": Mutation(f"{FIELD}/tags/{OPTIONS}/maxItems", 9, "max-items-tightened", BREAKING, TIGHTER),
    "more items": Mutation(f"{FIELD}/attachments/{OPTIONS}/maxItems", 25, "max-items-loosened", BREAKING, NEW),
    "one item at least": Mutation(f"{FIELD}/tags/{OPTIONS}/minItems", 1, "min-items-tightened", BREAKING, TIGHTER),
    "items twice": Mutation(f"{FIELD}/tags/{OPTIONS}/uniqueItems", OUT, "unique-items-loosened", BREAKING, NEW),
    "minProperties that all have": Mutation(
        f"{FIELD}/attachments/items/{OPTIONS}/minProperties", 3, "min-properties-tightened", COMPATIBLE, NOBODY
    ),
    "maxProperties of a map": Mutation(
        f"{FIELD}/labels/{OPTIONS}/maxProperties", 3, "max-properties-tightened", BREAKING, TIGHTER
    ),
    "maxProperties of an object": Mutation(
        f"{FIELD}/contact/{OPTIONS}/maxProperties", 1, "max-properties-tightened", BREAKING, TIGHTER
    ),
    "object required": Mutation(
        f"{FIELD}/contact/{OPTIONS}/required", ["name"], "required-tightened", BREAKING, TIGHTER
    ),
    "map key pattern": Mutation(
        f"{FIELD}/labels/map/key/{OPTIONS}/pattern", "^[a-z]{1,9}$", "pattern-changed", BREAKING, NEW
    ),
    "map value maximum": Mutation(
        f"{FIELD}/labels/map/value/{OPTIONS}/maximum", 50, "maximum-tightened", BREAKING, TIGHTER
    ),
    "map value type": Mutation(f"{FIELD}/labels/map/value/logicalType", "number", "type-changed", BREAKING, NEW),
    # quality
    "no null from now on": Mutation(
        f"{FIELD}/language/quality", [{"metric": "nullValues", "mustBe": 0}], "quality-tightened", BREAKING, TIGHTER
    ),
    "few nulls from now on": Mutation(
        f"{FIELD}/language/quality",
        [{"metric": "nullValues", "mustBeLessThan": 5, "unit": "percent"}],
        "quality-tightened",
        BREAKING,
        OLD,
    ),
    "no placeholder from now on": Mutation(
        f"{FIELD}/request/quality",
        [{"metric": "missingValues", "arguments": {"missingValues": ["n/a"]}, "mustBe": 0}],
        "quality-tightened",
        BREAKING,
        TIGHTER,
    ),
    "rows counted": Mutation(
        "schema/client_tickets/quality",
        [{"metric": "rowCount", "mustBeGreaterThan": 2}],
        "quality-tightened",
        BREAKING,
        OLD,
    ),
    "one event of each kind": Mutation(
        "schema/client_tickets/quality",
        [{"metric": "duplicateValues", "arguments": {"properties": ["ticket_id", "event_type"]}, "mustBe": 0}],
        "quality-tightened",
        BREAKING,
        OLD,
    ),
    "query": Mutation(
        "schema/client_tickets/quality",
        [{"type": "sql", "query": "SELECT count(*) FROM client_tickets", "mustBeGreaterThan": 0}],
        "quality-sql-tightened",
        UNPROVEN,
        NOBODY,
    ),
    "rule for people": Mutation(
        "schema/client_tickets/quality",
        [{"type": "text", "description": "Agents write in whole sentences."}],
        "quality-text-changed",
        COMPATIBLE,
        NOBODY,
    ),
    # the record
    "Kafka key": Mutation(f"{OURS}/kafkaKey/value", "client_id", "key-changed", BREAKING, ALL),
    "topic": Mutation("schema/client_tickets/physicalName", "client_tickets_eu", "topic-changed", BREAKING, ALL),
    "json to avro": Mutation("servers/production/format", "avro", "value-format-changed", BREAKING, ALL),
    "json to protobuf": Mutation("servers/production/format", "protobuf", "value-format-changed", BREAKING, ALL),
    "header new": Mutation(f"{OURS}/kafkaHeaders/value/request_type", HEADER, "header-added", COMPATIBLE, NOBODY),
    "header new and required": Mutation(
        f"{OURS}/kafkaHeaders/value/request_type", {**HEADER, "required": True}, "header-added", BREAKING, TIGHTER
    ),
    "header gone": Mutation(f"{OURS}/kafkaHeaders/value/event_id", OUT, "header-removed", BREAKING, NEW),
    "header required no more": Mutation(
        f"{OURS}/kafkaHeaders/value/event_id/required", False, "header-required-loosened", BREAKING, NEW
    ),
    "header of another field": Mutation(
        f"{OURS}/kafkaHeaders/value/event_id/from", "ticket_id", "header-source-changed", BREAKING, ALL
    ),
    "version header required no more": Mutation(
        f"{OURS}/kafkaHeaders/value/contract_version/required", False, "header-required-loosened", BREAKING, NEW
    ),
    "partitions doubled": Mutation(f"{OURS}/kafkaPartitions/value", 8, "partitions-loosened", BREAKING, NEW),
    "partitions halved": Mutation(f"{OURS}/kafkaPartitions/value", 2, "partitions-tightened", BREAKING, READERS),
    "retention shorter": Mutation(f"{OURS}/kafkaRetention/value", "P7D", "retention-tightened", BREAKING, OLD),
    "retention longer": Mutation(f"{OURS}/kafkaRetention/value", "P60D", "retention-loosened", COMPATIBLE, NOBODY),
    "record smaller": Mutation(f"{OURS}/kafkaMaxBytes/value", 2000, "max-bytes-tightened", BREAKING, (PRODUCERS,)),
    "record larger": Mutation(f"{OURS}/kafkaMaxBytes/value", 2000000, "max-bytes-loosened", COMPATIBLE, NOBODY),
    "event time gone": Mutation(f"{OURS}/eventTime", OUT, "event-time-changed", BREAKING, OLD),
    "late sooner": Mutation(f"{OURS}/lateAfter/value", "PT30M", "lateness-tightened", BREAKING, (EXPORTS,)),
    "late never": Mutation(f"{OURS}/lateAfter", OUT, "lateness-loosened", BREAKING, (EXPORTS,)),
    "early later": Mutation(f"{OURS}/earlyAfter/value", "PT15M", "lateness-loosened", BREAKING, (EXPORTS,)),
    "data subject": Mutation(f"{OURS}/dataSubject/value", "ticket_id", "data-subject-changed", BREAKING, OLD),
    "data subject gone": Mutation(f"{OURS}/dataSubject", OUT, "data-subject-changed", BREAKING, OLD),
    "step new": Mutation(
        f"{OURS}/lifeCycle/value/transitions", steps(closed=["reopened"]), "life-cycle-loosened", BREAKING, NEW
    ),
    "step gone": Mutation(
        f"{OURS}/lifeCycle/value/transitions", steps(opened=["assigned"]), "life-cycle-tightened", BREAKING, TIGHTER
    ),
    "start new": Mutation(
        f"{OURS}/lifeCycle/value/start", ["opened", "assigned"], "life-cycle-loosened", BREAKING, NEW
    ),
    "life cycle gone": Mutation(f"{OURS}/lifeCycle", OUT, "life-cycle-loosened", BREAKING, NEW),
    "rows": Mutation(f"{OURS}/rows/value", "accepted", "rows-changed", BREAKING, ALL),
    "compatibility": Mutation(
        f"{OURS}/compatibility",
        {"property": "compatibility", "value": "backward"},
        "compatibility-changed",
        COMPATIBLE,
        NOBODY,
    ),
    "reference data": Mutation(f"{OURS}/referenceContracts/value", [], "lineage-changed", UNPROVEN, NOBODY),
    "somebody else's property": Mutation(
        f"{OURS}/pool",
        {"property": "pool", "value": "small", "vendor": "acme"},
        "vendor-changed",
        COMPATIBLE,
        NOBODY,
    ),
    "property of nobody": Mutation(f"{OURS}/pool", {"property": "pool", "value": 1}, "other-added", UNPROVEN, NOBODY),
    # around
    "server gone": Mutation("servers/production", OUT, "server-removed", BREAKING, (READERS_OF_NEW, PRODUCERS)),
    "server new": Mutation(
        "servers/staging",
        {"server": "staging", "type": "kafka", "host": "staging:9092"},
        "server-added",
        COMPATIBLE,
        NOBODY,
    ),
    "server elsewhere": Mutation("servers/production/host", "kafka-2:9092", "server-setting-changed", UNPROVEN, NOBODY),
    "server described": Mutation("servers/production/description", "Ours.", "description-changed", COMPATIBLE, NOBODY),
    "latency less": Mutation("slaProperties/latency/value", 30, "service-level-value-tightened", COMPATIBLE, NOBODY),
    "latency more": Mutation("slaProperties/latency/value", 120, "service-level-value-loosened", BREAKING, NEW),
    "latency in minutes": Mutation("slaProperties/latency/unit", "m", "service-level-value-loosened", BREAKING, NEW),
    "availability less": Mutation(
        "slaProperties/availability/value", 99, "service-level-value-loosened", BREAKING, NEW
    ),
    "availability gone": Mutation("slaProperties/availability", OUT, "service-level-removed", BREAKING, NEW),
    "frequency new": Mutation(
        "slaProperties/frequency",
        {"property": "frequency", "value": 1, "unit": "d"},
        "service-level-added",
        COMPATIBLE,
        NOBODY,
    ),
    "producer's role gone": Mutation("roles/ticketing-producer", OUT, "role-removed", BREAKING, (PRODUCERS,)),
    "reader's role gone": Mutation("roles/tickets-processing", OUT, "role-removed", BREAKING, NEW),
    "reader may write": Mutation(
        "roles/tickets-processing/access", "readWrite", "role-access-changed", COMPATIBLE, NOBODY
    ),
    "reader may write only": Mutation("roles/tickets-processing/access", "write", "role-access-changed", BREAKING, NEW),
    "role new": Mutation("roles/auditor", {"role": "auditor", "access": "read"}, "role-added", COMPATIBLE, NOBODY),
    "deprecated": Mutation("status", "deprecated", "status-tightened", COMPATIBLE, NOBODY),
    "retired": Mutation("status", "retired", "status-tightened", UNPROVEN, NOBODY),
    "a draft again": Mutation("status", "draft", "status-loosened", UNPROVEN, NOBODY),
    "name": Mutation("name", "support_tickets", "contract-name-changed", BREAKING, ALL),
    "id": Mutation("id", "client-tickets-eu", "description-changed", COMPATIBLE, NOBODY),
    "version": Mutation("version", "1.0.1", "version-changed", COMPATIBLE, NOBODY),
    "standard": Mutation("apiVersion", "v3.0.2", "standard-changed", COMPATIBLE, NOBODY),
    # words
    "purpose": Mutation("description/purpose", "Tickets.", "description-changed", COMPATIBLE, NOBODY),
    "words of a field": Mutation(f"{FIELD}/channel/description", "How.", "description-changed", COMPATIBLE, NOBODY),
    "examples": Mutation(f"{FIELD}/language/examples", ["fr"], "examples-changed", COMPATIBLE, NOBODY),
    "business name": Mutation(f"{FIELD}/amount/businessName", "Refund", "description-changed", COMPATIBLE, NOBODY),
    "tags": Mutation("tags", ["support"], "tags-changed", COMPATIBLE, NOBODY),
    "team": Mutation("team/name", "helpdesk", "team-changed", COMPATIBLE, NOBODY),
    "support": Mutation("support/#ticketing-data/url", "https://example.com/x", "support-changed", COMPATIBLE, NOBODY),
    "domain": Mutation("domain", "care", "description-changed", COMPATIBLE, NOBODY),
}
MISSED_ELSEWHERE = (
    *("string format gone", "timestamp format", "timezone", "multipleOf coarser", "integer width below the maximum"),
    *("maxProperties of a map", "object required", "Kafka key", "json to avro", "server gone"),
)
"""Changes that the leading open tool reports nothing of."""
QUICK = ("Kafka key",)


def base() -> dict[str, Any]:
    """The contract, with a map and an object of optional members, of which it has none."""
    document = deepcopy(_contract())
    key = {"logicalType": "string", OPTIONS: {"pattern": "^[a-z]{1,8}$"}}
    value = {"logicalType": "integer", OPTIONS: {"minimum": 0, "maximum": 100}, "required": True}
    names = [{"name": name, "logicalType": "string"} for name in ("name", "phone")]
    document["schema"][0]["properties"] += [
        {"name": "labels", "logicalType": "map", OPTIONS: {"maxProperties": 5}, "map": {"key": key, "value": value}},
        {"name": "contact", "logicalType": "object", "properties": names},
    ]
    return document


@cache
def _contract() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return document


@cache
def unchanged() -> Written:
    """The contract as it is, read once."""
    return version(base())


def mutated(mutation: Mutation) -> dict[str, Any]:
    """The contract with the one change."""
    document = base()
    *way, last = mutation.place.split("/")
    here: Any = document
    for step in way:
        here = _row(here, step) if isinstance(here, list) else here.setdefault(step, {})
    if isinstance(here, list):
        found = [row for row in here if step_of(row, last)]
        for row in found:
            here.remove(row)
        here += [] if mutation.value is OUT else [mutation.value]
    elif mutation.value is OUT:
        del here[last]
    else:
        here[last] = deepcopy(mutation.value)
    return document


def _row(rows: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if step_of(row, name))


def step_of(row: Mapping[str, Any], name: str) -> bool:
    """Whether a row of a list is the one that is named."""
    return name in [row.get(key) for key in ("name", "property", "role", "server", "channel")]


def version(document: dict[str, Any]) -> Written:
    """A document as a version that can be compared; without a text, so that no line is known."""
    return written(document, "", "client_tickets.yaml")


def test_the_contract_is_compared_with_itself_first() -> None:
    """Nothing changed, nothing said: what the mutations show is theirs."""
    comparison = compare(unchanged(), version(base()), Terms())
    assert (comparison.verdict, comparison.findings) == (UNCHANGED, ())


def test_what_others_miss_is_among_the_changes() -> None:
    """Ten changes that are known to pass unnoticed elsewhere all break somebody here."""
    assert [name for name in MISSED_ELSEWHERE if EXPECTED[name].verdict != BREAKING] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_a_change_is_one_change(name: str) -> None:
    """Each mutation is seen, as one element, by its rule."""
    found = changes(unchanged().version, version(mutated(EXPECTED[name])).version)
    assert [change.rule for change in found] == [EXPECTED[name].rule]


def _when(place: int, name: str) -> tuple[pytest.MarkDecorator, ...]:
    """In which profile a change is compared: a comparison takes seconds, so every other one waits for the night."""
    if name in QUICK:
        return ()
    return (pytest.mark.slow,) if name in MISSED_ELSEWHERE or place % 2 == 0 else (pytest.mark.nightly,)


@pytest.mark.parametrize("name", [pytest.param(name, marks=_when(place, name)) for place, name in enumerate(EXPECTED)])
def test_a_change_is_judged_as_it_should_be(name: str) -> None:
    """Verdict and audience; whatever breaks has a witness that its writer may send and the reader does not read so."""
    mutation = EXPECTED[name]
    old, new = unchanged(), version(mutated(mutation))
    comparison = compare(old, new, Terms())
    said = [(row.rule, row.verdict, row.breaks) for row in comparison.findings]
    assert said == [(mutation.rule, mutation.verdict, mutation.breaks)]
    shown = {"refused", "read differently"}
    if RULES[mutation.rule].element.effect == PROMISE:
        shown.add(PROMISED)
    assert set(proven(comparison, old, new).values()) <= shown
