"""The views of the exported DuckDB file: what they show, what they leave out, and that their numbers are right."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from contracts.compiler.catalogue import HOME, Catalogue
from exports.errors import ExportError
from exports.sinks import duckdb as sink
from exports.tests import made_export
from exports.tests.lab import ACCEPTED, TICKET, Lab, stored
from exports.tests.made_export import START, kpis, lives, refused, step
from exports.views import build, general
from exports.views.view import hidden

EXAMPLES = HOME.parent / "examples" / "contracts"
HIDDEN = {"client_id", "request", "client_email_key", "attachments", "unknown_fields"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A made export of two hundred tickets, open for reading."""
    with duckdb.connect(made_export.made(tmp_path_factory.mktemp("views")), read_only=True) as opened:
        yield opened


def opened_of(folder: Path, *tickets: Any, **others: Any) -> Any:
    """A connection to a made export of these tickets."""
    made_export.write(folder, {"tickets": tickets, **others})
    return duckdb.connect(folder / "export.duckdb", read_only=True)


def test_the_manifest_lists_the_views(lab: Lab) -> None:
    """Each view stands in the manifest with its contract, rows, columns, and what it leaves out and why."""
    lab.tickets()
    answer = lab.export(formats=("duckdb",))
    views = json.loads((lab.workspace.root / answer["path"] / "manifest.json").read_text("utf-8"))["views"]
    assert (views["tickets"]["contract"], views["tickets"]["file"]) == ("tickets.v2", "export.duckdb")
    assert views["tickets"]["rows"] == answer["views"]["tickets"] == 1
    assert views["tickets"]["left_out"].keys() == HIDDEN
    assert views["tickets"]["left_out"]["request"] == "request is confidential"
    assert {"name": "utc_day", "type": "DATE"} in views["tickets"]["columns"]
    with duckdb.connect(lab.workspace.root / answer["path"] / "export.duckdb", read_only=True) as file:
        there = file.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'bi'").fetchall()
    assert {name for (name,) in there} == views.keys()


def test_an_export_without_duckdb_has_no_views(lab: Lab) -> None:
    """Other formats have no views, and the manifest says so."""
    lab.tickets()
    answer = lab.export(formats=("csv",))
    assert answer["views"] == {}


def test_an_export_from_before_there_were_views_is_still_one(lab: Lab) -> None:
    """A manifest that says nothing of views, as older ones do, is answered from: it has none."""
    lab.tickets()
    manifest = lab.workspace.root / lab.export(formats=("csv",))["path"] / "manifest.json"
    older = json.loads(manifest.read_text("utf-8"))
    del older["views"]
    manifest.write_text(json.dumps(older), "utf-8")
    answer = lab.export(formats=("csv",))
    assert (answer["already_published"], answer["views"]) == (True, {})


def test_no_view_shows_what_is_not_for_everybody(database: Any) -> None:
    """No view has a column, or a value, of a client, a request, a pseudonym or an attachment."""
    views = [
        name for (name,) in database.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'bi'").fetchall()
    ]
    assert len(views) > 10
    secrets = ("CLI-", TICKET["request"], TICKET["client_email_key"], "invoice.pdf")
    for view in views:
        answer = database.execute(f'SELECT * FROM bi."{view}"')  # noqa: S608 - a name from the catalogue
        assert not HIDDEN & {column[0] for column in answer.description}, view
        text = str(answer.fetchall())
        assert not [secret for secret in secrets if secret in text], view


def test_a_view_has_everything_else(database: Any) -> None:
    """Of its table a view has every row, and every column that may be shown under its own name, in order."""
    columns = [row[0] for row in database.execute("DESCRIBE main.tickets").fetchall() if row[0] not in HIDDEN]
    shown = [row[0] for row in database.execute("DESCRIBE bi.tickets").fetchall()]
    assert [name for name in shown if name in columns] == columns
    assert set(shown) - set(columns) == {
        "event_type_order", "utc_hour", "utc_day", "request_type_order", "priority_order", "channel_order",
        "support_team_order",
    }  # fmt: skip
    listed = ", ".join(f'"{name}"' for name in columns)
    question = f"SELECT {listed} FROM main.tickets ORDER BY 1"  # noqa: S608 - our own names
    assert database.execute(question).fetchall() == database.execute(question.replace("main.", "bi.")).fetchall()


