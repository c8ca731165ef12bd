"""`tickets init` as a person calls it: what is written, printed, refused and asked."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.agreement.cases import read_cases
from cli.contracts import check
from cli.init import command
from cli.tests.terminal import TICKETS, Terminal
from contracts.compiler.catalogue import Catalogue

EVENTS = "".join(
    json.dumps({"order_id": f"O-{number % 7}", "id": number, "at": "2026-01-05T08:30:00Z", "state": "new"}) + "\n"
    for number in range(40)
)


def init(folder: Path, *words: str, text: str = EVENTS) -> Result:
    """The command with samples on standard input and a folder of contracts."""
    return CliRunner().invoke(command, ["orders", "--contracts", str(folder), *words], input=text)


def test_samples_become_a_contract_that_lint_accepts(tmp_path: Path) -> None:
    """At its place in the folder of contracts; an owner that was given stands in it."""
    done = init(tmp_path, "--from", "-", "--owner", "shop")
    assert done.exit_code == 0, done.output
    problems, judged = check(Catalogue(tmp_path), (tmp_path / "orders" / "v1.odcs.yaml",))
    assert problems == []
    assert (judged[0].event_id, judged[0].event_time, judged[0].owner) == ("id", "at", "shop")
    assert "Accepts   all 40 events" in done.output


SPOKEN = [
    {"Event ID": number, "order, id": f"O-{number % 7}", "at (UTC)": "2026-01-05T08:30:00Z", "to: ship {x}": {"a b": 1}}
    for number in range(40)
]


def test_names_as_people_write_them_stay(tmp_path: Path) -> None:
    """With spaces, commas, braces: quoted in the YAML, as fields, as the topic's parts, and as what lint reads."""
    done = init(tmp_path, "--from", "-", "--owner", "shop", "--json", text="".join(map(_line, SPOKEN)))
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["left_out"], said["event_id"], said["key"]) == ([], "Event ID", "order, id")
    problems, judged = check(Catalogue(tmp_path), (tmp_path / "orders" / "v1.odcs.yaml",))
    assert problems == []
    assert [row.path for row in judged[0].walk()] == [*SPOKEN[0], "to: ship {x}.a b"]
    assert judged[0].event_time == "at (UTC)"


def _line(event: Any) -> str:
    return json.dumps(event) + "\n"


def test_a_contract_is_never_overwritten(tmp_path: Path) -> None:
    """Wrong use, with what to do instead; --out, which says another place, is held to the same."""
    for words in ((), ("--out", str(tmp_path / "draft.yaml"))):
        assert init(tmp_path, "--from", "-", *words).exit_code == 0
        again = init(tmp_path, "--from", "-", *words, text='{"other": 1}\n')
        assert again.exit_code == 2
        assert "v2.odcs.yaml" in again.output
        assert "--out" in again.output
    assert "other" not in (tmp_path / "orders" / "v1.odcs.yaml").read_text("utf-8")


def test_a_dry_run_prints_the_yaml_and_writes_nothing(tmp_path: Path) -> None:
    """The text on standard output is what would have been written."""
    dry = init(tmp_path, "--from", "-", "--dry-run")
    assert dry.exit_code == 0
    assert list(tmp_path.iterdir()) == []
    init(tmp_path, "--from", "-")
    assert dry.stdout == (tmp_path / "orders" / "v1.odcs.yaml").read_text("utf-8")


def test_cases_are_drafted_beside_the_contract(tmp_path: Path) -> None:
    """As many as are told; where a file of cases is there already, it is left as it is, and that is said."""
    said = json.loads(init(tmp_path, "--from", "-", "--json").stdout)["cases"]
    file = tmp_path / "orders" / "v1.cases.yaml"
    assert (said["file"], said["untouched"], said["why_none"]) == (str(file), [], None)
    contract = Catalogue(tmp_path).get("orders")
    assert len(read_cases(contract, file)) == said["accepted"] + said["refused"]
    assert said["refused"] > len(contract.fields)
    file.write_text("mine", "utf-8")
    (tmp_path / "orders" / "v1.odcs.yaml").unlink()
    done = init(tmp_path, "--from", "-")
    assert f"none in {file}: it is there, and is left as it is" in done.output
    assert file.read_text("utf-8") == "mine"


