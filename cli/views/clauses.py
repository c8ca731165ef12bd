"""Contract to its clauses: every id with what it wants, of each event and of all rows; then what nothing judges."""

from collections.abc import Iterable, Iterator

from cli.views.words import must_be, wants
from contracts.compiler.model import Clause, Contract


def render(contract: Contract) -> str:
    """Two lines per clause, its id and its demand. Headings stand only before what not every contract has."""
    return "\n".join(_lines(contract))


def _lines(contract: Contract) -> Iterator[str]:
    yield from _pairs(contract.all_clauses())
    if rows := list(contract.row_clauses()):
        yield from ("", "over all rows:", *_pairs(rows))
    if contract.queries:
        yield from ("", "queries of the export check:")
    for query in contract.queries:
        yield from (query.id, f"    asks {query.query}", f"    wants {must_be(query)}")
    if contract.notes:
        yield from ("", "not enforced:")
    for note in contract.notes:
        yield from (f"{note.place}: {note.what}", f"    {note.why}")


def _pairs(found: Iterable[Clause]) -> Iterator[str]:
    for clause in found:
        yield from (clause.id, f"    wants {wants(clause)}")
