"""What docs/bi.md and the notebook say about an export, executed on a made one."""

import ast
import importlib.util
import re
from typing import Any

import duckdb
import pytest
import vl_convert

from contracts.compiler.catalogue import HOME
from exports.tests import made_export
from exports.tests.lab import Lab, stored
from exports.views import build

ROOT = HOME.parent
PAGE = (ROOT / "docs" / "bi.md").read_text("utf-8")
QUESTIONS = re.findall(r"\*\*(.+?)\*\*[^`]*?\n```sql\n(.*?)```", PAGE, re.DOTALL)
NOTEBOOK = ROOT / "examples" / "notebooks" / "kpis.py"
MOST_LINES = 20


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A made export, open for reading."""
    with duckdb.connect(made_export.made(tmp_path_factory.mktemp("bi")), read_only=True) as opened:
        yield opened


def test_there_are_ten_questions() -> None:
    """None is lost to a change of the page's form."""
    assert len(QUESTIONS) == PAGE.count("```sql") == 10


@pytest.mark.parametrize(("question", "query"), QUESTIONS, ids=[question[:30] for question, _ in QUESTIONS])
def test_each_question_has_an_answer(database: Any, question: str, query: str) -> None:
    """Each query gives rows, of views alone, and no column of them is null throughout."""
    rows = database.execute(query).fetchall()
    assert rows, question
    assert all(any(value is not None for value in column) for column in zip(*rows, strict=True)), rows
    assert "main." not in query


def test_the_page_names_every_view_of_its_own(database: Any) -> None:
    """The views of SQL files are all in the page's table, and no other name stands there as one."""
    own = {name for file in build.HOME.glob("*.sql") for name in re.findall(r"CREATE VIEW bi\.(\w+)", file.read_text())}
    table = PAGE[PAGE.index("## What is in") : PAGE.index("- **What is left out.**")]
    named = {name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.partition(" | ")[0])}
    assert named == own
    assert all(database.execute(f"SELECT 1 FROM bi.{name}").fetchone() for name in own)  # noqa: S608 - our own names


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the notebook makes of a published export, run as a program: no browser, no server."""
    lab = Lab(tmp_path_factory.mktemp("notebook"))
    rows = made_export.lives(60)
    version = lab.tickets(*rows)
    kpis = stored(lab.folder.get("ticket_kpis"), [*made_export.kpis(rows)])
    lab.derived("client_tickets", "ticket_kpis", kpis, version)
    lab.export(formats=("duckdb",))
    spec = importlib.util.spec_from_file_location("kpis_notebook", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TICKETS_DATA", str(lab.workspace.root))
        _, made = module.app.run()
    return dict(made)


def test_the_notebook_shows_the_exports_numbers(charts: dict[str, Any]) -> None:
    """Its charts hold the numbers of the views, and can be drawn."""
    export = charts["export"]
    last = "SELECT sum(open_tickets)::INT FROM bi.backlog_by_hour GROUP BY utc_hour ORDER BY utc_hour DESC"
    drawn = charts["backlog"].data
    newest = drawn.filter(drawn["utc_hour"] == drawn["utc_hour"].max())
    assert newest["tickets"].sum() == export.execute(last).fetchone()[0] > 0
    assert 0 < charts["past"].data["share"].drop_nulls().max() <= 1
    for name in ("backlog", "took", "past"):
        assert "<svg" in vl_convert.vegalite_to_svg(charts[name].to_dict())


def test_the_notebook_is_short() -> None:
    """Its cells have fewer than twenty lines of code; what marimo writes around them aside."""
    tree = ast.parse(NOTEBOOK.read_text("utf-8"))
    cells = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    code = [
        line for cell in cells for line in cell.body if not isinstance(line, ast.Return | ast.Import | ast.ImportFrom)
    ]
    lines = sum((line.end_lineno or 0) - line.lineno + 1 for line in code)
    assert 0 < lines < MOST_LINES
    assert len(cells) > 3
