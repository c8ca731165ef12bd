"""`tickets contracts verdict`: what one contract says of payloads, by one enforcer or by all of them."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import click

from cli import options
from cli.named import readable_contract
from contracts.compiler.model import Contract, Finding

ALL = ("reference", "json-schema", "decoder", "pandera")
REFUSED, DIFFER = 1, 3
CHUNK = 500  # payloads judged at a time: pandera costs milliseconds a call, and a pipe wants answers


class Payload(NamedTuple):
    """One payload and what the answer calls it: `{"line": 1}` or `{"file": "a.json"}`."""

    name: dict[str, Any]
    value: bytes


@click.command(
    epilog="\b\nExamples:\n"
    "  tickets contracts verdict client_tickets events.jsonl\n"
    "  tail -n 5 events.jsonl | tickets contracts verdict client_tickets.v1 -\n"
    "  tickets contracts verdict orders.yaml payloads/ --enforcer all\n"
)
@click.argument("contract")
@click.argument("payloads", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option(
    "--enforcer",
    type=click.Choice(["json-schema", "decoder", "pandera", "reference", "all"]),
    default="decoder",
    show_default=True,
    help="Who judges; `all` compares them.",
)
@options.contracts
def verdict(contract: str, payloads: Path, enforcer: str, contracts: Path | None) -> None:
    """Judge PAYLOADS by CONTRACT (client_tickets, client_tickets.v1 or a file), as a reader does.

    PAYLOADS is a JSONL file, - for standard input, or a folder in which each file is one payload. Prints one JSON
    document a payload with every clause it breaks; an empty file and a blank line are an empty payload. The envelope
    (key, headers) is not judged, since a payload has none.

    Exit codes: 0 all accepted; 1 some refused; 2 wrong use or a contract that does not compile; 3 enforcers differ.
    """
    judge = _Judge(readable_contract(contract, contracts), ALL if enforcer == "all" else (enforcer,))
    code = 0
    for answer in judge.answers(read(payloads)):
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
        code = max(code, DIFFER if "verdicts" in answer else 0 if answer["accepted"] else REFUSED)
    if code:
        raise click.exceptions.Exit(code)


def read(source: Path) -> Iterator[Payload]:
    """The payloads of a file, a folder, or standard input, one at a time."""
    if source.is_dir():
        for file in sorted(file for file in source.iterdir() if file.is_file()):
            yield Payload({"file": file.name}, file.read_bytes())
        return
    if str(source) == "-":
        yield from _lines(sys.stdin.buffer)
        return
    with source.open("rb") as lines:
        yield from _lines(lines)


def _lines(lines: Iterable[bytes]) -> Iterator[Payload]:
    number = 0
    for number, line in enumerate(lines, 1):
        yield Payload({"line": number}, line.rstrip(b"\n"))
    if number == 0:
        yield Payload({"line": 1}, b"")


class _Judge:
    """Judges payloads of one contract by some enforcers, and compares these where they are several."""

    def __init__(self, contract: Contract, names: tuple[str, ...]) -> None:
        from cli.agreement.compare import Comparison
        from cli.agreement.enforcers import ENFORCERS

        self._judges = {name: ENFORCERS[name](contract) for name in names}
        self._comparison = Comparison(contract)

    def answers(self, payloads: Iterator[Payload]) -> Iterator[dict[str, Any]]:
        """One answer a payload, in order."""
        size = CHUNK if "pandera" in self._judges else 1
        while chunk := list(islice(payloads, size)):
            values = [payload.value for payload in chunk]
            found = {name: judge(values) for name, judge in self._judges.items()}
            for place, payload in enumerate(chunk):
                yield self._answer(payload, {name: rows[place] for name, rows in found.items()})

    def _answer(self, payload: Payload, verdicts: dict[str, tuple[Finding, ...]]) -> dict[str, Any]:
        shown = verdicts.get("decoder", next(iter(verdicts.values())))
        answer = {**payload.name, **_as_dict(shown)}
        if len(verdicts) == 1:
            return answer
        if self._comparison.differ(payload.value, verdicts):
            answer["verdicts"] = {name: _as_dict(findings) for name, findings in verdicts.items()}
        elif holes := self._comparison.holes(payload.value, verdicts):
            answer["cannot_express"] = {
                name: {clause: hole.reason for clause, hole in found.items()} for name, found in holes.items()
            }
        return answer


def _as_dict(findings: tuple[Finding, ...]) -> dict[str, Any]:
    rows = [{"clause": row.clause, "path": row.path, "found": row.found, "wanted": row.wanted} for row in findings]
    return {"accepted": not rows, "violations": rows}
