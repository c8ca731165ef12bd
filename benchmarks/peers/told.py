"""What was found of a peer, in words; and of all peers as Markdown, for benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.peers.engines import ABILITIES, PEERS

_COUNTS = (
    ("accepted by both, values equal", "equal"),
    ("accepted by both, values differ", "different"),
    ("refused by both", "both_refuse"),
    ("accepted by the peer only", "only_peer_accepts"),
    ("refused by the peer only", "only_peer_refuses"),
    ("duplicate for both", "duplicates"),
    ("duplicate for us only", "only_ours_duplicate"),
    ("duplicate for the peer only", "only_peer_duplicate"),
    ("written nowhere by the peer", "dropped"),
)


def text(found: Mapping[str, Any]) -> str:
    """One peer: counts, then what stands behind each disagreement."""
    lines = [f"{found['title']}: {found['events']:,} events, record by record"]
    lines += [f"  {name:<34}{_number(found[key]):>8,}" for name, key in _COUNTS]
    for title, key in (
        ("accepted by the peer only, by what we refuse it for", "only_peer_accepts"),
        ("refused by the peer only, by its reason", "only_peer_refuses"),
        ("fields that differ", "fields"),
    ):
        if found[key]:
            lines += [f"  {title}:", *(f"    {count:>6,}  {name}" for name, count in found[key].items())]
    lines.append(f"  less work than ours: {PEERS[found['peer']].less}")
    return "\n".join(lines)


def table(all_found: Sequence[Mapping[str, Any]]) -> str:
    """Counts by peer; clauses that a peer never caught, or not each time; what it lacks beyond clauses."""
    names = [found["peer"] for found in all_found]
    events = ", ".join(dict.fromkeys(f"{found['events']:,}" for found in all_found))
    counts = [[title, *(f"{_number(found[key]):,}" for found in all_found)] for title, key in _COUNTS]
    parts = [
        _rows([f"of {events} records", *names], counts),
        _rows(["a clause it misses", *names], _missed(all_found)),
        _rows(["it lacks", *names], [[one, *(PEERS[name].lacks[one] or "-" for name in names)] for one in ABILITIES]),
        "\n".join(_about(name) for name in names),
    ]
    return "\n\n".join(parts)


def _about(name: str) -> str:
    peer = PEERS[name]
    return f"- `{name}`: {peer.title}. Licence: {peer.licence}. {_capital(peer.less)}."


def _missed(all_found: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    clauses = dict.fromkeys(clause for found in all_found for clause in found["refused_by"])
    rows = []
    for clause in clauses:
        cells = [_caught(found, clause) for found in all_found]
        if any(cells):
            rows.append([f"`{clause}`", *(cell or "-" for cell in cells)])
    return rows


def _caught(found: Mapping[str, Any], clause: str) -> str:
    """Empty where all records that break the clause were refused; else how many were not."""
    broken, caught = found["refused_by"].get(clause, 0), found["caught"].get(clause, 0)
    return "" if broken == caught else f"{broken - caught} of {broken}"


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _number(value: Any) -> int:
    return sum(value.values()) if isinstance(value, dict) else int(value)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
