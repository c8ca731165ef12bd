"""The page as text, of made-up facts: what it says, and that no terminal cuts anything off."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from cli.watch.facts import Behind, Facts, Job, Rates, Refused, Stored, document
from cli.watch.page import page, span
from runtime.standing import Standing

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LONG_CLAUSE = "client_tickets.v2/attachments[].media_type/required"
JOB = Job(
    address="127.0.0.1:9464",
    started_at=NOW - timedelta(hours=3, minutes=7),
    records={"accepted": 1_234_567, "rejected": 37_000, "duplicate": 12_345, "conflict": 0},
    refusals={LONG_CLAUSE: 37_000},
    behind={0: Behind(12, 3.0, 4.0), 1: Behind(0, 0.0, 0.0), 2: Behind(1_000_345, 3_600.0, 7_300.0)},
    broker_up=True,
    batches=2_160,
    batch_seconds=4_320.0,
    last_batch_at=NOW - timedelta(seconds=4),
    ledger_version=2_160,
    rejected_share=0.31,
    rejected_limit=0.2,
)
FACTS = Facts(
    contract="client_tickets",
    at=NOW,
    asked="127.0.0.1:9464",
    job=JOB,
    rates=Rates(30.0, {"accepted": 1_812.25, "rejected": 56.5, "duplicate": 0.0}, 2.25),
    stored=Stored(
        2_160,
        2_345_678,
        61_234,
        tuple(Refused(LONG_CLAUSE, 7_000 + n, NOW - timedelta(hours=n), f"3:{n}0048576") for n in range(1, 31)),
    ),
    export=Standing(True, NOW - timedelta(minutes=12, seconds=5), NOW - timedelta(minutes=12, seconds=5)),
    audit=Standing(False, NOW - timedelta(minutes=2), NOW - timedelta(days=3, hours=4)),
    notes=(),
)
OUTCOMES = ("accepted", "rejected", "duplicate", "conflict", "tombstone", "erased")
BUSY = replace(
    FACTS,
    job=replace(
        JOB, records=dict.fromkeys(OUTCOMES, 1), behind={number: Behind(number + 1, 1.0, 1.0) for number in range(12)}
    ),
)
IDLE = replace(FACTS, job=None, rates=None, notes=("No job runs: nothing answers at 127.0.0.1:9464.",))


def text(facts: Facts, width: int, height: int = 40) -> str:
    """The page as a terminal of that size without colours shows it."""
    out = io.StringIO()
    Console(file=out, width=width, height=height, color_system=None).print(page(facts, width, height))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    "wanted",
    [
        "client_tickets  running 3 h 7 min  metrics 127.0.0.1:9464  12:00:00 UTC",
        "1,234,567",
        "1,812.2",
        "per s, last 30 s",
        "behind 1,000,357 offsets, oldest unread 2 h 1 min",
        "by partition 2: 1,000,345, 0: 12",
        "batch 2.25 s lately, 2.00 s on average, 2,160 batches",
        "ledger version 2160, last 4 s ago",
        "rejected lately 31.0%, alert above 20%",
        "not accepted 61,234 of 2,345,678 in the ledger",
        LONG_CLAUSE,
        "3:10048576",
        "export ok 12 min 5 s ago",
        "audit  FAILED 2 min ago, last ok 3 d 4 h ago",
        "q quits",
    ],
)
def test_all_that_is_known_stands_on_the_page(width: int, wanted: str) -> None:
    """At 80 columns and at 120, nothing shortened."""
    shown = text(FACTS, width)
    assert wanted in shown, shown
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("facts", [FACTS, BUSY, IDLE], ids=["job", "every outcome", "no job"])
def test_the_page_is_not_higher_than_the_terminal(facts: Facts, width: int) -> None:
    """Fewer refusals are listed, and it is said how many more there are."""
    low = text(facts, width, 24)
    assert len(low.rstrip("\n").splitlines()) <= 24, low
    assert "more: tickets quarantine stats client_tickets" in low


def test_a_very_narrow_terminal_folds_rather_than_cuts() -> None:
    """40 columns hold every letter of a clause, on several lines."""
    shown = text(FACTS, 40)
    assert "…" not in shown
    letters = "".join(line[:20].strip() for line in shown.splitlines())
    assert LONG_CLAUSE[:40] in letters.replace(" ", "") or "media_type" in letters


def test_without_a_job_the_tables_are_shown() -> None:
    """With the reason why no rates are."""
    shown = text(IDLE, 80)
    assert "no job" in shown
    assert "nothing answers at 127.0.0.1:9464" in shown
    assert "2,284,444" in shown  # accepted
    assert "per s" not in shown
    assert "behind" not in shown


def test_an_empty_workspace_is_no_error() -> None:
    """Before the first run there is nothing to show but that."""
    shown = text(replace(IDLE, stored=None, export=None, audit=None), 80)
    assert "no ledger in this workspace yet" in shown
    assert shown.count("never ran here") == 2


def test_a_broker_that_is_away_is_no_lag_of_zero() -> None:
    """What only it knows is not shown then."""
    shown = text(replace(FACTS, job=replace(JOB, broker_up=False, behind={})), 80)
    assert "broker does not answer" in shown
    assert "behind" not in shown


def test_texts_of_senders_do_not_steer_the_terminal() -> None:
    """An outcome or a clause is ours; printed as if it were not."""
    stored = Stored(1, 9, 1, (Refused("\x1b[2J[bold]x", 1, NOW, "0:1"),))
    shown = text(replace(FACTS, stored=stored), 80)
    assert "\x1b" not in shown
    assert "[bold]x" in shown


def test_the_document_says_the_same() -> None:
    """As plain JSON values."""
    made = document(FACTS)
    assert made["running"] is True
    assert made["job"]["offsets_behind"] == 1_000_357
    assert made["job"]["records_per_second"]["accepted"] == 1_812.25
    assert made["job"]["batch_seconds_mean"] == 2.0
    assert made["tables"]["refused"][0]["example"] == "3:10048576"
    assert made["audit"] == {
        "ok": False,
        "at": "2026-01-05T11:58:00.000+00:00",
        "succeeded_at": "2026-01-02T08:00:00.000+00:00",
    }
    assert document(IDLE)["job"] is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_725, "1 h 2 min"),
        (90_061, "1 d 1 h"),
        (86_400 + 60, "1 d"),
        (-5, "0 s"),
    ],
)
def test_spans_are_said_in_their_two_largest_units(seconds: int, said: str) -> None:
    """A clock that is behind ours makes none negative."""
    assert span(timedelta(seconds=seconds)) == said


def test_the_guide_names_every_member_of_the_document() -> None:
    """And no other, in docs/watch.md."""
    guide = (Path(__file__).parents[3] / "docs" / "watch.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)`", guide.split("| member |")[1]))
    made = document(FACTS)
    members = {*made, *made["job"], *made["tables"], *made["tables"]["refused"][0], *made["audit"]}
    assert named == members
