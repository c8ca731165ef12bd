"""Summary of a run to text and exit code: what came of it, why not all of it, and the command to go on with."""

import textwrap
from typing import Any

INTERRUPTED = 130
CLAUSES_SHOWN = 10
COUNTS = (
    "read",
    "refused",
    "ids_made",
    "sent",
    "acknowledged",
    "failed",
    "left",
    "unreadable",
    "valid",
    "invalid",
    "duplicates",
    "late",
)


def summary(done: dict[str, Any]) -> str:
    """The counts of a run as aligned lines, at most 80 columns but for paths, and what to do about the rest."""
    if done.get("files") == 0 and not (done["left"] or done["busy"]):
        return f"Nothing to resume: no record of topic {done['topic']} waits in the outbox."
    lines = [f"{done['contract']} to topic {done['topic']}: {done['sent']:,} events in {done['seconds']:.1f} s"]
    lines += [f"  {name.replace('_', ' '):<14}{done[name]:>12,}" for name in COUNTS if name in done]
    return "\n".join([*lines, *_clauses(done), *_kept(done), *_failures(done), *_next(done)])


def _clauses(done: dict[str, Any]) -> list[str]:
    clauses = done.get("invalid_by_clause") or done.get("refused_by_clause") or {}
    most = sorted(clauses.items(), key=lambda row: -row[1])
    lines = ["By clause:"] * bool(most)
    lines += [f"  {count:>8,}  {clause}" for clause, count in most[:CLAUSES_SHOWN]]
    return lines + [f"            and {len(most) - CLAUSES_SHOWN} more (--json names all)"] * (
        len(most) > CLAUSES_SHOWN
    )


def _kept(done: dict[str, Any]) -> list[str]:
    lines = [f"Refused, kept in {done['refused_file']}"] if done.get("refused_file") else []
    lines += [f"In use by another command, so left alone: {path}" for path in done.get("busy", ())]
    for path in done.get("unreadable_files", ()):
        lines += [f"Lines that can't be read, cut short by a kill, kept aside in {path}"]
    return lines


def _failures(done: dict[str, Any]) -> list[str]:
    """Cause, count and remedy of what was not acknowledged."""
    lines = []
    for row in done["errors"]:
        told = f"Not acknowledged: {row['count']:,}, since {row['what']} ({row['code']}). {row['remedy']}"
        lines += textwrap.wrap(told, 80, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return lines


def _next(done: dict[str, Any]) -> list[str]:
    lines = ["Stopped before the end; what was handed over is counted above."] * done["stopped_early"]
    if done.get("outbox"):
        lines += [f"Kept in {done['outbox']}", f"Then send what is kept: {done['resume']}"]
    return lines


def exit_code(done: dict[str, Any]) -> int:
    """130 after a stop by signal, 1 where anything is unacknowledged, refused or unreadable, else 0."""
    if done["interrupted"]:
        return INTERRUPTED
    return int(any(done.get(name) for name in ("failed", "refused", "left", "unreadable", "stopped_early")))
