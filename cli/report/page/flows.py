"""Conservation to stops and bands: what of each stage went where, and in red what did not arrive."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from cli.report import themed
from cli.report.acknowledged import Acknowledged
from cli.report.page import words
from cli.report.page.sankey import BAD, GOOD, OTHER, PLAIN, WRONG, Band, Stop, drawn
from cli.report.sections.flow import Flow

_COLOURS = {"accepted": GOOD, "rejected": BAD}
_SENT, _READ, _OUTCOME, _TABLE, _EXPORTED = range(5)


def picture(flow: Flow) -> Markup:
    """In both widths, with the numbers as text for those who don't see it."""
    stops, bands = stages(flow)
    said = ", ".join(f"{words.count(count)} {name}" for name, count in flow.outcomes.items())
    describes = f"{words.count(flow.records)} records read, of which {said}. The tables below hold every number."
    return themed.both(lambda name, _: drawn(stops, bands, name), "Where each record went", describes)


def stages(flow: Flow) -> tuple[list[Stop], list[Band]]:
    """Only bands with a record, and the stops that are known."""
    parts = [*_sent(flow), *_outcomes(flow), *_kept(flow), *_published(flow)]
    bands = [part for part in parts if isinstance(part, Band) and part.count > 0]
    return [part for part in parts if isinstance(part, Stop)], bands


def _sent(flow: Flow) -> Iterator[Stop | Band]:
    found = flow.acknowledged
    if isinstance(found, Acknowledged):
        absent = max(0, found.records - flow.records) if found.absent is None else found.absent
        arrived = found.records - absent
        yield Stop("sent", _SENT, "acknowledged", found.records, PLAIN)
        if flow.records > arrived:
            yield Stop("others", _SENT, "others", flow.records - arrived, OTHER)
        if absent:
            yield Stop("absent", _OUTCOME, "not in ledger", absent, WRONG)
        yield from (Band("sent", "read", arrived), Band("others", "read", flow.records - arrived))
        yield Band("sent", "absent", absent)
    yield Stop("read", _READ, "read", flow.records, PLAIN)


def _outcomes(flow: Flow) -> Iterator[Stop | Band]:
    for name, count in flow.outcomes.items():
        yield Stop(name, _OUTCOME, name, count, _COLOURS.get(name, OTHER))
        yield Band("read", name, count)


def _kept(flow: Flow) -> Iterator[Stop | Band]:
    """Accepted records that have a row; those whose time was over; and those that are missing."""
    if flow.accepted_table not in flow.tables:
        return
    rows, due = flow.tables[flow.accepted_table], flow.outcomes["accepted"] - flow.expired
    yield Stop("table", _TABLE, flow.accepted_table, rows, GOOD)
    yield Band("accepted", "table", min(rows, due))
    if flow.expired:
        yield Stop("expired", _TABLE, "expired", flow.expired, OTHER)
        yield Band("accepted", "expired", flow.expired)
    if due > rows:
        yield Stop("unkept", _TABLE, "no row", due - rows, WRONG)
        yield Band("accepted", "unkept", due - rows)


def _published(flow: Flow) -> Iterator[Stop | Band]:
    if flow.exported is None:
        return
    accepted, refused = flow.exported.get(flow.accepted_table), flow.exported.get(flow.refused_table)
    if accepted is not None and flow.accepted_table in flow.tables:
        yield Stop("published", _EXPORTED, "exported", accepted, GOOD)
        yield Band("table", "published", min(accepted, flow.tables[flow.accepted_table]))
    if refused is not None:
        yield Stop("refused", _EXPORTED, "refused", refused, OTHER)
        for name, count in flow.outcomes.items():
            if name != "accepted":
                yield Band(name, "refused", count)
