"""`tickets quarantine` as a person types it: tables that fit, texts that do no harm, a question before a loss."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from cli import discard, quarantine, records, refusals
from contracts.compiler.catalogue import HOME
from processing import discard as discarding
from processing import quarantine as refusing
from processing.errors import ProcessingError
from processing.tests.ledgers import AMOUNT, PRIORITY, ledger, row
from runtime.errors import MachineError
from runtime.lease import Lease

HARM = "\x1b[2J\x07\x9b31m\u202e\u2028\r\n\x7f\ud800 ok"
ROWS = (
    row("0:0", "accepted"),
    row("0:1", "rejected", PRIORITY, AMOUNT, producer=b"crm"),
    row("0:2", "rejected", PRIORITY, producer=b"\x1b]0;owned\x07"),
    row("0:3", "conflict", producer=b"crm", first_partition=0, first_offset=0),
    *(row(f"1:{offset}", "accepted") for offset in range(1200)),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A workspace with the rows as the ledger of client_tickets."""
    ledger(tmp_path / "tables" / "client_tickets", ROWS)
    return tmp_path


@pytest.fixture
def run(data: Path) -> Callable[..., Result]:
    """Run a subcommand of `tickets quarantine` there."""

    def run(name: str, *arguments: str) -> Result:
        words = [name, "client_tickets", *arguments, "--data", str(data)]
        return CliRunner().invoke(quarantine.command, words, standalone_mode=False)

    return run


def test_options_name_what_there_is() -> None:
    """Lists that stand here so that help needs no large library are those of the room that answers."""
    assert tuple(refusing.BY) == quarantine.GROUPINGS
    assert quarantine.OUTCOMES == refusing.OUTCOMES
    assert discard.DISCARDABLE == discarding.DISCARDABLE
    assert {"accepted", *quarantine.OUTCOMES} == set(refusals._NEXT)


def test_counts_are_a_table_that_fits_a_terminal(run: Callable[..., Result]) -> None:
    """Within 80 columns, clauses whole so that they can be copied."""
    assert run("stats").output == (
        "client_tickets: 3 of 1,204 records are not accepted (0.25 %)\n"
        "\n"
        "  records    share  clause\n"
        "        2   0.17 %  client_tickets.v2/priority/enum\n"
        "                    2026-01-05 08:01 to 2026-01-05 08:02, newest 0:2\n"
        "        1   0.08 %  client_tickets.v2/amount/minimum\n"
        "                    2026-01-05 08:01 to 2026-01-05 08:01, newest 0:1\n"
        "        1   0.08 %  conflict\n"
        "                    2026-01-05 08:03 to 2026-01-05 08:03, newest 0:3\n"
    )


def test_counts_within_counts_are_indented(run: Callable[..., Result]) -> None:
    """One producer after the other, each with its clauses; names are printed without what a terminal would obey."""
    lines = run("stats", "--by", "producer", "--by", "clause", "--by", "producer").output.splitlines()[2:]
    assert [line[20:] for line in lines if "newest" not in line] == [
        "producer / clause",
        "crm",
        "  client_tickets.v2/amount/minimum",
        "  client_tickets.v2/priority/enum",
        "  conflict",
        "\\u001b]0;owned\\u0007",
        "  client_tickets.v2/priority/enum",
    ]


def test_long_names_are_cut_to_the_terminal_only() -> None:
    """A file or pipe gets them whole."""
    seen = datetime(2026, 1, 5, tzinfo=UTC)
    groups = [refusing.Group(keys, 1, seen, seen, "0:1") for keys in ((), ("x" * 100,))]
    found = refusing.Counted(2, tuple(groups))
    assert max(map(len, refusals.table("c", ("producer",), found, 80).splitlines())) == 80
    assert "x" * 100 in refusals.table("c", ("producer",), found, None)


def test_counts_as_json(run: Callable[..., Result]) -> None:
    """One group per combination; shares are of all records."""
    found = json.loads(run("stats", "--by", "producer", "--by", "version", "--json").output)
    assert (found["records"], found["not_accepted"], found["by"]) == (1204, 3, ["producer", "version"])
    assert found["groups"][0] == {
        "producer": "crm",
        "version": "(not said)",
        "records": 2,
        "share": 2 / 1204,
        "first_seen": "2026-01-05T08:01:00+00:00",
        "last_seen": "2026-01-05T08:03:00+00:00",
        "example": "0:3",
    }