@pytest.mark.parametrize(
    ("field", "changed", "reason"),
    [
        ("channel", {"classification": "restricted"}, "channel is restricted"),
        ("channel", {"classification": None}, "channel is None"),
        ("channel", {"transform": "pseudonym"}, "is a pseudonym"),
        ("client_id", {"classification": "public"}, "says whose data it is"),
    ],
)
def test_a_class_decides(field: str, changed: Any, reason: str) -> None:
    """Left out: what is classed above internal or not at all, a pseudonym, a person's id however it is classed."""
    contract = made_export.outputs()["tickets"]
    assert "channel" not in hidden(contract)
    fields = tuple(replace(one, **changed) if one.name == field else one for one in contract.fields)
    assert hidden(replace(contract, fields=fields))[field] == reason


def test_every_view_and_column_says_what_it_is(database: Any) -> None:
    """Comments come from the contract where the column is its field's, and no column is without one."""
    bare = "SELECT view_name FROM duckdb_views() WHERE schema_name = 'bi' AND comment IS NULL"
    assert database.execute(bare).fetchall() == []
    found = database.execute(
        "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() WHERE schema_name = 'bi'"
    ).fetchall()
    comments = dict(found)
    assert [name for name, comment in comments.items() if not comment] == []
    tickets = made_export.outputs()["tickets"]
    assert comments["tickets.channel"] == comments["resolutions.channel"] == tickets.field("channel").description
    assert comments["dim_priority.priority_order"].startswith("Place in the contract's list")


def test_days_are_utc_for_every_reader(tmp_path: Path) -> None:
    """A session in another time zone gets the same hours and days."""
    late = step(0, 1, "opened", 0, occurred_at=datetime.fromisoformat("2026-03-02T23:30:00+00:00"))
    with opened_of(tmp_path, late) as file:
        for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
            file.execute(f"SET TimeZone = '{zone}'")
            (row,) = file.execute("SELECT utc_hour, utc_day FROM bi.tickets").fetchall()
            assert row == (datetime(2026, 3, 2, 23), date(2026, 3, 2))


def test_lists_keep_the_contracts_order(database: Any) -> None:
    """A list of values has all of them, also unused ones, and its order sorts rows."""
    assert database.execute("SELECT priority FROM bi.dim_priority ORDER BY priority_order").fetchall() == [
        ("low",), ("normal",), ("high",), ("urgent",),
    ]  # fmt: skip
    question = "SELECT DISTINCT priority, priority_order FROM bi.tickets ORDER BY priority_order"
    assert database.execute(question).fetchall() == [("low", 1), ("normal", 2), ("high", 3), ("urgent", 4)]


def test_lists_that_differ_have_their_own_names() -> None:
    """Where two contracts limit a field of one name to different values, each list is named after its contract."""
    contracts = made_export.outputs()
    tickets = contracts["tickets"]
    priority = tickets.field("priority")
    more = tuple(
        replace(one, argument=(*one.argument, "odd")) if one.rule == "enum" else one for one in priority.clauses
    )
    fields = tuple(replace(one, clauses=more) if one is priority else one for one in tickets.fields)
    names = {view.name for view in general.general_views([contracts["ticket_kpis"], replace(tickets, fields=fields)])}
    assert {"dim_ticket_kpis_priority", "dim_tickets_priority", "dim_channel"} <= names
    assert "dim_priority" not in names


def test_the_backlog_counts_what_is_open(tmp_path: Path) -> None:
    """A ticket is in the backlog from opened to resolved, and from reopened on; hours without events count."""
    events = [
        step(0, 1, "opened", 0),  # 06:15
        step(1, 2, "opened", 1, priority="urgent"),  # 07:15
        step(2, 1, "resolved", 1.5),  # 07:45
        step(3, 1, "reopened", 3),  # 09:15
        step(4, 2, "resolved", 5, priority="urgent"),  # 11:15
        step(5, 2, "closed", 6, priority="urgent"),  # 12:15
    ]
    with opened_of(tmp_path, *events) as file:
        question = "SELECT list(open_tickets ORDER BY utc_hour) FROM bi.backlog_by_hour WHERE priority = ?"
        assert file.execute(question, ["low"]).fetchone() == ([1, 0, 0, 1, 1, 1, 1],)
        assert file.execute(question, ["urgent"]).fetchone() == ([0, 1, 1, 1, 1, 0, 0],)


def test_a_ticket_that_changes_hands_leaves_the_other_backlog(tmp_path: Path) -> None:
    """An open ticket counts for the team it is with, once."""
    events = [step(0, 1, "opened", 0), step(1, 1, "assigned", 1, support_team="care")]
    with opened_of(tmp_path, *events) as file:
        question = "SELECT support_team, open_tickets FROM bi.backlog_by_hour ORDER BY utc_hour, support_team"
        assert file.execute(question).fetchall() == [("billing", 1), ("care", 0), ("billing", 0), ("care", 1)]


