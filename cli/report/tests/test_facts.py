"""What a report says of a workspace: numbers that add up, and loudly those that do not."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from cli.produce.kept import keep, kept_in
from cli.report.acknowledged import Acknowledged
from cli.report.facts import Facts, document, gather
from cli.report.opened import Missing, Subject
from cli.report.page import page
from cli.report.sections.batches import Batches
from cli.report.sections.delay import Class, Delay
from cli.report.sections.flow import Flow
from cli.report.sections.kpis import Kpis
from cli.report.sections.lineage import lineage
from cli.report.sections.ran import Export, Read
from cli.report.sections.rejections import Rejections
from cli.report.tests.made import (
    EIGHT,
    FOLDER,
    KPIS,
    LIFE,
    NOT_RUN,
    SOURCE,
    TICKETS,
    Event,
    derive,
    export,
    facts,
    workspace,
)
from contracts.compiler.catalogue import HOME, Catalogue
from processing.tables import create_ledger, ledger_schema
from processing.tests.ledgers import AMOUNT, PRIORITY, row
from runtime.broker import Broker
from runtime.workspace import Workspace

EMBEDDED = Broker("embedded", "127.0.0.1:1")
REFUSED = (
    row("1:0", "rejected", PRIORITY),
    row("1:1", "rejected", PRIORITY, AMOUNT),
    row("1:2", "duplicate", first_partition=0, first_offset=0),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    """The facts of a workspace with everything in it."""
    made = workspace(tmp_path_factory.mktemp("whole"), refused=REFUSED)
    export(made)
    keep(made, SOURCE.name, EMBEDDED, len(LIFE) + 3)
    return facts(made)


def test_records_add_up_from_acknowledged_to_exported(whole: Facts) -> None:
    """Each stage's count is that of the one before."""
    assert isinstance(whole.flow, Flow)
    assert whole.flow.outcomes == {"accepted": 8, "rejected": 2, "duplicate": 1}
    assert whole.flow.tables["tickets"] == 8
    assert whole.flow.exported is not None
    assert (whole.flow.exported["tickets"], whole.flow.exported["rejected_events"]) == (8, 3)
    assert [one.left for one in whole.flow.sums] == [0, 11, 8, 8, 4 + 3, 3]
    assert whole.ok
    assert whole.attention == ()


def test_what_ran_is_named(whole: Facts) -> None:
    """Contracts with their digests, offsets of each partition, first and last moments, ledger and export."""
    assert isinstance(whole.read, Read)
    assert isinstance(whole.export, Export)
    assert [(one.partition, one.first, one.last, one.records) for one in whole.read.partitions] == [
        (0, 0, 7, 8),
        (1, 0, 2, 3),
    ]
    assert (whole.read.first_event, whole.read.last_event) == (EIGHT, EIGHT + timedelta(hours=22))
    assert whole.read.made == {"tickets": 1, "ticket_kpis": 1}
    assert (whole.export.name, whole.export.of_this) == ("1", True)
    assert {one.key for one in whole.about.contracts} >= {
        "client_tickets.v1",
        "client_tickets.v2",
        "support_targets.v1",
    }
    assert not any(one.changed for one in whole.about.contracts)


def test_rejections_are_counted_by_clause_with_sentence_and_example(whole: Facts) -> None:
    """A record that breaks two clauses counts in both; the example is the newest."""
    assert isinstance(whole.rejections, Rejections)
    first, second = whole.rejections.clauses
    assert (first.clause, first.records, first.share_of_rejected) == (PRIORITY, 2, 1.0)
    assert first.sentence == "priority wants one of low, normal, high, urgent"
    assert (first.example.place, first.example.path, first.example.found) == ("1:1", "$.x", '"x"')
    assert (second.clause, second.share) == (AMOUNT, 1 / 11)


def test_kpis_are_those_of_the_tickets(whole: Facts) -> None:
    """Percentiles over the whole, nulls where there are no hours, and a backlog by the state each ticket is in."""
    assert isinstance(whole.kpis, Kpis)
    all_ = whole.kpis.whole
    assert (all_.resolved, all_.timed, all_.past_target, all_.share_past_target) == (3, 2, 1, 0.5)
    assert all_.p50_hours == pytest.approx(11.0)
    assert all_.p95_hours == pytest.approx(19.1)
    assert (all_.marks, all_.satisfaction, all_.enough) == (1, 4.0, False)
    low, high = whole.kpis.by_priority
    assert (low.name, low.resolved, low.share_past_target, low.p50_hours, low.satisfaction) == (
        "low",
        1,
        None,
        None,
        None,
    )
    assert (high.name, high.timed) == ("high", 2)
    assert [one.backlog for one in whole.kpis.moments][:6] == [2, 2, 1, 1, 1, 2]
    assert whole.kpis.moments[-1].backlog == 2
    assert len(whole.kpis.moments) == 23
    assert [one.holds for one in whole.kpis.sums] == [True, True, True]


