"""Published all at once or not at all, once per ledger version, and never changed afterwards."""

import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, Schema

from exports import publish
from exports.errors import ExportError
from exports.publish import Place
from exports.sinks import SINKS
from exports.tests.lab import ACCEPTED, IDS, KPI, TICKET, Lab, exported_at_once, fill, ledger_frame, stored
from runtime.delta import MAINTENANCE


def _latest(lab: Lab) -> Any:
    return json.loads(lab.workspace.latest.read_text("utf-8"))


def test_the_manifest_says_what_was_published(lab: Lab) -> None:
    """It holds versions, rows, columns, checks, offsets, and each file's size and SHA-256."""
    version = lab.tickets(TICKET, {**TICKET, "event_id": IDS[1]})
    folder = lab.workspace.root / lab.export()["path"]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["ledger_version"] == version
    assert manifest["contracts"]["tickets.v2"]["version"] == "2.0.0"
    assert manifest["offsets"] == {"0": {"min": 0, "max": 1, "count": 2}, "1": {"min": 7, "max": 7, "count": 1}}
    assert manifest["outcomes"] == {"accepted": 2, "rejected": 1}
    assert manifest["tables"]["tickets"]["rows"] == 2
    assert {"name": "amount", "type": "decimal(12,2)", "required": False} in manifest["tables"]["tickets"]["columns"]
    assert {"clause": "tickets.v2/priority/enum", "rows": 2, "failed": 0} in manifest["tables"]["tickets"]["checks"]
    assert set(manifest["files"]) | {"manifest.json"} == {path.name for path in folder.iterdir()}
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert str(lab.workspace.root) not in json.dumps(manifest)


def test_the_manifest_says_what_numbers_were_judged_and_what_nobody_does(all_types: Lab) -> None:
    """Clauses over many rows and SQL rules stand among the checks with their number; text rules as not enforced."""
    fill(all_types, {"id": 1}, {"id": 2})
    folder = all_types.workspace.root / all_types.export("all_types", ("csv",))["path"]
    table = json.loads((folder / "manifest.json").read_text("utf-8"))["tables"]["all_types"]
    checks = {check["clause"]: check for check in table["checks"]}
    for clause, number in (("$/rowCount", "2 of 2"), ("$/sql#2", "0")):
        id_ = f"all_types.v1/{clause}"
        assert checks[id_] == {"clause": id_, "rows": 2, "failed": 0, "found": number}
    assert "found" not in checks["all_types.v1/id/required"]
    (note,) = table["not_enforced"]
    assert (note["what"], note["reason"]) == ("text rule: The rows are made up.", "is written for people")
    assert {"name": "names", "type": "map<string, string>", "required": False} in table["columns"]


def test_latest_points_to_the_newest_export(lab: Lab) -> None:
    """latest.json has one entry per contract, with paths relative to the data folder."""
    first = lab.tickets()
    lab.export()
    second = lab.tickets({**TICKET, "priority": "high"})
    lab.export()
    assert lab.published() == [str(first), str(second)]
    entry = _latest(lab)["client_tickets"]
    assert (entry["version"], entry["path"]) == (str(second), f"exports/client_tickets/{second}")
    assert (lab.workspace.root / entry["manifest"]).is_file()


def test_the_same_snapshot_is_published_once(lab: Lab) -> None:
    """Asked again, with the same or fewer formats, the export says it is there already and changes nothing."""
    lab.tickets()
    first = lab.export()
    times = {path: path.stat().st_mtime_ns for path in (lab.workspace.root / first["path"]).iterdir()}
    again = lab.export(formats=("csv",))
    assert (again["already_published"], again["path"]) == (True, first["path"])
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert lab.published() == ["0"]


