"""Contract files and their history in git -> what each version changed, and whom that breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cli.review.formats import words
from cli.review.formats.markup import literal, table
from cli.review.formats.values import value_text
from cli.views.markdown import escaped
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.diff.model import Comparison, Finding
from contracts.compiler.errors import ContractError
from contracts.compiler.model import Contract

NO_HISTORY = "No earlier version is known"


@dataclass(frozen=True, slots=True)
class Text:
    """A version as it was written, and where: a file, or a file at a commit."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Step:
    """Two versions of a contract, one after the other; `contract` is the later one's key."""

    contract: str
    old: Text
    new: Text
    own_file: bool


def steps(catalogue: Catalogue) -> tuple[Step, ...]:
    """Each contract against the major version before it, then along its file's history, newest first.

    Without git there is only the former.
    """
    made: list[Step] = []
    for contract in catalogue.all():
        new = Text(Path(contract.file).read_text("utf-8"), _name(contract, catalogue))
        before = catalogue.older(contract)[-1:]
        made += [
            Step(contract.key, Text(Path(old.file).read_text("utf-8"), _name(old, catalogue)), new, True)
            for old in before
        ]
        texts = [new, *_earlier(contract, new)]
        made += [Step(contract.key, old, later, False) for later, old in pairwise(texts)]
    return tuple(made)


def _name(contract: Contract, catalogue: Catalogue) -> str:
    return f"{catalogue.root.name}/{Path(contract.file).relative_to(catalogue.root).as_posix()}"


def _earlier(contract: Contract, newest: Text) -> Iterator[Text]:
    """The last text of each earlier version number, newest first."""
    from cli.review.history import Checkout, HistoryError
    from cli.review.versions import of_text

    seen = {contract.version}
    try:
        checkout = Checkout.of(Path(contract.file).parent)
        file = Path(contract.file).resolve().relative_to(checkout.root.resolve()).as_posix()
        for commit, text in checkout.earlier(checkout.commit("HEAD"), file):
            try:
                version = of_text(text, file).version.contract.version
            except ContractError:  # from before the compiler read contracts as it does today
                continue
            if version not in seen:
                seen.add(version)
                yield Text(text, f"{newest.where} at {commit[:10]}")
    except HistoryError:
        return


def compare(step: Step) -> Comparison:
    """One step, judged as `tickets contracts diff` judges two files: 1,000 events each way, in some four seconds."""
    from cli.review import compare as review
    from cli.review.versions import of_text

    terms = review.Terms(own_file=step.own_file, informative=step.own_file)
    return review.compare(of_text(step.old.text, step.old.where), of_text(step.new.text, step.new.where), terms)


def section(contract: Contract, made: Mapping[Step, Comparison]) -> Iterator[str]:
    """The part of the contract's page."""
    mine = [(step, comparison) for step, comparison in made.items() if step.contract == contract.key]
    yield "## Versions"
    if not mine:
        yield f"{NO_HISTORY}. This is {escaped(contract.version)}."
    for step, comparison in mine:
        yield f"### {escaped(words.versions(comparison))}: {comparison.verdict}"
        yield f"{literal(step.old.where)}; {escaped(words.replayed(comparison))}."
        yield table(("Change", "Verdict", "Breaks"), [_change(row) for row in words.worst_first(comparison.findings)])
        yield from _proofs(comparison.findings)


def _change(finding: Finding) -> tuple[str, ...]:
    limit = 80
    change = f"{literal(value_text(finding.old, limit))} to {literal(value_text(finding.new, limit))}"
    return f"{escaped(finding.says)}<br>{change}", escaped(words.standing(finding)), escaped(words.audience(finding))


def _proofs(findings: tuple[Finding, ...]) -> Iterator[str]:
    lines = [
        f"- {escaped(finding.says)} {escaped(words.proof(finding.witness))}: {escaped(words.outcome(finding.witness))}"
        for finding in findings
        if finding.witness
    ]
    if lines:
        yield "\n".join(["What an event shows of it:", "", *lines])