def test_delay_is_from_event_to_broker(whole: Facts) -> None:
    """Percentiles, late events by the contract's bound, and classes from the first used to the last."""
    assert isinstance(whole.delay, Delay)
    assert (whole.delay.events, whole.delay.p50, whole.delay.most, whole.delay.late) == (8, 2.0, 7200.0, 1)
    assert whole.delay.late_after == timedelta(hours=1)
    assert whole.delay.classes[0] == Class(2, 5, 7)
    assert whole.delay.classes[-1] == Class(3600, 10_800, 1)


def test_delay_is_read_from_the_ledger_where_the_accepted_table_has_no_times(tmp_path: Path) -> None:
    """The same numbers, also where the tickets are not of this version of the ledger."""
    made = workspace(tmp_path)
    derive(tmp_path / "tables" / SOURCE.name, TICKETS, [], 0)
    found = facts(made, at=1)
    assert isinstance(found.delay, Delay)
    assert (found.delay.events, found.delay.p50, found.delay.most) == (8, 2.0, 7200.0)


def test_lineage_leads_from_each_column_to_the_contract(whole: Facts) -> None:
    """What is copied, hashed, enriched; and no field of the topic gets lost in silence."""
    columns = {one.name: one for table in whole.lineage.tables if table.name == "tickets" for one in table.columns}
    assert columns["client_email_key"].sources == ("client_tickets.v2/client_email",)
    assert (columns["client_email_key"].how, columns["client_email_key"].classes) == (
        "keyed hash",
        ("client_email: personal",),
    )
    assert columns["support_team"].sources == ("support_targets.v1/support_team",)
    assert columns["kafka_offset"].sources == ("ledger/offset",)
    assert whole.lineage.nowhere == ()


def test_fields_that_no_column_comes_from_are_named(tmp_path: Path) -> None:
    """Here all but those that the KPIs are made of."""
    subject = Subject(SOURCE, (SOURCE,), (KPIS,), FOLDER, Workspace.open(tmp_path))
    found = lineage(subject).nowhere
    assert "client_tickets.v2/client_email" in found
    assert "client_tickets.v2/occurred_at" not in found


