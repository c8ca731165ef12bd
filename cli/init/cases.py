"""A draft contract to its cases: what it accepts and refuses, as `v1.cases.yaml` beside a contract says it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.init.changes import Row, breaking, keeping
from cli.init.event import full_events
from cli.init.samples import Event
from cli.init.sketch import Judged
from cli.init.written import comment
from contracts.compiler.model import Contract

if TYPE_CHECKING:  # it loads every enforcer
    from cli.init.judge import Judge

_HEAD = """\
# Draft made by `tickets init {topic}`: what {key} accepts and refuses, one case a line, each judged before it was
# written. The event holds what samples have in fields that are internal; the rest is generated. `set` changes it (a
# path such as items[0].name), `drop` leaves fields out; `raw` is another value altogether, `raw_base64` its bytes;
# `key` and `headers` replace the envelope (null: without it). `tables` are judged as a whole: each row is the event
# with what the row changes. A refused case names every clause that breaks, and no other may. Add what matters.
"""


@dataclass(frozen=True, slots=True)
class Cases:
    """A file of cases: its text, how many it has of each sort, and the ids of clauses that none of them breaks."""

    text: str
    accepted: int
    refused: int
    tables: int
    untouched: tuple[str, ...]


class Beside(NamedTuple):
    """The file of cases beside a draft: `cases` is None where none are written, `why` then says the reason."""

    file: Path
    cases: Cases | None
    why: str | None


def beside(found: Judged, events: Sequence[Event], draft: Path) -> Beside:
    """The cases of a draft that will stand in a file; a file of cases that is there is left as it is."""
    from producer.errors import ProducerError

    odcs = ".odcs." in draft.name
    file = draft.with_name(draft.name.replace(".odcs.", ".cases.")) if odcs else draft.with_suffix(".cases.yaml")
    contract = found.contract
    if file.exists():
        return Beside(file, None, "it is there, and is left as it is")
    if contract is None or contract.envelope is None or found.problems or found.refused:
        return Beside(file, None, "the draft is not complete yet; write them once it is")
    try:
        made = cases(contract, events)
    except ProducerError as error:
        return Beside(file, None, f"{error.what}; write them by hand")
    return Beside(file, made, None if made else "no event of the draft can be written in YAML; write them by hand")


def cases(contract: Contract, events: Sequence[Event]) -> Cases | None:
    """The cases of a contract that describes a topic; None where no event of it is one that the file can say.

    ProducerError where the contract gives no way to generate an event.
    """
    from cli.init.judge import Judge

    for event in full_events(contract, events):
        judge = Judge(contract, event)
        if judge.keeps({}):
            return _drafted(contract, event, judge)
    return None


def _drafted(contract: Contract, event: dict[str, Any], judge: "Judge") -> Cases:
    from cli.init.judge import text_of

    accepted = [row for row in keeping(contract, event) if judge.keeps(row)]
    refused, tables = list[Row](), list(_tables(contract, event, judge))
    touched = {clause for row in tables for clause in row["clauses"]}
    for clause, rows in breaking(contract, event):
        told = next(filter(None, (judge.breaks(row, clause.id) for row in rows)), None)
        if told is not None and told not in refused:
            refused.append(told)
    touched |= {clause for row in refused for clause in row["clauses"]}
    every = [clause.id for clause in (*contract.all_clauses(), *contract.row_clauses())]
    short = [id_.removeprefix(f"{contract.key}/") for id_ in every]
    untouched = tuple(dict.fromkeys(clause for clause in short if clause not in touched))
    notes = "".join(f"{comment('to do', f'no event was found that breaks {clause}')}\n" for clause in untouched)
    head = _HEAD.format(topic=contract.name, key=contract.key)
    text = head + notes + text_of(event, accepted=accepted, refused=refused, tables=tables)
    return Cases(text, len(accepted), len(refused), len(tables), untouched)


def _tables(contract: Contract, event: dict[str, Any], judge: "Judge") -> Iterator[Row]:
    """The event twice, and beside one with another id; nothing without a primary key."""
    from producer.broken.bench import Makers
    from producer.broken.breakers import SAMPLE_US

    if contract.event_id is None:
        return
    name = contract.event_id
    makers, rng = Makers(), Random(name)  # noqa: S311 - drawn by seed, not secret
    drawn = (makers.draw(contract.field(name), rng, SAMPLE_US) for _ in range(9))
    another = [value for value in drawn if value != event[name]][:1]
    tables: list[list[Row]] = [[{}, {}], *([{}, {name: value}] for value in another)]
    yield from filter(None, map(judge.table, tables))