def test_one_event_of_a_far_year_does_not_make_a_million_hours(tmp_path: Path) -> None:
    """The hours are bounded: not up to an event that came too early, and a year at most."""
    far = START.replace(year=9999)
    old = START.replace(year=1970)
    events = [step(0, 1, "opened", 0), step(1, 2, "opened", 0, occurred_at=far, is_early=True)]
    with opened_of(tmp_path, *events, step(2, 3, "opened", 0, occurred_at=old)) as file:
        hours, most = file.execute("SELECT count(*), max(open_tickets) FROM bi.backlog_by_hour").fetchone()
    assert (hours, most) == (366 * 24 + 1, 2)


def test_time_to_resolve_by_hand(tmp_path: Path) -> None:
    """Hours run from the first accepted opened to each resolved; without an opened there are none."""
    events = [
        step(0, 1, "opened", 0),
        step(1, 1, "resolved", 73),
        step(2, 1, "reopened", 74),
        step(3, 1, "resolved", 80.5),
        step(4, 2, "resolved", 2),
        step(5, 3, "opened", 1),
        step(6, 3, "resolved", 73),
        step(7, 3, "opened", 2),
    ]
    with opened_of(tmp_path, *events) as file:
        rows = file.execute("SELECT ticket_id, hours_to_resolve, is_past_target FROM bi.resolutions ORDER BY event_id")
        assert rows.fetchall() == [
            ("TCK-00000001", 73.0, True),
            ("TCK-00000001", 80.5, True),
            ("TCK-00000002", None, None),
            ("TCK-00000003", 72.0, False),
        ]


def test_views_of_tickets_agree_with_the_kpis(database: Any) -> None:
    """Counted from single events and from the KPI table, resolved, past target and hours are the same, day by day."""
    question = """
        SELECT count(*), count(*) FILTER (
            WHERE s.resolved = t.resolved AND s.resolved_with_hours = t.resolved_with_hours AND s.past_target = r.past
        )
        FROM bi.share_past_target AS s
        FULL JOIN bi.time_to_resolve_by_day AS t USING (utc_day, priority, support_team)
        FULL JOIN (
            SELECT utc_day, priority, support_team, count(*) FILTER (WHERE is_past_target) AS past
            FROM bi.resolutions GROUP BY ALL
        ) AS r USING (utc_day, priority, support_team)"""
    groups, equal = database.execute(question).fetchone()
    assert groups == equal > 50


def test_a_share_of_groups_is_no_mean_of_shares(tmp_path: Path) -> None:
    """The share of a day is past_target over resolved with hours, however many each hour had."""
    events = [step(n, n, "opened", 0) for n in range(3)] + [step(3, 3, "opened", -73)]
    events += [step(10 + n, n, "resolved", 10 + n / 10) for n in range(3)]  # three within target in one hour
    events += [step(13, 3, "resolved", 12), step(20, 9, "resolved", 10)]  # one past it in another, one without opened
    with opened_of(tmp_path, *events, ticket_kpis=kpis(events)) as file:
        rows = file.execute(
            "SELECT resolved, resolved_with_hours, past_target, share_past_target FROM bi.share_past_target"
        )
        assert rows.fetchall() == [(5, 4, 1, 0.25)]


def test_refusals_count_records_by_clause(tmp_path: Path) -> None:
    """A record that breaks a clause twice counts once, one that breaks two clauses under both."""
    with opened_of(tmp_path, rejected_events=refused([("a",), ("a", "a", "b"), ()])) as file:
        rows = file.execute("SELECT clause, outcome, records FROM bi.rejected_events_by_clause ORDER BY 1").fetchall()
        assert rows == [("a", "rejected", 2), ("b", "rejected", 1)]
        assert file.execute('SELECT "rows" FROM bi.rejected_events_by_hour').fetchall() == [(3,)]


def test_empty_tables_have_empty_views(tmp_path: Path) -> None:
    """Views of tables without rows are there and can be read."""
    told = made_export.write(tmp_path, {})
    assert {name: view["rows"] for name, view in told.items() if not name.startswith("dim_") and view["rows"]} == {}


