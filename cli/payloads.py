"""`tickets contracts payloads`: payloads of one contract as JSON Lines, valid or broken on purpose; needs no broker."""

import base64
import json
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import click

from cli import options
from cli.named import readable_contract
from contracts.compiler.model import Clause, Contract

if TYPE_CHECKING:
    from producer.broken.breakers import Broken

START = datetime(2026, 1, 5, tzinfo=UTC)
BLOCK = 1_000  # lines written at a time
BATCH = 20  # events that break a clause over many together


@click.command(
    epilog="\b\nExamples:\n"
    "  tickets contracts payloads client_tickets --events 5 --seed 1\n"
    "  tickets contracts payloads client_tickets.v1 --break priority/enum\n"
    "  tickets contracts payloads orders.yaml --each-clause\n"
)
@click.argument("contract")
@click.option("--events", type=click.IntRange(min=0), default=None, help="How many (default 10, with --each-clause 1).")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same payloads.")
@click.option(
    "--break", "broken", metavar="CLAUSE", help="Break this clause in every payload, and no other if it can be."
)
@click.option("--each-clause", is_flag=True, help="Break every clause in turn; each line is labelled.")
@click.option("--labels", is_flag=True, help="Label the lines of --break too.")
@options.contracts
def payloads(
    contract: str,
    events: int | None,
    seed: int,
    broken: str | None,
    each_clause: bool,
    labels: bool,
    contracts: Path | None,
) -> None:
    """Print payloads of CONTRACT (client_tickets, client_tickets.v1 or a file) as JSON Lines.

    A labelled line is {"clause": the id aimed at, "clauses": every id it breaks, "payload": the value}; a value that
    is no JSON comes as "text", or as "base64" where it is no text. A clause over many events (unique, rowCount) is
    broken by a batch: its line has "batch" in place of "payload"; with --break the batch is printed as it is.

    Exit codes: 0 done; 1 no payload can be made; 2 wrong use or a contract that does not compile.
    """
    if broken and each_clause:
        raise click.UsageError("--break and --each-clause exclude each other.")
    compiled = readable_contract(contract, contracts)
    if broken is None and not each_clause:
        _write(_valid(compiled, 10 if events is None else events, seed))
        return
    clauses = [_clause(compiled, broken)] if broken else [*compiled.all_clauses(), *compiled.row_clauses()]
    count = (1 if each_clause else 10) if events is None else events
    _write(_broken(compiled, clauses, count, seed, labels or each_clause))


def _write(lines: Iterator[bytes]) -> None:
    block: list[bytes] = []
    for line in lines:
        block.append(line)
        if len(block) == BLOCK:
            sys.stdout.buffer.write(b"\n".join(block) + b"\n")
            block.clear()
    if block:
        sys.stdout.buffer.write(b"\n".join(block) + b"\n")
    sys.stdout.buffer.flush()


def _valid(contract: Contract, count: int, seed: int) -> Iterator[bytes]:
    from producer.blocks.lines import lines

    return lines(contract, count=count, seed=seed, start=START)


def _clause(contract: Contract, name: str) -> Clause:
    """The clause of an id, with or without the contract before it; wrong use, with the nearest, where there is none."""
    by_id = {clause.id: clause for clause in (*contract.all_clauses(), *contract.row_clauses())}
    found = by_id.get(name) or by_id.get(f"{contract.key}/{name}")
    if found is None:
        near = get_close_matches(name, [*by_id, *(id_.removeprefix(f"{contract.key}/") for id_ in by_id)], 1)
        hint = f" Did you mean {near[0]}?" if near else f" They are: {', '.join(by_id)}"
        raise click.UsageError(f"{contract.key} has no clause '{name}'.{hint}")
    return found


def _broken(contract: Contract, clauses: list[Clause], count: int, seed: int, labels: bool) -> Iterator[bytes]:
    """Payloads that break each clause; a clause that no payload can break is told on stderr."""
    from producer.broken.batches import break_batch
    from producer.broken.breakers import Breaker
    from producer.event import encode
    from producer.payloads import values

    rng, breaker, many = Random(seed), Breaker(contract), {clause.id for clause in contract.row_clauses()}
    valid = list(values(contract, count=max(count, 1), seed=seed, start=START))
    for clause in clauses:
        if clause.path.startswith("@"):
            click.echo(
                f"{clause.id}: a payload has no envelope; `tickets produce --invalid` breaks it in records.", err=True
            )
            continue
        if clause.id in many:
            batch = break_batch(contract, clause, rng, max(count, BATCH))
            if batch.values is None:
                click.echo(f"{clause.id}: {batch.reason}", err=True)
                continue
            rows = [encode(value) for value in batch.values]
            yield from [_label(clause.id, batch.clauses, "batch", b"[" + b",".join(rows) + b"]")] if labels else rows
            continue
        for number in range(count):
            made = breaker.break_payload(clause, deepcopy(valid[number]), rng)
            if made is None:
                click.echo(f"{clause.id}: no payload can break it, since another clause always comes first.", err=True)
                break
            yield _labelled(made, clause) if labels else encode(made.value)


def _labelled(made: "Broken", clause: Clause) -> bytes:
    """One labelled line. The value stands in it as it was written, digit by digit, where it is JSON that we read."""
    from contracts.compiler.strict_json import RefusedBytes, read
    from producer.event import encode

    text = encode(made.value)
    try:
        read(text)
    except RefusedBytes:
        try:
            return _label(clause.id, made.clauses, "text", json.dumps(text.decode(), ensure_ascii=False).encode())
        except UnicodeDecodeError:
            return _label(clause.id, made.clauses, "base64", json.dumps(base64.b64encode(text).decode()).encode())
    return _label(clause.id, made.clauses, "payload", text)


def _label(aimed: str, clauses: tuple[str, ...], name: str, value: bytes) -> bytes:
    head: dict[str, Any] = {"clause": aimed, "clauses": list(clauses)}
    return json.dumps(head, ensure_ascii=False).encode()[:-1] + f', "{name}": '.encode() + value + b"}"
