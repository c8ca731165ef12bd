"""Contracts with an envelope to a tally: key and headers of whole records, judged by all that can see them."""

from random import Random

from cli.agreement.cases import Case, verdicts
from cli.agreement.examples import START
from cli.agreement.run import DisagreementError
from cli.agreement.tally import Tally
from contracts.compiler.model import Clause, Contract
from producer.broken.breakers import Breaker
from producer.event import Event, encode
from producer.payloads import events


def judge_envelopes(contract: Contract, tally: Tally, count: int) -> None:
    """Judge `count` valid records of a contract, and each once more for every envelope clause that it then breaks."""
    rng, breaker = Random(contract.key), Breaker(contract)
    for event in events(contract, count=count, seed=1, start=START):
        _agree(contract, event, None, tally)
        for clause in contract.all_clauses():
            if clause.path.startswith("@"):
                broken = breaker.break_clause(clause, event, rng)
                if broken is not None:
                    _agree(contract, broken, clause, tally)


def _agree(contract: Contract, event: Event, clause: Clause | None, tally: Tally) -> None:
    record = Case("drawn", encode(event.value), event.key, list(event.headers), frozenset())
    said = dict(verdicts(contract, record))
    wanted = {clause.id} if clause else set()
    if len(set(said.values())) > 1 or not wanted <= said["decoder"] or (not clause and said["decoder"]):
        raise DisagreementError(
            f"{clause.id if clause else 'a valid record'}: {said}, key {event.key!r}, {event.headers}"
        )
    tally.payloads["records"] += 1
    if clause is not None:
        kind = f"{clause.path.split('.')[0]}/{clause.rule}"
        tally.kinds[kind] += 1
        for name in said:
            tally.agreed[kind, name] += 1
