"""Rows of a cases file to what they are worth: each is read back from its text, and judged as tests judge the file."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from cli.agreement.cases import Case, TableCase, fails, read_cases, read_tables, verdicts
from cli.agreement.mutants import without
from cli.agreement.reference import judge_rows
from cli.init.changes import Row
from cli.init.written import flow
from contracts.compiler.model import Contract

_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, yaml.YAMLError)


def text_of(event: Mapping[str, Any], **sections: Iterable[Row]) -> str:
    """The file below its head: the event, then sections, a row a line."""
    lines = ["event:", *(f"  {flow({name: value})[1:-1]}" for name, value in event.items())]
    for name, rows in sections.items():
        written = [f"  - {flow(row)}" for row in rows]
        lines += [f"{name}:", *written] if written else [f"{name}: []"]
    return "\n".join(lines) + "\n"


class Judge:
    """Judges rows on one event of one contract that describes a topic."""

    def __init__(self, contract: Contract, event: Mapping[str, Any]) -> None:
        self._contract, self._event = contract, event

    def keeps(self, row: Row) -> bool:
        """Whether nobody finds anything in it; the event itself is the row without words."""
        case = self._read(row)
        return case is not None and self._broken(case) == frozenset()

    def breaks(self, row: Row, aimed: str) -> Row | None:
        """The row with all clauses it breaks, where everybody says the same and would miss each; else None."""
        case = self._read(row)
        broken = None if case is None else self._broken(case)
        if case is None or broken is None or aimed not in broken:
            return None
        told = replace(case, clauses=broken)
        return self._named(broken, row) if self._is_missed(told) else None

    def table(self, rows: list[Row]) -> Row | None:
        """Rows that are judged together, with the clauses over many rows that they break; as `breaks`."""
        text = text_of(self._event, accepted=(), refused=(), tables=({"clauses": [], "rows": rows},))
        [case] = self._from(text, read_tables) or [None]
        if case is None:
            return None
        told = replace(case, clauses=judge_rows(self._contract, list(case.rows)))
        return self._named(told.clauses, {"rows": rows}) if self._is_missed(told) else None

    def _read(self, row: Row) -> Case | None:
        found = self._from(text_of(self._event, accepted=(row,), refused=()), read_cases)
        return found[0] if found else None

    def _from(self, text: str, read: Any) -> Any:
        """What a reader of such files makes of a text; None where it can't."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "v1.cases.yaml"
            file.write_text(text, "utf-8")
            try:
                return read(self._contract, file)
            except _UNREADABLE:
                return None

    def _broken(self, case: Case) -> frozenset[str] | None:
        """What a case breaks; None where the enforcers do not say the same."""
        said = {broken for _, broken in verdicts(self._contract, case)}
        return said.pop() if len(said) == 1 else None

    def _is_missed(self, case: Case | TableCase) -> bool:
        """Whether the case notices each of its clauses gone."""
        return all(fails(without(self._contract, clause), case) for clause in case.clauses)

    def _named(self, broken: Iterable[str], row: Row) -> Row:
        """The row as it is written, its clauses without the contract's name."""
        return {"clauses": sorted(clause.removeprefix(f"{self._contract.key}/") for clause in broken), **row}
