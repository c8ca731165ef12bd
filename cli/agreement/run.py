"""Drawn contracts to a tally: every enforcer judges every payload, and the first difference stops the run.

hypothesis draws and shrinks: what is reported is the smallest contract it finds that the enforcers differ on.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from cli.agreement.compare import Comparison, broken
from cli.agreement.draw import RARE, contracts, document
from cli.agreement.enforcers import ENFORCERS, Findings
from cli.agreement.examples import Example, examples, shown
from cli.agreement.tally import COLUMNS, DEPTHS, Tally
from contracts.compiler.load import compile_document
from contracts.compiler.model import Clause, Contract
from producer.errors import ProducerError

VALID, ODD = 6, 10
Verdicts = dict[str, Findings]


class DisagreementError(AssertionError):
    """Two enforcers say different things of one payload, or none names the clause that was broken."""


def drawing(count: int, shrink: bool) -> settings:
    """How hypothesis draws here: the same every time, and on a difference smaller and smaller unless told not to."""
    phases = [Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ())]
    return settings(
        max_examples=count,
        phases=phases,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def run(tally: Tally, count: int, tick: Callable[[], Any], *, shrink: bool = True) -> Tally:
    """Judge payloads of `count` drawn contracts; `tick` is called after each.

    DisagreementError on the smallest contract and payload that enforcers are found to differ on.
    """

    @drawing(count, shrink)
    @given(contracts(), st.integers(0, 2**31))
    @example(document(RARE, []), 1)
    def one(drawn: dict[str, Any], seed: int) -> None:
        contract = compile_document(drawn, "drawn")
        try:
            rows = list(examples(contract, Random(seed), VALID, ODD))
        except ProducerError:
            tally.undrawable += 1
            assume(condition=False)
        judge(contract, rows, tally)
        tick()

    one()
    return tally


def judge(contract: Contract, rows: list[Example], tally: Tally) -> None:
    """Judge payloads of one contract by all enforcers and count what they agree on."""
    found = {name: ENFORCERS[name](contract)([row.payload for row in rows]) for name in COLUMNS}
    comparison = Comparison(contract)
    tally.contracts += 1
    for field in contract.walk():
        tally.types[field.type] += 1
        tally.depths[min(_depth(field.path), DEPTHS[-1])] += 1
    for place, row in enumerate(rows):
        _judged(contract, comparison, row, {name: found[name][place] for name in COLUMNS}, tally)


def _depth(path: str) -> int:
    return path.count(".") + path.count("[]") + 1


def _judged(contract: Contract, comparison: Comparison, row: Example, verdicts: Verdicts, tally: Tally) -> None:
    tally.payloads[row.sort] += 1
    if row.sort == "valid" and (said := {name: broken(one) for name, one in verdicts.items() if one}):
        raise DisagreementError(_report(contract, row, f"a valid payload is refused: {said}"))
    if differing := comparison.differ(row.payload, verdicts):
        raise DisagreementError(_report(contract, row, f"enforcers differ: {differing}"))
    if row.aimed is not None:
        _aimed(contract, comparison, row, row.aimed, verdicts, tally)


def _aimed(
    contract: Contract, comparison: Comparison, row: Example, clause: Clause, verdicts: Verdicts, tally: Tally
) -> None:
    """Count who names the clause that was broken, and who has an excuse."""
    kind = f"$/{clause.rule}" if clause.path == "$" else clause.rule
    tally.kinds[kind] += 1
    holes = comparison.holes(row.payload, verdicts)
    for name, findings in verdicts.items():
        if clause.id in {finding.clause for finding in findings}:
            if name != "pandera" or clause.path != "$":  # there the strict reader spoke, not pandera
                tally.agreed[kind, name] += 1
        elif hole := holes.get(name, {}).get(clause.id):
            tally.excuse(kind, name, hole.reason)
        else:
            raise DisagreementError(_report(contract, row, f"{name} does not name {clause.id}: {broken(findings)}"))


def _report(contract: Contract, row: Example, what: str) -> str:
    fields = "\n".join(
        f"  {clause.id} wants {clause.wanted}" for clause in contract.all_clauses() if clause.path != "$"
    )
    aimed = f" made to break {row.aimed.id}" if row.aimed else ""
    return f"{what}\npayload ({row.sort}{aimed}): {shown(row.payload)}\ncontract:\n{fields}"