def test_an_incomplete_draft_has_no_cases(tmp_path: Path) -> None:
    """A topic without an event id describes no records yet."""
    done = init(tmp_path, "--from", "-", text='{"ok": true}\n')
    assert "Cases     none" in done.output
    assert [file.name for file in (tmp_path / "orders").iterdir()] == ["v1.odcs.yaml"]


def test_a_draft_at_another_place_has_its_cases_there(tmp_path: Path) -> None:
    """Beside it, and never in its place."""
    assert init(tmp_path, "--from", "-", "--out", str(tmp_path / "draft.yaml")).exit_code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["draft.cases.yaml", "draft.yaml"]


def test_lines_that_are_no_events_are_named(tmp_path: Path) -> None:
    """By their number, with what is wrong; the rest is drafted, and the exit code says that not all was read."""
    done = init(tmp_path, "--from", "-", "--json", text=EVENTS + '{"a":\n\n[1]\n{"id": 1, "id": 2}\n')
    assert done.exit_code == 1
    bad = json.loads(done.stdout)["bad_lines"]
    assert [row["line"] for row in bad] == [41, 42, 43, 44]
    assert [row["reason"].split(":")[0] for row in bad][::3] == ["json", "duplicate_key"]
    assert (tmp_path / "orders" / "v1.odcs.yaml").exists()


def test_more_events_than_the_limit_are_said(tmp_path: Path) -> None:
    """So that nobody takes a draft of the first ten for one of all."""
    said = json.loads(init(tmp_path, "--from", "-", "--limit", "10", "--json").stdout)
    assert (said["events"], said["more_events"]) == (10, True)


def test_rows_that_are_no_events_do_not_count_for_the_limit(tmp_path: Path) -> None:
    """Of a CSV file too, what goes on is said to go on."""
    rows = "".join(f"{number},2026-01-05T08:30:00Z\n" for number in range(5))
    text = "id,at\nx\ny\n" + rows
    said = json.loads(
        init(tmp_path, "--from", "-", "--input-format", "csv", "--limit", "4", "--json", text=text).stdout
    )
    assert (said["events"], said["more_events"], len(said["bad_lines"])) == (4, True, 2)


def test_a_csv_is_read_by_its_header(tmp_path: Path) -> None:
    """Types are those of whole columns, and a row of another width is named."""
    text = "id;at;price;code\n1;2026-01-05T08:30:00Z;1.5;007\n2;2026-01-05T08:31:00Z;2;x\n3;y\n"
    done = init(tmp_path, "--from", "-", "--input-format", "csv", "--dry-run", "--json", text=text)
    said = json.loads(done.stdout)
    assert said["bad_lines"] == [{"line": 4, "reason": "cells: 2, and the header has 4"}]
    assert 'examples: ["007", x]' in said["yaml"]
    assert said["event_id"] == "id"


@pytest.mark.parametrize(
    ("words", "text", "code", "wanted"),
    [
        (["Orders-2"], EVENTS, 2, "Did you mean orders"),
        (["orders", "--from", "nowhere.jsonl"], EVENTS, 2, "nowhere.jsonl can't be read"),
        (["orders"], EVENTS, 2, "questions need a terminal"),
        (["orders", "--from", "-", "--dry-run", "--run"], EVENTS, 2, "--dry-run"),
        (["orders", "--from", "-", "--id", "nobody"], EVENTS, 2, "none of order_id, id, at, state"),
        (["orders", "--from", "-"], "[]\n", 1, "jq -c"),
        (["orders", "--from", "-", "--input-format", "csv"], "a,a\n", 2, "twice"),
        (["orders", "--from", "-"], '{"ok": true}\n', 1, "to do: eventTime"),
    ],
)
def test_what_can_not_be_done_is_said(words: list[str], text: str, code: int, wanted: str, tmp_path: Path) -> None:
    """2 for wrong use, 1 for samples of which no whole draft can be made."""
    done = CliRunner().invoke(command, [*words, "--contracts", str(tmp_path)], input=text)
    assert done.exit_code == code, done.output
    assert wanted in done.output


