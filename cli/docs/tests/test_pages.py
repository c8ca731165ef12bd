"""Pages of contracts, decisions and commands: what stands on them with evidence and without."""

import json
from dataclasses import replace
from pathlib import Path

import click
import pytest

from cli.adr import folder
from cli.adr.evidence import evidence as fetched
from cli.docs import build, commands, contract_pages, decisions, levels, site
from cli.docs.evidence import NOT_RUN
from cli.docs.features import features, speaking
from cli.docs.scraped import Sample, judge
from cli.docs.tests.known import AT, evidence
from cli.docs.tree import ROOT, Tree
from cli.main import tickets
from cli.options import ADR
from contracts.compiler.catalogue import HOME, Catalogue
from contracts.compiler.model import Contract
from runtime.workspace import Workspace

CLAUSE = "client_tickets.v1/priority/enum"


@pytest.fixture(scope="module")
def v1() -> Contract:
    """The contract that features speak of most."""
    return Catalogue(HOME).get("client_tickets.v1")


def page(contract: Contract, touches: dict[str, dict[str, list[str]]] | None = None) -> str:
    """Its page, without comparisons."""
    known = contract_pages.Known(speaking(features(), touches or {}), {}, evidence(touches=touches))
    return contract_pages.page(contract, known)


def test_every_clause_has_its_id_as_an_anchor(v1: Contract) -> None:
    """So that anything may link to it by what it is called."""
    made = page(v1)
    for clause in (*v1.all_clauses(), *v1.row_clauses()):
        assert f'id="{clause.id}"' in made


def test_a_clause_names_the_scenario_that_speaks_of_it(v1: Contract) -> None:
    """As a link to its place on the feature's page."""
    [row] = [line for line in page(v1).splitlines() if f'id="{CLAUSE}"' in line]
    assert 'href="../features/refused_events.html#scenario-1"' in row
    assert "priority" in row


def test_coverage_is_told_where_it_is_known(v1: Contract) -> None:
    """Without a run the page says what to do; with one, which clauses nobody would miss."""
    assert contract_pages.NOT_RUN in page(v1)
    made = page(v1, {CLAUSE: {"case": ["one", "two"]}})
    assert f"1 of {len([*v1.all_clauses(), *v1.row_clauses()])} clauses are held" in made
    assert "2 cases" in made
    assert "untouched in the last run" in made


def test_cases_of_people_are_shown_else_drawn_ones(v1: Contract) -> None:
    """Both say which they are."""
    assert "cases of `client_tickets/v1.cases.yaml`" in page(v1)
    [logs] = Catalogue(site.EXAMPLES).all()
    assert "drawn for this page" in page(logs)


def test_service_levels_without_a_workspace_say_how_to_measure(v1: Contract) -> None:
    """Nothing that was not measured is said to hold."""
    text = "\n".join(levels.section(v1, evidence(), "contracts/x.md"))
    assert text.count("not measured") == 4
    assert "`tickets audit client_tickets`" in text
    assert "--metrics 9464" in text


def test_a_workspace_tells_of_its_last_audit(v1: Contract, tmp_path: Path) -> None:
    """Whether it was ok, when, and when one was."""
    path = Workspace(tmp_path).standing("audit", "client_tickets")
    path.parent.mkdir()
    path.write_text(json.dumps({"ok": False, "at": AT.isoformat(), "succeeded_at": None}), "utf-8")
    text = "\n".join(levels.section(v1, evidence(data=tmp_path), "contracts/x.md"))
    assert "failed 2026-01-05 08:30 UTC | never" in text
    assert "not measured: `tickets export client_tickets`" in text