def test_a_second_topic_needs_no_views_of_its_own(tmp_path: Path) -> None:
    """A topic without an SQL file has the general views: its columns but the restricted ones, its list, its hours."""
    lab = Lab(tmp_path, EXAMPLES)
    contract = lab.folder.get("app_logs")
    source = {"host": {"address": "10.0.0.1", "label": "web"}, "process": {"pid": 1, "started_at": None}}
    rows: list[Mapping[str, Any]] = [
        {"source": source, "line": n + 1, "logged_at": START + timedelta(hours=n // 2), "sampled": n % 2 == 0}
        for n in range(4)
    ]
    version = lab.ledger("app_logs", [{**ACCEPTED, "offset": n} for n in range(4)])
    lab.derived("app_logs", "app_logs", stored(contract, rows), version)
    answer = lab.export("app_logs", ("duckdb",))
    assert set(answer["views"]) == {"app_logs", "app_logs_by_hour"}
    with duckdb.connect(tmp_path / answer["path"] / "export.duckdb", read_only=True) as file:
        counted = file.execute("SELECT * FROM bi.app_logs_by_hour ORDER BY 1").fetchall()
        shown = {row[0] for row in file.execute("DESCRIBE bi.app_logs").fetchall()}
    assert counted == [(datetime(2026, 3, 2, 6), 2, 1), (datetime(2026, 3, 2, 7), 2, 1)]
    assert "source" not in shown  # below it is an address, which is restricted


def test_views_hold_where_the_file_is_attached(database: Any, tmp_path: Path) -> None:
    """A file attached under another name has working views: DBeaver and DuckDB's command attach files so."""
    made_export.write(tmp_path, {"tickets": lives(3)})
    with duckdb.connect() as memory:
        memory.execute(f"ATTACH '{tmp_path / 'export.duckdb'}' AS other (READ_ONLY)")
        assert memory.execute("SELECT count(*) > 0 FROM other.bi.backlog_by_hour").fetchone() == (True,)
        assert memory.execute("SELECT count(*) FROM other.bi.resolutions").fetchone() is not None


def test_older_readers_can_open_the_file(tmp_path: Path) -> None:
    """The file has the storage format of DuckDB 1.0, tables and views alike: BI tools bring older readers."""
    made_export.write(tmp_path, {"tickets": lives(3)})
    header = (tmp_path / "export.duckdb").read_bytes()[8:20]
    assert (header[:4], int.from_bytes(header[4:], "little")) == (b"DUCK", 64)


def test_own_views_read_general_views_only(database: Any) -> None:
    """The SQL files work where the tables are not there, so nothing that general views leave out can come in."""
    with duckdb.connect() as bare:
        bare.execute("CREATE SCHEMA bi")
        for name in ("tickets", "ticket_kpis"):
            rows = database.cursor().sql(f"SELECT * FROM bi.{name}").to_arrow_table()  # noqa: S608 - our own names
            bare.register("rows", rows)
            bare.execute(f"CREATE TABLE bi.{name} AS SELECT * FROM rows")  # noqa: S608 - our own names
        for file in sorted(build.HOME.glob("*.sql")):
            bare.execute(file.read_text("utf-8"))
        assert bare.execute("SELECT sum(open_tickets) > 0 FROM bi.backlog_by_hour").fetchone() == (True,)
    assert {file.stem for file in build.HOME.glob("*.sql")} <= {one.key for one in made_export.outputs().values()}


def test_views_of_one_major_are_not_made_of_another(tmp_path: Path) -> None:
    """v1 of tickets has no product: it has the general views, and no file stands in its way."""
    contract = Catalogue(HOME).get("tickets.v1")
    sink.write(contract, made_export.frame(contract, ()), tmp_path)
    told = sink.finish((contract,), tmp_path)
    assert "tickets" in told
    assert "resolutions" not in told


def test_a_file_that_does_not_fit_its_contract_stops_the_export(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the file and the column, and nothing is published."""
    (tmp_path / "tickets.v2.sql").write_text("CREATE VIEW bi.odd AS SELECT prio FROM bi.tickets")
    monkeypatch.setattr(build, "HOME", tmp_path)
    lab.tickets()
    with pytest.raises(ExportError, match=r"exports/views/tickets\.v2\.sql does not fit tickets\.v2.*prio"):
        lab.export(formats=("duckdb",))
    assert [name for name in lab.published() if not name.startswith(".")] == []


def test_a_view_that_loses_rows_stops_the_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view of a table is counted against it before anybody reads it."""

    def losing(contracts: Any) -> Any:
        for view in general.general_views(contracts):
            yield replace(view, query=f"{view.query} LIMIT 1") if view.name == "tickets" else view

    monkeypatch.setattr(build, "general_views", losing)
    with pytest.raises(ExportError, match=r"bi\.tickets has 1 rows, its table 2"):
        made_export.write(tmp_path, {"tickets": [step(0, 1, "opened", 0), step(1, 2, "opened", 0)]})