def test_questions_on_a_terminal_make_a_contract(tmp_path: Path) -> None:
    """Name, type by number, whether it is always there, an example; one that is no such value is asked for again."""
    answers = [
        ("Field", "event_id"), ("Type", "1"), ("every event", "y"), ("Example", "0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11"),
        ("Field", "at"), ("Type", "5"), ("every event", "y"), ("Example", "soon"), ("Example", "2026-01-05 08:30:00"),
        ("Field", "note"), ("Type", "1"), ("every event", "n"), ("Example", ""),
        ("Field", ""), ("end to end", "n"),
    ]  # fmt: skip
    with Terminal("init", "orders", "--contracts", tmp_path) as terminal:
        for question, answer in answers:
            terminal.until(question)
            terminal.press(answer + "\n")
        assert terminal.end() == 0
    assert "'soon' is no timestamp" in terminal.said
    contract = Catalogue(tmp_path).get("orders")
    assert [(row.name, row.type, row.required) for row in contract.fields] == [
        ("event_id", "string", True),
        ("at", "timestamp", True),
        ("note", "string", False),
    ]
    assert (contract.event_id, contract.event_time) == ("event_id", "at")
    assert contract.field("event_id").clause("format") is not None


@pytest.mark.jvm
def test_a_draft_runs_end_to_end(tmp_path: Path) -> None:
    """Samples and generated events through broker, Spark, export and audit: every one is accepted."""
    done = init(tmp_path, "--from", "-", "--run", "--json", "--data", str(tmp_path / "data"))
    assert done.exit_code == 0, done.output
    run = json.loads(done.stdout)["run"]
    assert run["outcomes"] == {"accepted": 1_040}
    assert run["export"] == {"orders": 1_040}
    assert run["audit"] == {"ok": True, "offsets": 1_040}


def test_a_trial_goes_nowhere_that_others_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker at an address, and no bucket that the environment names."""
    monkeypatch.setenv("TICKETS_BROKER", "127.0.0.1:1")
    monkeypatch.setenv("TICKETS_TABLES", "s3://tables/ours")
    done = init(tmp_path, "--from", "-", "--run", "--data", str(tmp_path / "data"))
    assert "TICKETS_TABLES names a place that others read" in done.output
    assert not (tmp_path / "data").exists()
    assert init(tmp_path / "x", "--from", "-", "--broker", "127.0.0.1:9092").exit_code == 2


def test_without_java_a_draft_is_run_as_far_as_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Payloads are judged, nothing is sent, and it is said why."""
    from runtime import java
    from runtime.errors import MachineError

    def none() -> None:
        raise MachineError("there is no Java", "Install one.")

    monkeypatch.setattr(java, "find_java", none)
    done = init(tmp_path, "--from", "-", "--run", "--data", str(tmp_path / "data"))
    assert done.exit_code == 0, done.output
    assert "200 generated, 0 of them refused" in done.output
    assert "there is no Java" in done.output
    assert not (tmp_path / "data").exists()


DOC = (Path(__file__).parents[3] / "docs" / "new-topic.md").read_text("utf-8")


GUIDED = "".join(
    json.dumps(
        {"order_id": f"ORD-{number:06d}", "status": ("new", "paid", "sent")[number % 3], "at": "2026-01-05T08:30:00Z"}
    )
    + "\n"
    for number in range(200)
)


def test_the_guide_shows_what_is_written(tmp_path: Path) -> None:
    """Each line of its YAML stands so in a draft of such events, and in its cases."""
    assert init(tmp_path, "--from", "-", text=GUIDED).exit_code == 0
    blocks = [block.split("```")[0].splitlines() for block in DOC.split("```yaml\n")[1:]]
    for block, name in zip(blocks, ("v1.odcs.yaml", "v1.cases.yaml"), strict=True):
        written = (tmp_path / "orders" / name).read_text("utf-8").splitlines()
        assert len(block) > 5
        assert [line for line in block if line not in written] == []


def test_the_guides_commands_work(tmp_path: Path) -> None:
    """Those that need no Java and no person, as written there."""
    (tmp_path / "orders.jsonl").write_text(EVENTS, "utf-8")
    commands = [line.split("#")[0].split() for line in DOC.split("```\n")[1].splitlines()]
    tried = [words for words in commands if "--dry-run" in words]
    assert len(tried) == 1
    done = subprocess.run([TICKETS, *tried[0][1:]], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "# guess: " in done.stdout
