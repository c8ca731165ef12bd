"""The figures that a decision was made with: said in the text as in the table, and not moved since."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cli.adr.confirm import ALIVE
from cli.adr.measures import MeasureError, Measures, moved, written
from cli.adr.problems import Problem
from cli.adr.record import Record, Row

_MONEY = re.compile(r"([\d,.]*\d)\s?(?:EUR|USD)\b")


def judge(record: Record, file: str, measures: Measures) -> list[Problem]:
    """Numbers that text and table say otherwise, amounts of money from nowhere, and figures that have moved."""
    if record.status not in ALIVE:
        return []
    found = [Problem("form", file, line, what, remedy) for line, what, remedy in _text(record)]
    for row in record.cited:
        try:
            found += _moved(row, record, file, measures)
        except MeasureError as error:
            found.append(Problem("confirmation", file, row.number, error.what, error.remedy))
    return found


def stale(record: Record, measures: Measures) -> bool:
    """Whether a figure of the record has moved, or is gone."""
    return any(problem.kind in ("stale", "confirmation") for problem in judge(record, "", measures))


def _moved(row: Row, record: Record, file: str, measures: Measures) -> Iterator[Problem]:
    decided, now = written(row.second), measures.number(row.first)
    if decided.unit and now.unit and decided.unit != now.unit:
        what = f"{row.first} is in '{now.unit}', not in '{decided.unit}'"
        yield Problem("form", file, row.number, what, f"Write it in '{now.unit}'.")
    elif moved(decided, now, row.third):
        what = f"{record.label()} is stale: {row.first} was {row.second} and is {now}, beyond {row.third}"
        remedy = "If the decision stands, mend the number in text and table; else let another record supersede it."
        yield Problem("stale", file, row.number, what, remedy)


def _text(record: Record) -> Iterator[tuple[int, str, str]]:
    tables = {row.number for row in (*record.cited, *record.confirmed)}
    prose = [line for line in record.lines if line.number not in tables]
    body = "\n".join(line.text for line in prose)
    said = set()
    for row in record.cited:
        digits = row.second.partition(" ")[0]
        said.add(digits)
        if not re.search(rf"(?<![\d.,]){re.escape(digits)}(?!\d|[.,]\d)", body):
            yield row.number, f"the text does not say {digits}", f"Cite {row.first} in the text, or remove the row."
    for line in prose:
        for amount in _MONEY.findall(line.text):
            if amount not in said:
                remedy = "Cite the figure that it comes from: `| figure | as decided | tolerance |`."
                yield line.number, f"the amount {amount} comes from no figure", remedy
