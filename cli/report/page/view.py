"""Facts to the sections of the page: plain blocks, no HTML but drawings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from cli.report.facts import Facts
from cli.report.opened import Missing
from cli.report.page import charts, flows, words
from cli.report.page.blocks import Block, Card, Chart, Gap, Pairs, Section, Table, Text, numbers
from cli.report.page.measured import batches, delay, kpis
from cli.report.page.proven import judged, sums
from cli.report.sections import flow, ran, rejections
from cli.report.sections.lineage import Lineage

NO_NUMBERS: frozenset[int] = frozenset()
MOST_CLAUSES = 20  # that are shown unasked


def sections(facts: Facts) -> tuple[Section, ...]:
    """In the order of the page."""
    return tuple(Section(name, title, lead, tuple(make(facts))) for name, (title, lead, make) in _SECTIONS.items())


def cards(facts: Facts) -> Iterator[Card]:
    """The numbers at the top: those that are known."""
    if isinstance(facts.flow, flow.Flow):
        records, accepted = facts.flow.records, facts.flow.outcomes["accepted"]
        rejected = facts.flow.outcomes["rejected"]
        yield Card("Records read", words.count(records), "", "")
        yield Card("Accepted", words.count(accepted), words.share(accepted / records if records else None), "")
        yield Card("Rejected", words.count(rejected), words.share(rejected / records if records else None), "")
        others = {name: count for name, count in facts.flow.outcomes.items() if name not in ("accepted", "rejected")}
        yield Card("Others", words.count(sum(others.values())), ", ".join(others), "")
    if isinstance(facts.export, ran.Export):
        yield Card("Exported rows", words.count(sum(facts.export.rows.values())), f"export {facts.export.name}", "")
    if not isinstance(facts.delay, Missing):
        yield Card("Late events", words.count(facts.delay.late), f"after {words.bound(facts.delay.late_after)}", "")
    audit = facts.checks.audit
    if isinstance(audit, Missing):
        yield Card("Audit", "not run", "see Checks", "")
    else:
        yield Card("Audit", "ok" if audit.ok else "FAILED", "against the broker", "good" if audit.ok else "bad")


def _ran(facts: Facts) -> Iterator[Block]:
    about = facts.about
    if isinstance(facts.read, Missing):
        yield Gap(facts.read)
    else:
        yield Pairs(tuple(_read(facts.read, about)))
        parts = [(one.partition, one.first, one.last, one.records, one.absent) for one in facts.read.partitions]
        rows = [tuple(map(words.count, row)) for row in parts]
        head = ("partition", "first", "last", "records", "absent")
        yield Table("Offsets in the ledger", head, rows, frozenset(range(1, 5)), wide=False, folded=False)
    yield from _export(facts.export)
    named = [(one.key, one.version, one.rows, one.owner, one.file, _digest(one)) for one in about.contracts]
    names = ("contract", "version", "a row is", "owner", "file", "SHA-256")
    yield Table("Contracts", names, named, NO_NUMBERS, wide=True, folded=False)
    yield Table(
        "Software here", ("what", "version"), list(about.versions.items()), NO_NUMBERS, wide=False, folded=False
    )


def _digest(one: ran.Named) -> str:
    return one.sha256[:16] + ("… changed since the export" if one.changed else "…")


def _read(read: ran.Read, about: ran.About) -> Iterator[tuple[str, str]]:
    newer = "" if read.ledger_newest == read.ledger_version else f", now at {read.ledger_newest}"
    yield "topic", about.topic
    yield "broker", about.broker
    yield "ledger", f"version {read.ledger_version}{newer}, id {read.ledger_id}"
    made = (f"{name} {'not made from it' if at is None else f'version {at}'}" for name, at in read.made.items())
    yield "tables made from it", ", ".join(made)
    yield "written by", ", ".join(read.written_by) or "not said"
    yield "received, UTC", f"{words.moment(read.first_received)} to {words.moment(read.last_received)}"
    yield "event time, UTC", f"{words.moment(read.first_event)} to {words.moment(read.last_event)}"


def _export(export: ran.Export | Missing) -> Iterator[Block]:
    if isinstance(export, Missing):
        yield Gap(export)
        return
    of_this = (
        "this version of the ledger" if export.of_this else f"version {export.ledger_version} of a ledger, not this one"
    )
    rows = ", ".join(f"{name} {words.count(count)}" for name, count in export.rows.items())
    made = (("export", export.path), ("made", f"{export.created_at[:19].replace('T', ' ')} UTC from {of_this}"))
    yield Pairs((*made, ("formats", ", ".join(export.formats)), ("rows", rows)))


def _flow(found: flow.Flow | Missing) -> Iterator[Block]:
    if isinstance(found, Missing):
        yield Gap(found)
        return
    rows = [("read", words.count(found.records), words.share(1 if found.records else None))]
    rows += [
        (name, words.count(n), words.share(n / found.records if found.records else None))
        for name, n in found.outcomes.items()
    ]
    rows += [(f"rows of {name}", words.count(n), "") for name, n in found.tables.items()]
    rows += [(f"exported as {name}", words.count(n), "") for name, n in (found.exported or {}).items()]
    table = numbers("Records by stage", ("stage", "records", "share"), rows)
    if found.records:
        yield Chart("From the topic to the export", flows.picture(found), table)
    else:
        yield Text("The ledger is empty: no record was read yet.", "note")
    yield from sums(found.sums, "Sums that must hold")
    yield from (Text(line, "note") for line in found.uncertain)


def _rejections(found: rejections.Rejections | Missing) -> Iterator[Block]:
    if isinstance(found, Missing):
        yield Gap(found)
        return
    if not found.clauses:
        yield Text(f"None of {words.count(found.records)} records was rejected.", "good")
        return
    said = words.share(found.rejected / found.records)
    yield Text(f"{words.count(found.rejected)} of {words.count(found.records)} records are rejected ({said}).", "")
    rows = [
        (one.clause, words.count(one.records), words.share(one.share), one.sentence, _example(one.example))
        for one in found.clauses
    ]
    head = ("clause", "records", "of all", "what it wants", "newest example")
    caption = "Clauses, with an example each"
    table = Table(caption, head, rows[:MOST_CLAUSES], frozenset({1, 2}), wide=True, folded=False)
    yield Chart("Most broken clauses", charts.rejections(found), table)
    if len(rows) > MOST_CLAUSES:
        rest = rows[MOST_CLAUSES:]
        caption = f"{len(rest)} clauses that are broken less often"
        yield Table(caption, head, rest, frozenset({1, 2}), wide=True, folded=True)
    if found.more:
        yield Text(f"And {words.count(found.more)} more clauses; `tickets quarantine stats` counts all.", "note")
    yield Text(
        "Values of personal and confidential fields are masked by the decoder, before anything is stored. "
        "For raw bytes: `tickets quarantine show CONTRACT PARTITION:OFFSET --with-raw`.",
        "note",
    )


def _example(one: rejections.Example) -> str:
    return f"{one.place}: {one.path} is {one.found}"


def _lineage(found: Lineage) -> Iterator[Block]:
    for table in found.tables:
        rows = [
            (
                one.name,
                one.type,
                ", ".join(one.sources) or "not said",
                one.how,
                ", ".join(filter(None, (one.classification, *(f"from {each}" for each in one.classes)))),
            )
            for one in table.columns
        ]
        head = ("column", "type", "comes from", "how", "class")
        yield Table(f"{table.name} ({table.contract})", head, rows, NO_NUMBERS, wide=True, folded=False)
    if found.nowhere:
        yield Text(f"In no exported column: {', '.join(found.nowhere)}.", "note")


_SECTIONS: Mapping[str, tuple[str, str, Callable[[Facts], Iterable[Block]]]] = {
    "ran": ("What ran", "Contracts, software, topic and offsets.", _ran),
    "flow": (
        "Where each record went",
        "Every record that was read has exactly one outcome; accepted ones become rows, and rows are exported.",
        lambda facts: _flow(facts.flow),
    ),
    "rejections": (
        "Rejections by clause",
        "Records that break their contract, by the clause they break; one record may break several.",
        lambda facts: _rejections(facts.rejections),
    ),
    "kpis": ("KPIs", "By event time, over all hours that the tickets table holds.", lambda facts: kpis(facts.kpis)),
    "delay": (
        "Event-time delay",
        "From when an event says it happened to when the broker got it.",
        lambda facts: delay(facts.delay),
    ),
    "batches": (
        "Throughput by batch",
        "What each commit brought to the ledger, and when. Waiting for new events is part of the seconds.",
        lambda facts: batches(facts.batches),
    ),
    "checks": ("Checks", "What was held against what, and came out how.", lambda facts: judged(facts.checks)),
    "lineage": (
        "Lineage",
        "Each exported column, and the field it comes from, as the contracts say it.",
        lambda facts: _lineage(facts.lineage),
    ),
}