@pytest.mark.parametrize(("late", "ok"), [(4.0, True), (6.0, False)])
def test_a_running_job_tells_whether_a_level_holds(late: float, ok: bool) -> None:
    """Five in a hundred events may come later, as the alert has it; another contract's samples say nothing."""
    of = {"contract": "client_tickets"}
    samples = (
        Sample("tickets_event_delay_seconds_bucket", {**of, "le": "60.0"}, 100 - late),
        Sample("tickets_event_delay_seconds_count", of, 100.0),
        Sample("tickets_event_delay_seconds_count", {"contract": "other"}, 7.0),
        Sample("tickets_oldest_unread_age_seconds", {**of, "partition": "0"}, late),
        Sample("tickets_broker_up", of, float(ok)),
    )
    found = judge("latency", 60.0, "client_tickets", samples)
    assert found is not None
    assert (found.ok, found.said) == (ok, f"{late:.1f}% of 100 events of this run came later")
    for level, value in (("freshness", 5.0), ("availability", 0.995)):
        found = judge(level, value, "client_tickets", samples)
        assert found is not None
        assert found.ok is ok
    assert judge("latency", 60.0, "nobody", samples) is None
    assert judge("retention", 60.0, "client_tickets", samples) is None


def test_a_decision_says_what_its_tests_came_to() -> None:
    """Passed, failed, or has not run; what failed is a problem of the record too."""
    read = folder.load(ADR)
    found = decisions.Decisions(read, fetched(read.root, ran=False), {})
    file = "adr/0003-decode-in-python-arrow-batches.md"
    text = (ROOT / file).read_text("utf-8")
    ran = {"processing/tests/test_decode.py::test_a": "passed", "features/bad_bytes.feature::b": "failed"}
    held = replace(found.held, recorded=ran)
    made = decisions.page(file, text, replace(found, held=held), evidence(ran), features())
    rows = {line.split("|")[2].strip(): line for line in made.splitlines() if line.startswith("| test")}
    assert "passed 2026-01-05 08:30 UTC" in rows["`processing/tests/test_decode.py`"]
    assert "failed in the last run" in rows["[`features/bad_bytes.feature`](../features/bad_bytes.md)"]
    assert NOT_RUN in rows["`processing/tests/test_hostile.py`"]
    assert made.startswith("# ADR-0003: ")


def every(command: click.Command, called: str) -> dict[str, click.Command]:
    """A command and all below it, by how they are called."""
    found = {called: command}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            found |= every(below, f"{called} {name}") if below else {}
    return found


def test_every_command_and_option_is_in_the_reference() -> None:
    """With the variables that options are read from."""
    made = "\n".join(commands.pages().values())
    for called, command in every(tickets, "tickets").items():
        assert called == "tickets" or f"# {called}\n" in made
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden and called != "tickets":
                assert "/".join([*param.opts, *param.secondary_opts]) in made
    for variable in ("TICKETS_DATA", "TICKETS_BROKER", "TICKETS_CONTRACTS", "TICKETS_METRICS"):
        assert f"`{variable}`" in made


def test_exit_codes_and_examples_have_their_places() -> None:
    """Exit codes are said once, examples keep their dashes."""
    made = commands.pages()["commands/contracts.md"]
    assert "Exit codes: 0 nothing above the bar; 1 something above it" in made
    assert "```text\ntickets contracts diff old.odcs.yaml new.odcs.yaml\n" in made
    assert "tickets contracts diff --against main" in made


@pytest.mark.parametrize("name", ["out", "out-src"])
def test_nothing_of_somebody_else_is_removed(tmp_path: Path, name: str) -> None:
    """A folder that holds something else than a site is refused, and stays as it is."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work", "utf-8")
    with pytest.raises(build.BuildError, match="holds something else"):
        build.write(Tree(pages={"index.md": "# x\n"}), tmp_path / "out-src")
        build.sphinx(tmp_path / "out-src", tmp_path / "out")
    assert (folder / "thesis.txt").is_file()


def test_a_page_that_is_made_twice_is_an_error() -> None:
    """One of them would be lost in silence."""
    tree = Tree(pages={"a.md": "x"})
    with pytest.raises(ValueError, match=r"made twice: a\.md"):
        tree.add({"a.md": "y"})
