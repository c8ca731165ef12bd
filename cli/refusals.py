"""Refused records to what a person reads: a line each, a table of counts, what to do next; safe on a terminal.

Texts come from whoever sent the record, so what a terminal would act on or not show is written as its escape.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from processing.quarantine import Counted, Group

_INDENT = 2
_WHEN = "%Y-%m-%d %H:%M"
GONE = "(expired)"  # processing.expire.GONE, which a list does not wait for
_EXPIRED = "What it held expired on {day}, the contract's time for it being over: it can't be judged again."
_NEXT: Mapping[str, str] = {
    "accepted": "It is accepted: a row of the exports, and nothing to be done.",
    "rejected": "Once contract or producer are mended, `tickets quarantine replay {contract}` judges it again. To give "
    "it up for good: `tickets quarantine discard {contract} {place} --reason TEXT`.",
    "duplicate": "The same event was accepted at {first}: nothing to be done.",
    "conflict": "Another event with this id was accepted at {first}. If that one is right: `tickets quarantine discard "
    "{contract} {place} --reason TEXT`. If not, send this one again under an id of its own.",
    "tombstone": "It has no value: nothing to be done.",
    "discarded": "It was given up for good, and is not replayed.",
    "erased": "It was erased, and is not replayed.",
}


def printable(text: str) -> str:
    """The text with every character that is no mark on paper, line breaks included, as its escape."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def document(value: Any, indent: int | None = None) -> str:
    """JSON in printable ASCII; moments as ISO 8601."""
    return json.dumps(value, default=str, indent=indent)


def line(row: Mapping[str, Any]) -> str:
    """A record in one line: where, what became of it, and why."""
    said = (_discarded(row), _first(row), *(_reason(found) for found in row["violations"] or ()))
    place = f"{row['partition']}:{row['offset']}"
    return printable(f"{place:<12} {row['outcome']:<10} {'; '.join(filter(None, said))}")


def _reason(found: Mapping[str, str]) -> str:
    if found["found"] == GONE:
        return f"{found['clause']} {GONE}"
    return f"{found['path']} is {found['found']}, {found['clause']} wants {found['wanted']}"


def _discarded(row: Mapping[str, Any]) -> str:
    said = row.get("discarded")
    return f"{said['at']:{_WHEN}} by {said['by']}: {said['reason']}" if said else ""


def _first(row: Mapping[str, Any]) -> str:
    return f"first seen at {row['first_partition']}:{row['first_offset']}" if row["first_offset"] is not None else ""


def advice(contract: str, row: Mapping[str, Any]) -> str:
    """What can be done about one record."""
    if row["expired_at"] is not None:
        return _EXPIRED.format(day=f"{row['expired_at']:%Y-%m-%d}")
    place, first = (f"{row[p]}:{row[o]}" for p, o in (("partition", "offset"), ("first_partition", "first_offset")))
    return _NEXT[row["outcome"]].format(contract=contract, place=place, first=first)


def counts(contract: str, by: tuple[str, ...], found: "Counted") -> dict[str, Any]:
    """What `stats --json` prints: one group per combination of `by`, without the sums above them."""
    return {
        "contract": contract,
        "records": found.records,
        "not_accepted": found.groups[0].records if found.groups else 0,
        "by": list(by),
        "groups": [
            {
                **dict(zip(by, group.keys, strict=True)),
                "records": group.records,
                "share": group.records / found.records,
                "first_seen": group.first_seen.isoformat(),
                "last_seen": group.last_seen.isoformat(),
                "example": group.example,
            }
            for group in found.groups
            if len(group.keys) == len(by)
        ],
    }


def table(contract: str, by: tuple[str, ...], found: "Counted", width: int | None) -> str:
    """The counts as a table of two lines per group, one grouping indented below the other.

    `width` is the terminal's, to which long names are cut; None for no terminal, where none is.
    """
    if not found.groups:
        return f"{contract}: all {found.records:,} records are accepted"
    total, *groups = found.groups
    share = _share(total, found)
    lines = [f"{contract}: {total.records:,} of {found.records:,} records are not accepted ({share})", ""]
    lines.append(f"{'records':>9} {'share':>8}  {' / '.join(by)}")
    for group in groups:
        indent = " " * (_INDENT * (len(group.keys) - 1))
        lines.append(f"{group.records:>9,} {_share(group, found):>8}  {indent}{printable(group.keys[-1])}")
        if len(group.keys) == len(by):
            seen = f"{group.first_seen:{_WHEN}} to {group.last_seen:{_WHEN}}"
            lines.append(f"{'':>18}  {indent}{seen}, newest {group.example}")
    return "\n".join(_cut(text, width) for text in lines)


def _share(group: "Group", found: "Counted") -> str:
    return f"{group.records / found.records:.2%}".replace("%", " %")


def _cut(text: str, width: int | None) -> str:
    return text if width is None or len(text) <= width else f"{text[: width - 1]}…"


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


def agreed(contract: str, count: int) -> str:
    """What a person is asked before a discard."""
    return f"Discard {_records(count)} of {contract} for good?"


def discarded(done: Mapping[str, Any]) -> str:
    """What a discard did, or would do."""
    words = [f"{count:,} {outcome}" for outcome, count in done["outcomes"].items()]
    what = f"{_records(done['records'])} ({', '.join(words)})" if words else "no record"
    lines = [f"{done['contract']}: {what} {'would be discarded' if done['dry_run'] else 'discarded'}"]
    if done["already_discarded"]:
        lines.append(f"{done['already_discarded']} discarded before, unchanged")
    if done["records"] and not done["dry_run"]:
        lines.append(f"Run `tickets process {done['contract']} --once` before the next export.")
    return "\n".join(lines)


def replayed(done: Mapping[str, Any]) -> str:
    """What a replay did, or would do."""
    changed = dict(done["changed"])
    others = changed.pop("rejected", 0)
    words = [f"{count} {outcome}" for outcome, count in changed.items()]
    words += [f"{others} rejected for other reasons"] * bool(others)
    result = f"{', '.join(words) or 'nothing'} {'would change' if done['dry_run'] else 'changed'}"
    return f"{done['contract']}: {done['examined']} rejected records examined: {result}"
