"""What `tickets init` found and did, for a person and as one JSON document."""

from collections.abc import Iterator
from typing import Any

from cli.init.cases import Beside
from cli.init.draft import Draft
from cli.init.samples import Samples
from cli.init.sketch import Judged
from cli.refusals import printable

SHOWN = 20


def guesses(text: str) -> int:
    """How many lines of a draft are to be looked at."""
    return sum("# guess: " in line or "# to do: " in line for line in text.splitlines())


def left_out(fields: tuple[Draft, ...], parent: str = "") -> Iterator[tuple[str, str]]:
    """Members that are not described, by path, with the reason, at any depth below some fields."""
    for field in fields:
        path = f"{parent}{field.name}"
        yield from ((f"{path}.{member.name}", member.reason) for member in field.left)
        yield from left_out(field.children, f"{path}.")
        yield from left_out(tuple(one for one in (field.items, field.value) if one is not None), path + ".")


def document(found: Judged, samples: Samples, file: str | None, source: str, drafted: Beside | None) -> dict[str, Any]:
    """What `--json` prints, without what a run came to; `file` and `drafted` are None where nothing is written."""
    sketch = found.sketch
    left = [*((member.name, member.reason) for member in sketch.left), *left_out(sketch.fields)]
    return {
        "topic": sketch.topic,
        "file": file,
        "from": source,
        "events": len(samples.events),
        "more_events": samples.more,
        "bad_lines": [{"line": bad.line, "reason": bad.reason} for bad in samples.bad],
        "refused": [
            {"line": line, "violations": [{"clause": row.clause, "path": row.path} for row in rows]}
            for line, rows in found.refused.items()
        ],
        "fields": len(sketch.fields),
        "guesses": guesses(found.text),
        "left_out": [{"path": path, "reason": reason} for path, reason in left],
        "event_id": sketch.event_id.field,
        "key": sketch.key.field,
        "event_time": sketch.event_time.field,
        "missing": sketch.missing(),
        "problems": [{"path": row.path, "what": row.what, "remedy": row.remedy} for row in found.problems],
        "yaml": found.text,
        "cases": None if drafted is None else _cases(drafted),
    }


def _cases(drafted: Beside) -> dict[str, Any]:
    made = drafted.cases
    return {
        "file": str(drafted.file),
        "accepted": made.accepted if made else 0,
        "refused": made.refused if made else 0,
        "tables": made.tables if made else 0,
        "untouched": made.untouched if made else (),
        "why_none": drafted.why,
    }


def lines(said: dict[str, Any]) -> list[str]:
    """The same for a person, up to what to do next."""
    more = ", and the file goes on: --limit reads more" if said["more_events"] else ""
    made = [f"Read      {said['events']} events of {said['from']}{more}"]
    made += _some("no event", [f"line {row['line']}: {row['reason']}" for row in said["bad_lines"]])
    where = f"Wrote     {said['file']}" if said["file"] else "Drafted  "
    made.append(f"{where}: {said['fields']} fields, {said['guesses']} lines to look at")
    made += _some("left out", [f"{row['path']}: {row['reason']}" for row in said["left_out"]])
    made += _some("to do", [f"{word}: {why}" for word, why in said["missing"].items()])
    made += _accepted(said)
    made += _beside(said["cases"])
    faults = [f"{row['path']}: {row['what']}. {row['remedy']}" for row in said["problems"]]
    made.append(f"Lint      {f'{len(faults)} problems' if faults else 'ok'}")
    return [printable(line) for line in [*made, *_some("lint", faults)]]


def _accepted(said: dict[str, Any]) -> list[str]:
    refused = said["refused"]
    if not refused:
        return [f"Accepts   all {said['events']} events"]
    rows = [f"line {row['line']}: {', '.join(v['clause'] for v in row['violations'])}" for row in refused]
    return [f"Refuses   {len(refused)} of {said['events']} events: mend the guess", *_some("refused", rows)]


def _beside(cases: dict[str, Any] | None) -> list[str]:
    if cases is None:
        return []
    if cases["why_none"]:
        return [f"Cases     none in {cases['file']}: {cases['why_none']}"]
    counts = ", ".join(f"{cases[sort]} {sort}" for sort in ("accepted", "refused", "tables"))
    rows = _some("no case", list(cases["untouched"]))
    return [f"Cases     {cases['file']}: {counts}; each was judged as it says", *rows]


def _some(what: str, rows: list[str]) -> list[str]:
    shown = [f"            {what}: {row}" for row in rows[:SHOWN]]
    return shown + [f"            {what}: and {len(rows) - SHOWN} more; --json names all"] * (len(rows) > SHOWN)