def test_batches_come_from_the_ledgers_commits(tmp_path: Path) -> None:
    """Rows of each, and the seconds since the commit before."""
    events = [Event(n, "opened", n / 10, batch=str(1 + n // 4)) for n in range(10)]
    found = facts(workspace(tmp_path, events)).batches
    assert isinstance(found, Batches)
    assert [(one.batch, one.version, one.rows) for one in found.batches] == [("1", 1, 4), ("2", 2, 4), ("3", 3, 2)]
    assert found.median_rows == 4
    assert all(one.seconds is not None and one.seconds >= 0 for one in found.batches)
    assert (found.unknown, found.others) == (0, ())


def test_a_ticket_row_too_few_is_said_loudly(tmp_path: Path) -> None:
    """The sum that does not hold, both numbers, and what to do."""
    made = workspace(tmp_path)
    derive(tmp_path / "tables" / SOURCE.name, TICKETS, [], 1)
    found = facts(made)
    assert not found.ok
    assert found.attention[0].startswith("accepted records: 8, but rows of the table tickets: 0. Run `tickets process")


def test_a_kpi_table_of_other_tickets_is_said(tmp_path: Path) -> None:
    """Its counts are held against the tickets."""
    made = workspace(tmp_path)
    derive(tmp_path / "tables" / SOURCE.name, KPIS, [], 1)
    found = facts(made)
    assert isinstance(found.kpis, Kpis)
    assert [one.holds for one in found.kpis.sums] == [False, False, False]
    assert not found.ok


def test_an_offset_twice_is_said(tmp_path: Path) -> None:
    """Whatever else adds up."""
    found = facts(workspace(tmp_path, refused=[row("1:0", "rejected", PRIORITY), row("1:0", "rejected", AMOUNT)]))
    assert not found.ok
    assert "offsets that the ledger has twice: 1, but none: 0" in found.attention[0]


def test_receipts_that_the_ledger_lacks_are_said(tmp_path: Path) -> None:
    """By their places, each once, a cut last line aside; found in the workspace without being named."""
    made = workspace(tmp_path)
    lines = [json.dumps({"id": "x", "partition": 0, "offset": offset}) for offset in (0, 1, 1, 99)]
    (tmp_path / "sent.jsonl").write_text("\n".join([*lines, '{"id": "y", "par']), "utf-8")
    found = facts(made)
    assert isinstance(found.flow, Flow)
    assert found.flow.acknowledged == Acknowledged("receipts", ("sent.jsonl",), 3, 1)
    assert not found.ok
    assert "1 are not read yet, or lost" in found.attention[0]


def test_more_acknowledged_than_read_is_said(tmp_path: Path) -> None:
    """Summaries have no places, but their sum is enough to miss records; a line that was cut does not count."""
    made = workspace(tmp_path)
    keep(made, SOURCE.name, EMBEDDED, 4)
    keep(made, SOURCE.name, Broker("embedded", "127.0.0.1:2"), 5)
    with kept_in(made, SOURCE.name).open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-01-05", "acknowl')
    found = facts(made)
    assert not found.ok
    assert "acknowledged records (summary): 9, but of them in the ledger: 8" in found.attention[0]


def test_summaries_of_several_brokers_are_not_compared(tmp_path: Path) -> None:
    """The ledger does not say which of them it was read from."""
    made = workspace(tmp_path)
    keep(made, SOURCE.name, EMBEDDED, 90)
    keep(made, SOURCE.name, Broker("external", "kafka:9092"), 8)
    found = facts(made)
    assert isinstance(found.flow, Flow)
    assert found.ok
    assert "sent to embedded and kafka:9092" in found.flow.uncertain[0]


def test_summaries_are_not_held_against_an_older_ledger(tmp_path: Path) -> None:
    """It had not read what came later, and that is no loss."""
    made = workspace(tmp_path)
    keep(made, SOURCE.name, EMBEDDED, 90)
    assert not facts(made).ok
    found = facts(made, 0)
    assert isinstance(found.flow, Flow)
    assert isinstance(found.flow.acknowledged, Missing)
    assert "is not its newest" in found.flow.uncertain[0]


def test_records_of_others_and_what_was_never_sent_are_told(tmp_path: Path) -> None:
    """They are no fault: the sums hold."""
    made = workspace(tmp_path)
    keep(made, SOURCE.name, EMBEDDED, 5)
    for folder, lines in (("outbox", 2), ("refused", 3)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{SOURCE.name}-20260105T080000.000000Z.jsonl").write_text("{}\n" * lines, "utf-8")
    found = facts(made)
    assert isinstance(found.flow, Flow)
    assert found.ok
    assert found.flow.uncertain[1].startswith("3 records are of other producers")
    assert [line.partition(" ")[0] for line in found.attention] == ["2", "3"]


def test_an_older_version_is_reported_as_it_was(tmp_path: Path) -> None:
    """Ledger, and what was made from it; tables of another version are not mixed in."""
    events = [Event(n, "opened", n / 10, batch=str(1 + n // 4)) for n in range(8)]
    found = facts(workspace(tmp_path, events), at=1)
    assert isinstance(found.read, Read)
    assert isinstance(found.flow, Flow)
    assert (found.read.ledger_version, found.read.ledger_newest, found.flow.records) == (1, 2, 4)
    assert found.flow.tables == {}
    assert isinstance(found.kpis, Missing)
    assert "version 2 by now" in found.attention[0]


def test_a_published_file_that_was_changed_is_said(tmp_path: Path) -> None:
    """Missing, or of another size than the manifest says."""
    made = workspace(tmp_path)
    export(made)
    (tmp_path / "exports/client_tickets/1/tickets.jsonl").write_text("{}\n", "utf-8")
    (tmp_path / "exports/client_tickets/1/ticket_kpis.jsonl").unlink()
    found = facts(made)
    assert not found.ok
    assert "ticket_kpis.jsonl is missing" in found.checks.wrong_files
    assert any(line.startswith("tickets.jsonl has 3 bytes") for line in found.checks.wrong_files)


def test_the_document_is_json_with_nothing_left_out(whole: Facts) -> None:
    """Moments as text, spans as seconds, what is missing with its command."""
    made: dict[str, Any] = json.loads(json.dumps(document(whole)))
    assert made["read"]["first_event"] == "2026-01-05T08:00:00+00:00"
    assert made["delay"]["late_after"] == 3600.0
    assert made["flow"]["sums"][0]["holds"] is True
    assert made["checks"]["audit"] == {
        "missing": "not run: a test has no broker",
        "command": "tickets audit client_tickets",
    }
    assert set(made) == set(Facts.__slots__)


def test_a_topic_without_output_contracts_has_its_own_fields(tmp_path: Path) -> None:
    """Times come from the ledger, lineage is each field from itself, and KPIs are none."""
    folder = Catalogue(HOME.parent / "examples/contracts")
    source = folder.get("app_logs")
    tables = tmp_path / "tables" / source.name
    event = {"line": 1, "logged_at": EIGHT, "source": {"host": {"address": "192.0.2.1"}}}
    record = row("0:0", "accepted") | {"event": event, "event_id": "1", "received_at": EIGHT + timedelta(seconds=5)}
    create_ledger(tables / "ledger", source)
    write_deltalake(tables / "ledger", pa.Table.from_pylist([record], ledger_schema(source)), mode="append")
    derive(tables, source, [event], 1)
    found = gather(Subject.of(source, folder, Workspace.open(tmp_path)), None, lambda *_: NOT_RUN, ())
    assert found.ok
    assert isinstance(found.delay, Delay)
    assert (found.delay.events, found.delay.p50) == (1, 5.0)
    assert isinstance(found.kpis, Missing)
    assert found.lineage.tables[0].columns[0].sources == (f"{source.key}/{source.fields[0].path}",)
    assert "Run report" in page(found)
