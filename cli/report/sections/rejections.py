"""Rejections by clause: how many records break each, in which sense, and one real example.

What is shown of personal and confidential fields was masked by the decoder, as `tickets quarantine` shows it.
"""

from dataclasses import dataclass
from datetime import datetime

from cli.report.opened import Opened
from cli.views.words import wants
from contracts.compiler.model import Clause

SHOWN = 200
_BY_CLAUSE = """
SELECT v.clause, count(*), min(received_at), max(received_at),
    arg_max({'place': p || ':' || o, 'path': v.path, 'found': v.found, 'wanted': v.wanted}, (received_at, p, o))
FROM (
    SELECT "partition" AS p, "offset" AS o, received_at, unnest(violations) AS v FROM ledger WHERE outcome = 'rejected'
)
GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Example:
    """The newest record that breaks a clause: where it is, and what stands at a path of it, masked where personal."""

    place: str
    path: str
    found: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A clause that records break. `sentence` is the contract's; shares are of all records and of the rejected ones."""

    clause: str
    sentence: str
    records: int
    share: float
    share_of_rejected: float
    first_seen: datetime
    last_seen: datetime
    example: Example


@dataclass(frozen=True, slots=True)
class Rejections:
    """Of `records` in all, `rejected` ones; `clauses` the most broken first, without the `more` least broken.

    A record names a clause once, and may break several clauses, so shares may add up to more than one.
    """

    records: int
    rejected: int
    clauses: tuple[Broken, ...]
    more: int


def rejections(opened: Opened) -> Rejections:
    """Count each clause of the rejected records."""
    records, rejected = opened.row("SELECT count(*), count(*) FILTER (outcome = 'rejected') FROM ledger")
    known = {clause.id: clause for one in opened.subject.majors for clause in one.all_clauses()}
    found = opened.rows(_BY_CLAUSE)
    broken: list[Broken] = []
    for clause, count, first, last, newest in found[:SHOWN]:
        one = Example(**newest)
        sentence = _sentence(known.get(clause), one)
        broken.append(Broken(clause, sentence, count, count / records, count / rejected, first, last, one))
    return Rejections(records, rejected, tuple(broken), max(0, len(found) - SHOWN))


def _sentence(clause: Clause | None, example: Example) -> str:
    """What the clause wants; of one that today's contracts do not have, as the record was told."""
    if clause is None:
        return f"{example.path} wants {example.wanted} (no contract here has this clause)"
    return f"{clause.path} wants {wants(clause)}"
