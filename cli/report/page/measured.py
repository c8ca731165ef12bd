"""KPIs, delay and throughput to blocks of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.report.opened import Missing
from cli.report.page import charts, words
from cli.report.page.blocks import Block, Chart, Gap, Pairs, Table, Text, numbers
from cli.report.page.proven import sums
from cli.report.sections.batches import Batches
from cli.report.sections.delay import Delay
from cli.report.sections.kpis import ENOUGH, Group, Kpis

MOST_ROWS = 500
NULLS = (
    "A dash is null: no resolved ticket of the group has an accepted `opened` event, so no hours; or none was "
    f"marked, so there is no mean. Groups of fewer than {ENOUGH} tickets with hours say 'few': there a p95 is close to "
    "the largest value, and one ticket more moves the share by points."
)


def kpis(found: Kpis | Missing) -> Iterator[Block]:
    """What came in and went out, how long it took, how good it was."""
    if isinstance(found, Missing):
        yield Gap(found)
        return
    yield _summary(found)
    yield from _over_time(found)
    for by, groups in (("priority", found.by_priority), ("team", found.by_team)):
        if any(one.timed for one in groups):
            table = _groups(f"Resolved tickets by {by}", by, groups)
            yield Chart(f"Past target by {by}", charts.past_target(groups, by), table)
        else:
            yield Text(f"No resolved ticket has hours yet, so none is past its target by {by}.", "note")
    if found.whole.marks:
        rows = [(str(mark), words.count(count)) for mark, count in found.by_mark.items()]
        yield Chart("Satisfaction", charts.marks(found), numbers("Tickets by mark", ("mark", "tickets"), rows))
    else:
        yield Text("No ticket was marked yet, so there is no satisfaction.", "note")
    yield Text(NULLS, "note")
    yield from sums(found.sums, "The KPI table held against the tickets")


def _summary(found: Kpis) -> Pairs:
    whole = found.whole
    return Pairs(
        (
            ("opened", words.count(found.opened)),
            ("resolved", f"{words.count(whole.resolved)}, {words.count(whole.timed)} of them with hours to resolve"),
            ("time to resolve", f"p50 {words.hours(whole.p50_hours)}, p95 {words.hours(whole.p95_hours)}{_few(whole)}"),
            ("past target", f"{words.share(whole.share_past_target)} ({words.count(whole.past_target)})"),
            ("open at the end", words.count(found.moments[-1].backlog)),
            ("satisfaction", _satisfaction(found.whole)),
        )
    )


def _few(group: Group) -> str:
    return "" if group.enough else f" (few: {group.timed})"


def _satisfaction(whole: Group) -> str:
    marks = (
        f"{words.count(whole.satisfaction, 2)} of 5, {words.count(whole.marks)} marks" if whole.marks else "no marks"
    )
    return f"{marks}; {words.count(whole.unmarked)} closed without one"


def _over_time(found: Kpis) -> Iterator[Block]:
    rows = [
        (words.moment(one.start)[:16], *map(words.count, (one.opened, one.resolved, one.backlog)))
        for one in found.moments[-MOST_ROWS:]
    ]
    if len(found.moments) < 2:
        yield Text(f"All events are of one {found.unit}: too little for a line over time.", "note")
        return
    head = (f"{found.unit} from, UTC", "opened", "resolved", "open at its end")
    cut = f", the last {MOST_ROWS}" if len(found.moments) > MOST_ROWS else ""
    table = numbers(f"Tickets by {found.unit}{cut}", head, rows)
    yield Chart(f"Opened and resolved by {found.unit}, and the backlog", charts.over_time(found), table)


def _groups(caption: str, by: str, groups: Sequence[Group]) -> Table:
    head = (by, "resolved", "with hours", "past target", "p50", "p95", "marks", "satisfaction")
    rows = [
        (
            one.name + ("" if one.enough else " (few)"),
            words.count(one.resolved),
            words.count(one.timed),
            words.share(one.share_past_target),
            words.hours(one.p50_hours),
            words.hours(one.p95_hours),
            words.count(one.marks),
            words.count(one.satisfaction, 2),
        )
        for one in groups
    ]
    return Table(caption, head, rows, frozenset(range(1, len(head))), wide=True, folded=False)


def delay(found: Delay | Missing) -> Iterator[Block]:
    """Percentiles, late and early ones, and the distribution."""
    if isinstance(found, Missing):
        yield Gap(found)
        return
    yield Pairs(
        (
            ("accepted events", words.count(found.events)),
            ("p50, p95, p99", ", ".join(words.span(value) for value in (found.p50, found.p95, found.p99))),
            ("least and most", f"{words.span(found.least)}, {words.span(found.most)}"),
            (f"late (over {words.bound(found.late_after)})", _counted(found.late, found.events)),
            (f"early (over {words.bound(found.early_after)})", _counted(found.early, found.events)),
        )
    )
    rows = [
        (words.between(one.above, one.below), words.count(one.events), words.share(one.events / found.events))
        for one in found.classes
    ]
    table = numbers("Accepted events by delay", ("delay", "events", "share"), rows)
    yield Chart("Distribution", charts.delays(found), table)
    yield Text("Late and early events are kept, flagged, and counted in the hour they happened in.", "note")


def _counted(count: int, of: int) -> str:
    return f"{words.count(count)} ({words.share(count / of)})"


def batches(found: Batches | Missing) -> Iterator[Block]:
    """Rows and seconds of each batch."""
    if isinstance(found, Missing):
        yield Gap(found)
        return
    if not found.batches:
        yield Text("The ledger's log tells of no batch.", "note")
        return
    waits = f"median {words.span(found.median_seconds)}, most {words.span(found.most_seconds)}"
    counts = (("batches", words.count(len(found.batches))), ("median rows", words.count(found.median_rows)))
    yield Pairs((*counts, ("between commits", waits)))
    if len(found.batches) > 1:
        yield Chart("Rows and seconds by batch", charts.batches(found), _batches(found))
    else:
        yield Text("There is one batch, and its seconds hold the start of Spark: too little to tell a rate.", "note")
        yield _batches(found)
    if found.unknown:
        yield Text(f"{words.count(found.unknown)} more batches are in the ledger, but no longer in its log.", "note")
    if found.others:
        others = [(words.count(one.version), words.moment(one.committed_at), one.what) for one in found.others]
        head = ("ledger version", "committed, UTC", "what changed")
        yield Table("Commits without a batch", head, others, frozenset({0}), wide=False, folded=False)


def _batches(found: Batches) -> Table:
    head = ("batch", "ledger version", "committed, UTC", "rows", "since the last", "rows a second")
    rows = [
        (
            one.batch,
            one.version,
            words.moment(one.committed_at),
            words.count(one.rows),
            words.span(one.seconds),
            words.count(one.rate),
        )
        for one in found.batches[-charts.MOST_BATCHES :]
    ]
    return Table("Batches", head, rows, frozenset({1, 3, 4, 5}), wide=True, folded=len(found.batches) > 1)
