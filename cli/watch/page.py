"""Facts to a page of a terminal's width and height. Narrow ones are folded, never cut; low ones list fewer refusals."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from cli.refusals import printable
from cli.watch.facts import Facts, Job, Refused
from runtime.standing import Standing

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

WIDE, SIDE_BY_SIDE = 110, 2
LEAST_REFUSALS, OTHER_LINES = 3, 9  # of what is not counted: head, titles, export, audit, keys
WORST, UNITS = 4, 2  # partitions shown, and units of a duration
SIZES = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
KEYS = "q quits"


def page(facts: Facts, width: int, height: int) -> "RenderableType":
    """The whole page; side by side where the terminal is wide."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    records, beside = _records(facts), [*_lag(facts), *_batches(facts)]
    heights = (records.row_count + 1, len(beside))
    middle = Table.grid(padding=(0, 4))
    for row in [(records, Group(*beside))] if width >= WIDE else [(records,), (Group(*beside),)]:
        middle.add_row(*row)
    taken = OTHER_LINES + (max(heights) if width >= WIDE else sum(heights))
    taken += sum(ceil(len(note) / width) for note in facts.notes)
    rows = max(LEAST_REFUSALS, height - taken)
    notes = [Text(printable(note), style="yellow") for note in facts.notes]
    return Group(_head(facts), *notes, middle, *_refused(facts, rows, width), *_stands(facts), Text(KEYS, style="dim"))


def _head(facts: Facts) -> "RenderableType":
    from rich.text import Text

    head = Text(facts.contract, style="bold")
    if facts.job is None:
        return head.append("  no job", style="bold red").append(f"  {_clock(facts.at)}")
    head.append("  running ", style="bold green").append(span(facts.at - facts.job.started_at))
    return head.append(f"  metrics {facts.asked}  {_clock(facts.at)}")


def _plain(*columns: str) -> "Table":
    """A table without lines whose cells fold; the first column is text, the others are numbers."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(columns), header_style="dim")
    for place, name in enumerate(columns):
        made.add_column(name, justify="left" if place == 0 else "right", overflow="fold")
    return made


def _records(facts: Facts) -> "Table":
    """By outcome: what the job did since its start, or what the tables hold where none runs."""
    if facts.job is None:
        made = _plain("in the tables", "records")
        if facts.stored is None:
            made.add_row("nothing yet", "0")
            return made
        made.add_row("all", f"{facts.stored.records:,}")
        made.add_row("accepted", f"{facts.stored.records - facts.stored.not_accepted:,}")
        made.add_row("not accepted", f"{facts.stored.not_accepted:,}")
        return made
    rates = facts.rates
    made = _plain("since its start", "records", f"per s, last {rates.seconds:.0f} s" if rates else "per s")
    for outcome, count in facts.job.records.items():
        if count or outcome in ("accepted", "rejected"):
            speed = f"{rates.records.get(outcome, 0):,.1f}" if rates else "..."
            made.add_row(outcome, f"{count:,}", speed)
    return made


def _lag(facts: Facts) -> "Iterator[RenderableType]":
    from rich.text import Text

    if facts.job is None:
        return
    if not facts.job.broker_up:
        yield Text("broker does not answer", style="bold red")
        return
    total = sum(one.offsets for one in facts.job.behind.values())
    ages = [one.oldest_age_s for one in facts.job.behind.values() if one.oldest_age_s is not None]
    oldest = f", oldest unread {span(timedelta(seconds=max(ages)))}" if total and ages else ""
    yield Text(f"behind {total:,} offsets{oldest}", style="yellow" if total else "green")
    yield from _partitions(facts)


def _partitions(facts: Facts) -> "Iterator[RenderableType]":
    """One line of the partitions that are most behind."""
    from rich.text import Text

    behind = facts.job.behind.items() if facts.job else ()
    worst = sorted(((one.offsets, number) for number, one in behind if one.offsets), reverse=True)
    if worst and len(behind) >= SIDE_BY_SIDE:
        said = ", ".join(f"{number}: {offsets:,}" for offsets, number in worst[:WORST])
        more = f" and {len(worst) - WORST} more" if len(worst) > WORST else ""
        yield Text(f"  by partition {said}{more}")


def _batches(facts: Facts) -> "Iterator[RenderableType]":
    from rich.text import Text

    if (job := facts.job) is None:
        return
    if not job.batches:
        yield Text("no batch yet")
        return
    recent = facts.rates.batch_seconds if facts.rates else None
    now = f"{recent:.2f} s lately, " if recent is not None else ""
    count = f"{job.batches:,} batch{'es' * (job.batches != 1)}"
    yield Text(f"batch {now}{job.batch_seconds / job.batches:.2f} s on average, {count}")
    last = f", last {_ago(facts.at, job.last_batch_at)}" if job.last_batch_at else ""
    yield Text(f"ledger version {job.ledger_version}{last}")
    yield from _share(job)


def _share(job: Job) -> "Iterator[RenderableType]":
    from rich.text import Text

    if job.rejected_share is not None:
        limit = f", alert above {job.rejected_limit:.0%}" if job.rejected_limit is not None else ""
        high = job.rejected_limit is not None and job.rejected_share > job.rejected_limit
        yield Text(f"rejected lately {job.rejected_share:.1%}{limit}", style="bold red" if high else "")


def _refused(facts: Facts, rows: int, width: int) -> "Iterator[RenderableType]":
    """Why records were not accepted, the newest first; from the ledger, so of all runs."""
    from rich.text import Text

    if facts.stored is None:
        yield Text("\nno ledger in this workspace yet", style="dim")
        return
    total = facts.stored
    yield Text(f"\nnot accepted {total.not_accepted:,} of {total.records:,} in the ledger, newest first")
    if not total.refused:
        return
    made = _plain("clause or outcome", "records", "ago", "newest")
    for row in total.refused[:rows]:  # as Text: a string would be read as markup, which [] in a clause is not
        made.add_row(*map(Text, _refusal(facts, row, UNITS if width >= WIDE else 1)))
    yield made
    if len(total.refused) > rows:
        yield Text(f"and {len(total.refused) - rows} more: tickets quarantine stats {facts.contract}", style="dim")


def _refusal(facts: Facts, row: Refused, units: int) -> tuple[str, ...]:
    return printable(row.what), f"{row.records:,}", span(facts.at - row.last_seen, units), row.example


def _stands(facts: Facts) -> "Iterator[RenderableType]":
    from rich.text import Text

    for name, found in (("export", facts.export), ("audit", facts.audit)):
        said, style = _standing(facts.at, found)
        yield Text(f"{name:<7}").append(said, style=style)


def _standing(now: datetime, found: Standing | None) -> tuple[str, str]:
    if found is None:
        return "never ran here", "dim"
    if found.ok:
        return f"ok {_ago(now, found.at)}", "green"
    last = f", last ok {_ago(now, found.succeeded_at)}" if found.succeeded_at else ", never ok"
    return f"FAILED {_ago(now, found.at)}{last}", "bold red"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S} UTC"


def _ago(now: datetime, then: datetime | None) -> str:
    return "never" if then is None else f"{span(now - then)} ago"


def span(passed: timedelta, units: int = UNITS) -> str:
    """A duration in its largest units: `3 d 4 h`, `12 min 5 s`, `0 s`."""
    left, parts = max(0, int(passed.total_seconds())), list[str]()
    for unit, size in SIZES:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {unit}")
    return " ".join(part for part in parts[:units] if not part.startswith("0 ")) or "0 s"
