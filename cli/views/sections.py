"""Contract to the page that people read: what stands on it and in which order, whatever it is written in."""

from collections.abc import Callable, Iterable, Iterator

from cli.views.about import About, about
from cli.views.page import Block, Cell, Code, Facts, Link, Page, Paragraph, Section, States, Table, Text, code, text
from cli.views.words import ROW, duration, must_be, rule_of, type_words, wants
from contracts.compiler.custom import HEADER_WORDS
from contracts.compiler.model import Clause, Contract, Field


def page(contract: Contract) -> Page:
    """The whole page; a section without anything to say is left out, but `Not enforced` always stands."""
    told = about(contract)
    made = (Section(title, tuple(write(contract, told))) for title, write in SECTIONS)
    return Page(contract.name, contract.description, tuple(section for section in made if section.blocks))


def _facts(*rows: tuple[str, Cell]) -> Iterator[Facts]:
    if given := tuple(row for row in rows if row[1]):
        yield Facts(given)


def _table(caption: str, head: str, rows: Iterable[tuple[Cell, ...]]) -> Iterator[Table]:
    if listed := tuple(rows):
        yield Table(caption, tuple(head.split("|")), listed)


def _summary(contract: Contract, told: About) -> Iterator[Block]:
    row = ROW[contract.rows] + (f". {told.granularity}" if told.granularity else "")
    yield from _facts(
        ("Contract", code(contract.key)),
        ("Version", text(f"{contract.version}, {contract.status}" if contract.status else contract.version)),
        ("Owner", text(contract.owner) + ((Text(" "), Link(told.email, f"mailto:{told.email}")) if told.email else ())),
        ("Domain", text(told.domain)),
        ("One row is", text(row)),
        ("Use it to", text(told.usage)),
        ("Mind that", text(told.limitations)),
        ("Made from", code(*filter(None, [contract.source]))),
        ("Enriched with", code(*contract.references)),
        ("Identity", code(*filter(None, [contract.event_id]))),
        ("Event time", code(*filter(None, [contract.event_time]))),
        ("Late", _lateness("after", contract)),
        ("Early", _lateness("before", contract)),
        ("Data subject", code(*filter(None, [contract.data_subject]))),
        ("Tags", text(", ".join(told.tags))),
    )


def _lateness(side: str, contract: Contract) -> Cell:
    """When an event is flagged, measured against the time the broker got it."""
    allowed = contract.late_after if side == "after" else contract.early_after
    words = "more than {} after the event time" if side == "after" else "more than {} before the event time"
    return text(f"the broker got it {words.format(duration(allowed))}") if allowed is not None else ()


def _fields(contract: Contract, _: About) -> Iterator[Block]:
    yield from _table(
        "Every field, at any depth",
        "Field|Type|Required|Class|Description",
        (
            (
                code(field.path),
                text(type_words(field)),
                text("yes" if field.null_clauses else "no"),
                text(class_),
                text(field.description),
            )
            for top in contract.fields
            for field, class_ in _classed(top, "")
        ),
    )


def _classed(field: Field, above: str) -> Iterator[tuple[Field, str]]:
    """A field and everything below it, each with its class; without one of its own it has that of the field above."""
    class_ = field.classification or above
    yield field, class_
    for child in field.children:
        yield from _classed(child, class_)


def _clauses(contract: Contract, _: About) -> Iterator[Block]:
    yield Paragraph(
        (
            Text("Judged on each event. The id of a clause is "),
            Code(f"{contract.key}/<place>/<rule>"),
            Text("; $ is the whole value, @ the envelope."),
        )
    )
    yield from _clause_table(contract, "What each place must be", contract.all_clauses())


def _clause_table(contract: Contract, caption: str, clauses: Iterable[Clause]) -> Iterator[Block]:
    rows = ((code(clause.path), code(rule_of(contract, clause)), text(wants(clause))) for clause in clauses)
    yield from _table(caption, "Place|Rule|Wants", rows)


def _rows(contract: Contract, _: About) -> Iterator[Block]:
    yield from _clause_table(contract, "What all rows together must be", contract.row_clauses())
    yield from _table(
        "Queries that the export check runs on the published table",
        "Clause|Asks|Wants|Why",
        ((code(row.id), code(row.query), text(must_be(row)), text(row.description)) for row in contract.queries),
    )


def _wire(contract: Contract, _: About) -> Iterator[Block]:
    envelope = contract.envelope
    if envelope is None:
        return
    yield from _facts(
        ("Topic", code(envelope.topic)),
        ("Partitions", text(str(envelope.partitions))),
        ("Record key", (Text("the value of "), *code(envelope.key))),
        ("Kept for", text(duration(envelope.retention))),
        ("Largest record", text(f"{envelope.max_bytes:,} bytes")),
    )
    source: dict[str, Cell] = {word: text(meaning) for word, meaning in HEADER_WORDS.items()}
    yield from _table(
        "Headers of a record",
        "Header|Holds|Required",
        (
            (
                code(header.name),
                source.get(header.source, (Text("the value of "), *code(header.source))),
                text("yes" if header.required else "no"),
            )
            for header in envelope.headers
        ),
    )


def _life(contract: Contract, _: About) -> Iterator[Block]:
    cycle = contract.life_cycle
    if cycle is None:
        return
    yield Paragraph(
        (Text("Each "), *code(cycle.key), Text(" goes through the states of "), *code(cycle.state), Text("."))
    )
    yield States(cycle)
    yield from _table(
        "What may follow each state",
        "State|May come first|May be followed by",
        (
            (code(state), text("yes" if state in cycle.start else "no"), code(*after) or text("nothing"))
            for state, after in cycle.transitions.items()
        ),
    )
    yield from _facts(
        ("Never change", code(*cycle.constant)),
        *((f"{name} only in", code(*states)) for name, states in cycle.only.items()),
    )


def _promises(contract: Contract, _: About) -> Iterator[Block]:
    yield from _table(
        "What the owner promises",
        "Level|Value|Description",
        (
            (text(level.name), text(f"{level.value} {level.unit}".strip()), text(level.description))
            for level in contract.service_levels
        ),
    )


def _roles(contract: Contract, _: About) -> Iterator[Block]:
    yield from _table(
        "Who may do what",
        "Role|Access|Description",
        ((code(role.name), text(role.access), text(role.description)) for role in contract.roles),
    )


def _help(contract: Contract, told: About) -> Iterator[Block]:
    links = (*told.support, *told.documents)
    yield from _facts(
        *(
            ("Ask" if link in told.support else "Read", (Link(link.text, link.url),) if link.url else text(link.text))
            for link in links
        )
    )


def _notes(contract: Contract, _: About) -> Iterator[Block]:
    if not contract.notes:
        yield Paragraph(text("Nothing: every rule this contract writes is judged."))
    yield from _table(
        "What the contract says and nothing judges",
        "Place|What|Why",
        ((code(note.place), text(note.what), text(note.why)) for note in contract.notes),
    )


SECTIONS: tuple[tuple[str, Callable[[Contract, About], Iterator[Block]]], ...] = (
    ("Summary", _summary),
    ("Fields", _fields),
    ("Clauses", _clauses),
    ("Over all rows", _rows),
    ("On the wire", _wire),
    ("Life cycle", _life),
    ("Service levels", _promises),
    ("Roles", _roles),
    ("Help", _help),
    ("Not enforced", _notes),
)
