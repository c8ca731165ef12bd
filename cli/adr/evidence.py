"""What decisions are held against, fetched where it lies: rules, figures, the record of the last test run."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from architecture.load import Model
from cli.adr import outcomes
from cli.adr.confirm import Evidence
from cli.adr.measures import Figure, Measures


def evidence(root: Path, ran: bool) -> Evidence:
    """Of a checkout; the model is loaded when a record first asks for a rule or a figure."""
    recorded = outcomes.read(root / outcomes.FOLDER)
    return Evidence(root, Measures(root, _figures), _rules, recorded, ran)


@cache
def _model() -> Model:
    from architecture.load import load

    return load()


def _figures() -> Mapping[str, Figure]:
    from architecture.figures import figures

    return figures(_model())


def _rules() -> Mapping[str, Sequence[str]]:
    """By rule, what it finds on any target, waived findings aside."""
    from architecture.rules.judging import check
    from cli.architecture.check import surroundings

    model = _model()
    report = check(model, surroundings(model))
    made: dict[str, list[str]] = {rule: [] for rule in report.rules}
    for finding in report.open(strict=True):
        made[finding.rule].append(f"{finding.on} on {finding.target}: {finding.what}")
    return made
