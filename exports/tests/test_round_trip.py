"""Text of any kind through the CSV and JSON sinks and back."""

import csv
import json
import re
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.compiler.catalogue import HOME, Catalogue
from exports.sinks import csv as csv_sink
from exports.sinks import json as json_sink
from exports.sinks.csv import FORMULA
from exports.tests.lab import TICKET, stored

CONTRACT = Catalogue(HOME).get("tickets")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
RISKY = st.builds(str.__add__, st.sampled_from(["=", "'", "''=", "-", "\r", "\t", '"', ",", ""]), TEXT)


def _frame(texts: list[str], labels: list[str]) -> pl.DataFrame:
    return stored(CONTRACT, [{**TICKET, "request": text, "tags": labels} for text in texts])


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(RISKY, min_size=1, max_size=4), labels=st.lists(RISKY, max_size=3))
def test_csv_gives_back_what_it_got(texts: list[str], labels: list[str]) -> None:
    """Any text comes back exactly once the documented apostrophe is dropped, and no cell begins like a formula."""
    with tempfile.TemporaryDirectory() as folder:
        path = csv_sink.write(CONTRACT, _frame(texts, labels), Path(folder))
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    cells = [row["request"] for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert [cell[1:] if re.match(f"'(?={FORMULA[1:]})", cell) else cell for cell in cells] == texts
    assert [json.loads(row["tags"]) for row in rows] == [labels] * len(texts)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=4), labels=st.lists(TEXT, max_size=3))
def test_json_gives_back_what_it_got(texts: list[str], labels: list[str]) -> None:
    """Any text at any depth comes back from JSON Lines, one line per row."""
    with tempfile.TemporaryDirectory() as folder:
        lines = json_sink.write(CONTRACT, _frame(texts, labels), Path(folder)).read_bytes().split(b"\n")
    assert lines.pop() == b""
    rows = [json.loads(line) for line in lines]
    assert [row["request"] for row in rows] == texts
    assert [row["tags"] for row in rows] == [labels] * len(texts)