def test_tables_that_were_made_anew_are_another_origin(lab: Lab) -> None:
    """A ledger that was removed and rebuilt reaches the same versions: what is published is of its rows."""
    lab.tickets()
    lab.export(formats=("csv",))
    shutil.rmtree(lab.workspace.root / "tables" / "client_tickets")
    lab.tickets({**TICKET, "priority": "high"})
    after = lab.export(formats=("csv",))
    assert (after["version"], after["already_published"]) == ("0.1", False)


def test_more_formats_are_a_new_folder(lab: Lab) -> None:
    """A format that is missing in the published folder makes a second one; the first stays as it was."""
    lab.tickets()
    before = lab.export(formats=("csv",))
    after = lab.export(formats=("csv", "json"))
    assert (before["version"], after["version"], after["already_published"]) == ("0", "0.1", False)
    assert lab.published() == ["0", "0.1"]
    assert _latest(lab)["client_tickets"]["version"] == "0.1"


def test_a_damaged_export_is_not_taken_for_published(lab: Lab) -> None:
    """Where a published file is cut short, the export is written anew beside it."""
    lab.tickets()
    folder = lab.workspace.root / lab.export(formats=("csv",))["path"]
    (folder / "tickets.csv").write_bytes(b"")
    assert lab.export(formats=("csv",))["version"] == "0.1"


