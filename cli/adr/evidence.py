"""What decisions are held against, fetched where it lies: rules, figures, the record of the last test run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.adr import outcomes
from cli.adr.confirm import Evidence
from cli.adr.measures import Figure, Measures


def evidence(root: Path, ran: bool) -> Evidence:
    """Of a checkout; the model is loaded when a record first asks for a rule or a figure."""
    return Evidence(root, Measures(root, _figures), _rules, outcomes.read(root / outcomes.FOLDER), ran)


def _figures() -> Mapping[str, Figure]:
    from architecture.figures import figures

    from architecture.load import load

    return figures(load())


def _rules() -> Mapping[str, Sequence[str]]:
    raise NotImplementedError
