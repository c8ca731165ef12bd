"""Contracts -> a page each: as `contracts show --as markdown` has it, and what is known of its clauses and versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from cli import touched
from cli.docs import inline, levels, versions
from cli.docs.evidence import Evidence
from cli.docs.examples import Example, Examples, cases_of, examples
from cli.docs.features import Told
from cli.docs.menu import toctree
from cli.docs.tree import anchor, place, relative
from cli.review.formats.markup import fenced, literal, table
from cli.review.formats.values import json_text
from cli.views import markdown
from cli.views.drawing import drawing
from cli.views.markdown import escaped
from cli.views.words import ROW, must_be, wants
from contracts.compiler.diff.model import Comparison
from contracts.compiler.model import Clause, Contract

INDEX_PAGE = "contracts/index.md"
NOT_RUN = (
    "No test run has left a record in this checkout: `make check` or `make test`, then `tickets contracts coverage`."
)
SHOWN = 80  # characters of an example


@dataclass(frozen=True, slots=True)
class Known:
    """What a page says beside the contract: the scenarios that speak of each clause, versions compared, evidence."""

    spoken: Mapping[str, tuple[Told, ...]]
    compared: Mapping[versions.Step, Comparison]
    evidence: Evidence


def page_of(contract: Contract) -> str:
    """Where a contract's page is."""
    return f"contracts/{contract.key}.md"


def places(contracts: Iterable[Contract]) -> dict[str, str]:
    """By clause id, the page it has its place on."""
    return {
        id_: page_of(contract)
        for contract in contracts
        for id_ in [
            *(clause.id for clause in (*contract.all_clauses(), *contract.row_clauses())),
            *(query.id for query in contract.queries),
        ]
    }


def index(readme: str, contracts: Iterable[Contract]) -> str:
    """The folder's README, and the list of all contracts above its first section."""
    listed = tuple(contracts)
    rows: list[tuple[str, ...]] = [
        (
            f"[`{one.key}`]({relative(page_of(one), INDEX_PAGE)})",
            escaped(one.version),
            escaped(one.status),
            escaped(ROW[one.rows]),
            escaped(one.owner),
        )
        for one in listed
    ]
    head, _, rest = readme.partition("\n## ")
    parts = [head.rstrip(), "## All contracts", table(("Contract", "Version", "Status", "One row is", "Owner"), rows)]
    return "\n\n".join([*parts, f"## {rest}", toctree(map(page_of, listed), INDEX_PAGE), ""])


def page(contract: Contract, known: Known) -> str:
    """One contract."""
    return "\n\n".join(_parts(contract, known)) + "\n"


def _parts(contract: Contract, known: Known) -> Iterator[str]:
    title, *sections = markdown.render(contract).split("\n\n## ")
    yield title.replace(f"# {escaped(contract.name)}", f"# {escaped(contract.key)}", 1)
    own = _own(contract, known)
    for section in sections:
        name = section.partition("\n")[0]
        yield from own.pop(name) if name in own else (_with_drawing(section, contract),)
        if name == "Roles":
            yield from own.pop("Versions")
            yield from own.pop("Examples")
    for left in own.values():
        yield from left


def _own(contract: Contract, known: Known) -> dict[str, Iterator[str]]:
    """The sections that say more here, by their titles."""
    made = examples(contract)
    return {
        "Clauses": _clauses(contract, known, made),
        "Over all rows": _over_rows(contract, known, made),
        "Service levels": levels.section(contract, known.evidence, page_of(contract)),
        "Versions": versions.section(contract, known.compared),
        "Examples": _examples(contract, made),
    }


def _with_drawing(section: str, contract: Contract) -> str:
    """A section whose life cycle is drawn rather than written."""
    head, fence, rest = section.partition("```mermaid\n")
    if not fence or contract.life_cycle is None:
        return f"## {section}"
    drawn = "\n".join(line for line in drawing(contract.life_cycle).splitlines() if line.strip())
    return f'## {head}<div class="states">{drawn}</div>{rest.partition("```")[2]}'


