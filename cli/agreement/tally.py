"""Judged payloads to the agreement matrix: clause kind by enforcer, each cell agreeing or explained."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from cli.agreement.holes import ENVELOPE, HOLES, MANY
from contracts.compiler import rules
from contracts.compiler.types import TYPES

COLUMNS = ("reference", "json-schema", "decoder", "pandera")
ENVELOPE_KINDS = ("@key/equals", "@header/required", "@header/equals", "@version/required", "@version/known")
VALUE_KINDS = tuple(f"$/{rule}" for rule in ("utf8", "json", "duplicate_key", "depth", "number", "type"))
FIELD_KINDS = tuple(name for name, row in rules.RULES.items() if rules.EVENT in row.scopes)
MANY_KINDS = tuple(f"{name} (rows)" for name, row in rules.RULES.items() if rules.MANY in row.scopes)
KINDS = (*VALUE_KINDS, *ENVELOPE_KINDS, *FIELD_KINDS, *MANY_KINDS)
DEPTHS = (1, 2, 3, 4)


@dataclass(slots=True)
class Tally:
    """What a run saw. `agreed` and `excused` count by (kind, enforcer), the others by what was drawn."""

    agreed: Counter[tuple[str, str]] = field(default_factory=Counter)
    excused: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    depths: Counter[int] = field(default_factory=Counter)
    payloads: Counter[str] = field(default_factory=Counter)
    contracts: int = 0
    undrawable: int = 0

    def excuse(self, kind: str, enforcer: str, reason: str) -> None:
        """Note that an enforcer missed a clause for a reason that is on the list."""
        self.excused.setdefault((kind, enforcer), Counter())[reason] += 1

    def cell(self, kind: str, enforcer: str) -> tuple[str, frozenset[str]]:
        """What a matrix cell says (`agrees`, `agrees in part`, `cannot express`, or `?`), and with which reasons."""
        agreed, excused = self.agreed[kind, enforcer], frozenset(self.excused.get((kind, enforcer), ()))
        if reason := cannot(kind, enforcer):
            return ("?" if agreed else "cannot express"), frozenset({reason})
        return ("?" if not agreed else "agrees in part" if excused else "agrees"), excused

    def unexplained(self) -> list[str]:
        """The cells that neither agree nor are explained: nothing was drawn, or nothing was said."""
        return [f"{kind} x {one}" for kind in KINDS for one in COLUMNS if self.cell(kind, one)[0] == "?"]

    def rare(self, least: int) -> list[str]:
        """What was drawn less often than `least` times."""
        every = (
            *((f"clause kind {one}", self.kinds[one]) for one in KINDS),
            *((f"type {one}", self.types[one]) for one in TYPES),
            *((f"depth {one}", self.depths[one]) for one in DEPTHS),
        )
        return [f"{what}: drawn {count} times" for what, count in every if count < least]


def cannot(kind: str, enforcer: str) -> str | None:
    """Why an enforcer never expresses a kind, or None where it does (perhaps with holes)."""
    if kind in MANY_KINDS and enforcer in ("json-schema", "decoder"):
        return MANY
    if kind in ENVELOPE_KINDS and enforcer == "pandera":
        return ENVELOPE
    for hole in HOLES:
        if hole.total and hole.enforcer == enforcer and kind in [f"$/{rule}" for rule in hole.rules]:
            return hole.reason
    return None


def markdown(tally: Tally) -> Iterator[str]:
    """The matrix and what was drawn, as lines of a document."""
    yield f"| clause kind | drawn | {' | '.join(COLUMNS)} |"
    yield f"|---|---:|{'---|' * len(COLUMNS)}"
    reasons: list[str] = []
    for kind in KINDS:
        cells = []
        for one in COLUMNS:
            words, why = tally.cell(kind, one)
            reasons += sorted(why - set(reasons))
            cells.append(" ".join((words, *(f"({reasons.index(reason) + 1})" for reason in sorted(why)))))
        yield f"| `{kind}` | {tally.kinds[kind]} | {' | '.join(cells)} |"
    yield ""
    yield from (f"{number}. {reason[0].upper()}{reason[1:]}." for number, reason in enumerate(reasons, 1))
    yield ""
    yield f"{tally.contracts} contracts were drawn, and {sum(tally.payloads.values())} payloads judged by all: "
    yield ", ".join(f"{count} {name}" for name, count in tally.payloads.items()) + "."
    yield ""
    yield f"| type | drawn |{chr(10)}|---|---:|"
    yield from (f"| {name} | {tally.types[name]} |" for name in TYPES)
    yield ""
    yield f"| depth | fields |{chr(10)}|---:|---:|"
    yield from (f"| {depth} | {tally.depths[depth]} |" for depth in DEPTHS)