def test_nothing_refused_is_said(tmp_path: Path) -> None:
    """In words and as JSON."""
    ledger(tmp_path / "tables" / "client_tickets", ROWS[:1])
    for more, wanted in (((), "all 1 records are accepted"), (("--json",), '"groups": []')):
        words = ["stats", "client_tickets", "--data", str(tmp_path), *more]
        assert wanted in CliRunner().invoke(quarantine.command, words).output


@pytest.mark.parametrize("where", ["found", "reason", "header"])
def test_no_text_reaches_the_terminal_raw(where: str) -> None:
    """Escape sequences, line breaks, and what turns the reading direction are printed as escapes, in text and JSON."""
    violation = {"clause": "c", "path": "$", "wanted": "w", "found": HARM if where == "found" else "f"}
    said = {"at": datetime(2026, 1, 5, tzinfo=UTC), "by": "ada", "reason": HARM if where == "reason" else "r"}
    made: dict[str, Any] = {**row("0:1", "discarded"), "violations": [violation], "discarded": said}
    made |= {"first_offset": None, "first_partition": None, "producer": HARM if where == "header" else "p"}
    del made["raw_key"], made["raw_value"], made["raw_headers"]
    assert refusals.line(made).isprintable()
    assert refusals.document(made).isprintable()
    assert json.loads(refusals.document(made))["violations"] == [violation]
    assert refusals.printable(HARM).startswith("\\u001b[2J\\u0007\\u009b31m\\u202e\\u2028\\u000d\\u000a\\u007f\\ud800 ")
    assert refusals.printable("naïve 日本 😀") == "naïve 日本 😀"


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("accepted", "nothing to be done"),
        ("rejected", "`tickets quarantine replay c` .* `tickets quarantine discard c 0:1 --reason TEXT`"),
        ("duplicate", "accepted at 3:7"),
        ("conflict", "at 3:7.* `tickets quarantine discard c 0:1 --reason TEXT`"),
        ("tombstone", "nothing to be done"),
        ("discarded", "given up"),
        ("erased", "erased"),
    ],
)
def test_each_outcome_has_its_next_step(outcome: str, wanted: str) -> None:
    """Named with the command to type."""
    made = {**row("0:1", outcome), "first_partition": 3, "first_offset": 7, "expired_at": None}
    assert re.search(wanted, refusals.advice("c", made))
    expired = {**made, "expired_at": datetime(2026, 4, 6, tzinfo=UTC)}
    assert "expired on 2026-04-06" in refusals.advice("c", expired)


def test_a_reason_that_expired_is_its_clause_alone() -> None:
    """In a list of records."""
    gone = {"clause": PRIORITY, **dict.fromkeys(("path", "found", "wanted"), refusals.GONE)}
    made = {**row("0:1", "rejected"), "first_offset": None, "violations": [gone]}
    assert refusals.line(made).endswith(f"rejected   {PRIORITY} (expired)")


def test_one_record_is_json_on_stdout_and_advice_on_stderr(run: Callable[..., Result]) -> None:
    """So that programs read the one and people both."""
    done = run("show", "0:1")
    assert json.loads(done.stdout)["violations"][0]["clause"] == PRIORITY
    assert "tickets quarantine discard client_tickets 0:1" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["0:1"], "Missing option '--reason'"),
        (["0:1", "--reason", " "], "say why, in one line"),
        (["0:1", "--reason", "a\nb"], "say why, in one line"),
        (["0:1", "--reason", "x" * 501], "at most 500"),
        (["--reason", "r"], "Say which"),
        (["0:1", "--clause", PRIORITY, "--reason", "r"], "Say which"),
        (["0:1", "--reason", "r"], "Nobody is there to be asked"),
        (["0-1", "--reason", "r"], "is not PARTITION:OFFSET"),
        (["--outcome", "accepted", "--reason", "r"], "is not one of"),
        (["--since", "soon", "--reason", "r"], "is no moment"),
    ],
)
def test_a_discard_says_which_and_why(run: Callable[..., Result], arguments: list[str], wanted: str) -> None:
    """Else it is wrong use, and nothing happens."""
    done = run("discard", *arguments)
    assert isinstance(done.exception, click.UsageError)
    assert wanted in done.exception.format_message()
    assert outcomes(run) == {"rejected": 2, "conflict": 1}