def _clauses(contract: Contract, known: Known, made: Examples) -> Iterator[str]:
    yield "## Clauses"
    yield (
        f"Judged on each event. The id of a clause is `{contract.key}/<place>/<rule>`, and so is the anchor of its row "
        "here; $ is the whole value, @ the envelope."
    )
    yield _coverage(contract, known.evidence)
    yield _table(contract, contract.all_clauses(), known, made)


def _coverage(contract: Contract, evidence: Evidence) -> str:
    if not evidence.touches:
        return NOT_RUN
    clauses = [*contract.all_clauses(), *contract.row_clauses()]
    held = sum(bool(evidence.touches.get(clause.id, {}).keys() & touched.COUNTED) for clause in clauses)
    return f"{held} of {len(clauses)} clauses are held by a test of the last run that goes red without them."


def _over_rows(contract: Contract, known: Known, made: Examples) -> Iterator[str]:
    clauses = tuple(contract.row_clauses())
    if not clauses and not contract.queries:
        return
    yield "## Over all rows"
    if clauses:
        yield _table(contract, clauses, known, made)
    if contract.queries:
        yield "Queries that the export check runs on the published table:"
        rows: list[tuple[str, ...]] = [
            (
                place(row.id) + literal(row.id),
                literal(row.query, 2_000),
                escaped(must_be(row)),
                escaped(row.description),
            )
            for row in contract.queries
        ]
        yield table(("Clause", "Asks", "Wants", "Why"), rows)


def _table(contract: Contract, clauses: Iterable[Clause], known: Known, made: Examples) -> str:
    rows: list[tuple[str, ...]] = [
        (
            place(clause.id)
            + anchor(page_of(contract), page_of(contract), clause.id, inline.clause(_short(contract, clause))),
            escaped(wants(clause)),
            _refused(clause, made.rows),
            _tests(contract, clause, known),
        )
        for clause in clauses
    ]
    return table(("Clause", "Wants", "Refused", "Tests"), rows)


def _short(contract: Contract, clause: Clause) -> str:
    """The id without the contract's name, which the page has."""
    return clause.id.removeprefix(f"{contract.key}/")


def _refused(clause: Clause, rows: tuple[Example, ...]) -> str:
    """The example that breaks it, if there is one that breaks nothing else."""
    breaking = sorted(
        (row for row in rows if clause.id in row.clauses), key=lambda row: (len(row.clauses), len(row.words))
    )
    return literal(breaking[0].words, SHOWN) if breaking else ""


def _tests(contract: Contract, clause: Clause, known: Known) -> str:
    """The scenarios that name it, and how many cases were seen to hold it."""
    told = known.spoken.get(clause.id, ())
    links = [anchor(page_of(contract), one.feature.page, one.scenario.place, escape(one.scenario.name)) for one in told]
    cases = len(known.evidence.touches.get(clause.id, {}).get("case", ()))
    counted = [f"{cases} case{'s' * (cases != 1)}"] if cases else []
    nothing = ["untouched in the last run"] if known.evidence.touches and not links and not cases else []
    return f'<span class="tests">{"<br>".join([*links, *counted, *nothing])}</span>'


def _examples(contract: Contract, made: Examples) -> Iterator[str]:
    yield "## Examples"
    yield "A valid one:"
    yield fenced(json_text(made.event, 2), "json")
    accepted = [row for row in made.rows if not row.clauses]
    if accepted:
        yield "Changes of a valid one that are accepted:"
        yield "\n".join(f"- {literal(row.words)}" for row in accepted)
    file = cases_of(contract)
    where = f"cases of `{file.parent.name}/{file.name}`, which tests judge" if made.written else "drawn for this page"
    yield f"What is refused, and the clauses each breaks ({where}):"
    rows: list[tuple[str, ...]] = [
        (
            literal(row.words, 2 * SHOWN),
            "<br>".join(
                anchor(page_of(contract), page_of(contract), id_, escape(id_.partition("/")[2]))
                for id_ in sorted(row.clauses)
            ),
        )
        for row in made.rows
        if row.clauses
    ]
    yield table(("What is sent", "Clauses"), rows)