def test_recomputed_tables_are_a_new_export(lab: Lab) -> None:
    """Tables derived anew from the same ledger version may differ, so they are published as a second folder."""
    version = lab.tickets()
    lab.export(formats=("csv",))
    kpis = stored(lab.folder.get("ticket_kpis"), [{**KPI, "events": 2}])
    lab.derived("client_tickets", "ticket_kpis", kpis, version)
    assert lab.export(formats=("csv",))["version"] == "0.1"


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_equal_rows_give_equal_bytes(tmp_path: Path, form: str) -> None:
    """Rows that lie in Delta in another order give the same file."""
    rows = [TICKET, {**TICKET, "event_id": IDS[1]}]
    hashes = []
    for name, order in (("a", rows), ("b", rows[::-1])):
        lab = Lab(tmp_path / name)
        lab.tickets(*order)
        files = lab.export(formats=(form,))["files"]
        hashes.append({file: entry["sha256"] for file, entry in files.items()})
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("bug"), KeyboardInterrupt()])
def test_a_sink_that_fails_leaves_nothing(lab: Lab, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """When a sink raises after others have written, no file stays, no version appears and latest.json is as before."""

    def fail(*_: Any) -> Path:
        raise error

    lab.tickets()
    lab.export(formats=("json",))
    before = lab.workspace.latest.read_bytes()
    lab.tickets({**TICKET, "priority": "high"})
    monkeypatch.setattr("exports.run.SINKS", {**SINKS, "duckdb": fail})
    with pytest.raises(type(error)):
        lab.export()
    assert lab.published() == ["0"]
    assert lab.workspace.latest.read_bytes() == before


def test_a_librarys_message_stays_inside(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer's own error text may quote a value, so only its kind is told."""
    import duckdb

    def fail(*_: Any) -> Path:
        raise duckdb.ConversionException("could not convert 'secret'")

    lab.tickets()
    monkeypatch.setattr("exports.run.SINKS", {**SINKS, "duckdb": fail})
    with pytest.raises(ExportError, match="as duckdb could not be written") as caught:
        lab.export()
    assert "secret" not in str(caught.value)


def test_leftovers_of_a_crash_are_removed(lab: Lab) -> None:
    """The next export removes staging folders without a living owner, and leaves those of a running one."""
    lab.tickets()
    home = lab.workspace.export("client_tickets")
    dead, unlocked, alive = (home / f".staging-{name}" for name in ("dead", "unlocked", "alive"))
    for folder in (dead, unlocked, alive):
        folder.mkdir(parents=True)
        (folder / "tickets.csv").write_text("half")
    (dead / publish.LOCK).touch()
    with (alive / publish.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lab.export(formats=("csv",))
    assert lab.published() == [".staging-alive", "0"]


def test_two_exports_at_once_do_not_clash(lab: Lab) -> None:
    """Of two processes exporting the same, one publishes and the other finds it published."""
    lab.tickets()
    assert sorted(answer["already_published"] for answer in exported_at_once(lab)) == [False, True]
    assert lab.published() == ["0"]


def test_a_missing_ledger_says_what_to_run(lab: Lab) -> None:
    """Without tables the remedy is to process first."""
    with pytest.raises(ExportError) as caught:
        lab.export()
    assert "tickets process client_tickets --once" in caught.value.remedy


def test_tables_made_from_no_version_of_the_ledger_are_refused(lab: Lab) -> None:
    """A ledger from which nothing was derived publishes nothing and says what to run."""
    lab.ledger("client_tickets", [])
    for name in ("tickets", "ticket_kpis"):
        lab.derived("client_tickets", name, stored(lab.folder.get(name), []), 99)
    with pytest.raises(ExportError) as caught:
        lab.export()
    assert "no version of the ledger of client_tickets has all of ticket_kpis, tickets" in caught.value.what
    assert "tickets process client_tickets --once" in caught.value.remedy
    assert lab.published() == []


def test_a_first_batch_that_was_not_finished_is_not_exported_as_nothing(lab: Lab) -> None:
    """The empty tables of the beginning belong together, but are no export of a ledger that has rows."""
    tables = lab.workspace.tables("client_tickets")
    DeltaTable.create(str(tables / "ledger"), Schema.from_arrow(ledger_frame([]).to_arrow().schema))
    for name in ("tickets", "ticket_kpis"):
        lab.derived("client_tickets", name, stored(lab.folder.get(name), []), 0)
    lab.append("client_tickets", "ledger", ledger_frame([{**ACCEPTED, "offset": 0}]), None)
    with pytest.raises(ExportError) as caught:
        lab.export()
    assert "tickets process client_tickets --once" in caught.value.remedy
    assert lab.published() == []


def test_beside_a_running_job_the_last_complete_version_is_exported(lab: Lab) -> None:
    """A ledger that is one commit further than what was derived from it does not stop an export."""
    version = lab.tickets()
    lab.append("client_tickets", "ledger", ledger_frame([{**ACCEPTED, "offset": 5}]), None)
    answer = lab.export()
    assert (answer["ledger_version"], answer["ledger_newest"]) == (version, version + 1)


def test_aggregates_many_batches_behind_are_exported_with_the_tickets_of_then(lab: Lab) -> None:
    """A job makes them after some batches, of which there may be more than are looked at first."""
    version = lab.tickets()
    for offset in range(5, 75):
        lab.append("client_tickets", "ledger", ledger_frame([{**ACCEPTED, "offset": offset}]), None)
        row = stored(lab.folder.get("tickets"), [{**TICKET, "event_id": IDS[1]}])
        lab.append("client_tickets", "tickets", row, version + offset - 4)
    answer = lab.export()
    assert (answer["ledger_version"], answer["ledger_newest"]) == (version, version + 70)
    assert {table["table"]: table["rows"] for table in answer["tables"]}["tickets"] == 1


def test_maintenance_is_no_new_version(lab: Lab) -> None:
    """Compacted tables are read compacted, and neither refused nor published a second time."""
    version = lab.tickets() + 1
    tables = lab.workspace.tables("client_tickets")
    lab.append("client_tickets", "ledger", ledger_frame([{**ACCEPTED, "offset": 5}]), None)
    row = stored(lab.folder.get("tickets"), [{**TICKET, "event_id": IDS[1]}])
    lab.append("client_tickets", "tickets", row, version)
    lab.derived("client_tickets", "ticket_kpis", stored(lab.folder.get("ticket_kpis"), [KPI]), version)
    assert not lab.export(formats=("csv",))["already_published"]
    for name in ("ledger", "tickets"):
        table = DeltaTable(tables / name)
        table.optimize.compact()
        table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        assert DeltaTable(tables / name).history(1)[0]["operation"] in MAINTENANCE
    assert lab.export(formats=("csv",))["already_published"]
    answer = lab.export(formats=("json",))
    assert (answer["version"], answer["tables"][-1]["rows"]) == (f"{version}.1", 2)


def test_a_derived_table_that_ran_ahead_is_read_at_the_ledgers_version(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit of the job between our looks at ledger and tables does not mix two versions."""
    from exports import snapshot

    first = lab.tickets()
    real = snapshot._open
    opened: list[Path] = []

    def racing(path: Path, source: Any) -> Any:
        table = real(path, source)
        if path.name == "ledger" and not opened:
            opened.append(path)
            lab.tickets(TICKET, {**TICKET, "event_id": IDS[1]})
        return table

    monkeypatch.setattr(snapshot, "_open", racing)
    answer = lab.export(formats=("csv",))
    rows = {table["table"]: table["rows"] for table in answer["tables"]}
    assert (answer["version"], rows["tickets"]) == (str(first), 1)


def test_a_version_that_is_removed_while_it_is_read_is_not_published(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """An erasure removes the files of older versions at once; the export says so and leaves nothing."""
    from exports import snapshot

    lab.tickets()
    real = snapshot.pin

    def late(*arguments: Any) -> Any:
        taken = real(*arguments)
        lab.tickets()
        for log in (lab.workspace.root / "tables" / "client_tickets").glob("*/_delta_log"):
            DeltaTable(log.parent).vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        return taken

    monkeypatch.setattr(snapshot, "pin", late)
    with pytest.raises(ExportError, match="removed meanwhile"):
        lab.export(formats=("csv",), raw=True)
    assert lab.published() == []
    monkeypatch.undo()
    assert lab.export(formats=("csv",))["path"]


def test_an_input_without_outputs_publishes_its_own_fields(all_types: Lab) -> None:
    """A second topic needs its contract only: its accepted rows are published under its own name."""
    fill(all_types, {"id": 1})
    answer = all_types.export("all_types", ("csv",))
    assert [table["table"] for table in answer["tables"]] == ["all_types"]


def test_raw_bytes_are_only_for_their_owner(lab: Lab) -> None:
    """Raw bytes are published on request alone, as base64, in a file nobody else can read."""
    lab.tickets()
    assert not (lab.workspace.root / lab.export(formats=("csv",))["path"] / "rejected_raw.jsonl").exists()
    path = lab.workspace.root / lab.export(formats=("csv",), raw=True)["path"] / "rejected_raw.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text("utf-8"))["raw_value_base64"] == "/w=="


def test_other_contracts_keep_their_pointer(lab: Lab, tmp_path: Path) -> None:
    """Publishing one contract leaves the other's entry in latest.json."""
    lab.tickets()
    lab.export(formats=("csv",))
    other = Lab(lab.workspace.root, Path(__file__).parent / "contracts")
    fill(other, {"id": 1})
    other.export("all_types", ("csv",))
    assert set(_latest(lab)) == {"client_tickets", "all_types"}


def test_a_lost_pointer_is_mended(lab: Lab) -> None:
    """A crash between rename and pointer is healed by the next export of the same."""
    lab.tickets()
    lab.export(formats=("csv",))
    lab.workspace.latest.unlink()
    assert lab.export(formats=("csv",))["already_published"]
    assert _latest(lab)["client_tickets"]["version"] == "0"


def test_staging_is_hidden_until_it_is_whole(lab: Lab) -> None:
    """While files are written they lie in a hidden folder beside the published ones."""
    place = Place(lab.workspace.exports, lab.workspace.export("client_tickets"))
    with publish.staging(place) as folder:
        (folder / "tickets.csv").write_text("half")
        assert folder.parent == place.home
        assert folder.name.startswith(".")
        assert os.listdir(place.home) == [folder.name]  # noqa: PTH208 - hidden names count
    assert list(place.home.iterdir()) == []