def outcomes(run: Callable[..., Result]) -> dict[str, int]:
    """Records in the quarantine by outcome."""
    found = [row["outcome"] for row in json.loads(run("list", "--json").output)]
    return {outcome: found.count(outcome) for outcome in dict.fromkeys(sorted(found, reverse=True))}


def test_a_discard_is_said_counted_and_shown(run: Callable[..., Result], data: Path) -> None:
    """How many, what is to be run next, a line in the log; then each record with reason and person. The second time
    finds nothing to do.
    """
    done = run("discard", "--producer", "crm", "--reason", " sent twice ", "--yes")
    assert done.stdout == (
        "client_tickets: 2 records (1 conflict, 1 rejected) discarded\n"
        "Run `tickets process client_tickets --once` before the next export.\n"
    )
    for word in ("discarded", "by=", "sent twice", "records=2"):
        assert word in done.stderr
    shown = run("list", "--outcome", "discarded").output
    assert len(re.findall(r"discarded  \d{4}-\d\d-\d\d \d\d:\d\d by \S+: sent twice; ", shown)) == 2
    again = json.loads(run("discard", "0:1", "0:3", "--reason", "r", "--yes", "--json").stdout)
    assert again == {
        "contract": "client_tickets",
        "records": 0,
        "outcomes": {},
        "already_discarded": 2,
        "dry_run": False,
    }


def test_a_dry_run_changes_nothing_and_needs_no_lease(run: Callable[..., Result], data: Path) -> None:
    """It may be asked beside a running job; the real thing may not."""
    with Lease.acquire(data / "tables/client_tickets/.lease", "process"):
        assert run("discard", "0:1", "--reason", "r", "--dry-run").stdout == (
            "client_tickets: 1 record (1 rejected) would be discarded\n"
        )
        assert isinstance(run("discard", "0:1", "--reason", "r", "--yes").exception, MachineError)
    assert outcomes(run) == {"rejected": 2, "conflict": 1}


@pytest.mark.parametrize(("answer", "wanted"), [("n", {"rejected": 2, "conflict": 1}), ("y", {"rejected": 2})])
def test_a_person_is_asked_first(
    data: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, answer: str, wanted: dict[str, int]
) -> None:
    """With the number of records; no is the default and changes nothing."""
    monkeypatch.setattr(discard, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    words = ["discard", "client_tickets", "0:3", "--reason", "r", "--data", str(data)]
    done = CliRunner().invoke(quarantine.command, words, input=f"{answer}\n")
    assert "Discard 1 record of client_tickets for good? [y/N]" in done.stderr
    left = outcomes(run)
    left.pop("discarded", None)
    assert left == wanted


def test_an_accepted_record_is_not_discarded(run: Callable[..., Result]) -> None:
    """It is named."""
    done = run("discard", "0:0", "--reason", "r", "--yes")
    assert isinstance(done.exception, ProcessingError)
    assert "0:0 is accepted" in done.exception.what


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("3d", timedelta(days=3)),
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
        ("2026-01-05T09:30:00+01:00", datetime(2026, 1, 5, 8, 30, tzinfo=UTC)),
    ],
)
def test_since_is_how_long_ago_or_a_moment(text: str, wanted: Any) -> None:
    """In UTC."""
    found = records.Since().convert(text, None, None)
    when = datetime.now(UTC) - wanted if isinstance(wanted, timedelta) else wanted
    assert abs(found - when) < timedelta(seconds=10)
    assert found.utcoffset() == timedelta(0)


def test_the_producers_header_is_the_contracts(tmp_path: Path) -> None:
    """Whatever it is called there; the usual one where there is no such contract."""
    text = (HOME / "client_tickets/v2.odcs.yaml").read_text("utf-8")
    (tmp_path / "client_tickets").mkdir()
    (tmp_path / "client_tickets/v2.odcs.yaml").write_text(text.replace("{name: producer, from", "{name: sent_by, from"))
    assert records.header("client_tickets.v2", tmp_path) == "sent_by"
    assert records.header("client_tickets", None) == "producer"
    assert records.header("nobody", tmp_path) == "producer"
