"""A plan and what became of it to text and JSON. Neither ever holds a password: no step does."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from cli.access.carry import Outcome
from cli.access.plan import Action, Plan, Step
from runtime.access import Acl

SIGNS = {"create": "+", "change": "~", "remove": "-"}
DONE: Mapping[Action, str] = {"create": "created", "change": "changed", "remove": "removed"}


def line(step: Step) -> str:
    """One step like a line of a diff."""
    values = f": {step.old} -> {step.new}" if step.action == "change" else ""
    values = f": {step.new}" if step.action == "create" and step.new else values
    values = f": {step.old}" if step.action == "remove" and step.old else values
    return f"{SIGNS[step.action]} {step.kind:<7} {step.name}{values}"


def planned(plan: Plan, prune: bool) -> Iterator[str]:
    """The plan before anything is done, its last line a count."""
    due = plan.due(prune)
    for step in plan.steps:
        yield line(step) + ("" if step in due else "   (stays: only --prune removes)")
    for note in plan.notes:
        yield f"  note    {note}"
    counts = Counter(step.action for step in due)
    kept = len(plan.steps) - len(due)
    stays = f"; {kept} beyond the contract" if kept else ""
    if not due:
        yield f"Nothing to change{stays}."
        return
    yield f"To create: {counts['create']}, to change: {counts['change']}, to remove: {counts['remove']}{stays}."


def ended(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What was carried out; where a step failed, every step with its state, and the reason."""
    rows = list(outcomes)
    if all(row.state == "done" for row in rows):
        counts = Counter(row.step.action for row in rows)
        yield ", ".join(f"{word} {counts[action]}" for action, word in DONE.items()).capitalize() + "."
        return
    for row in rows:
        yield f"{row.state:<10} {line(row.step)}"
        if row.error is not None:
            yield f"           {row.error.what}"


def document(plan: Plan, outcomes: Iterable[Outcome], broker: str, prune: bool) -> dict[str, Any]:
    """The same as one JSON document; `state` is planned, kept (for want of --prune), done, failed or not tried."""
    reached = list(outcomes)
    due = plan.due(prune)

    def row(step: Step) -> dict[str, Any]:
        outcome = next((made for made in reached if made.step is step), None)
        state = outcome.state if outcome else "planned" if step in due else "kept"
        why = outcome.error.what if outcome and outcome.error else None
        acl = asdict(step.target) if isinstance(step.target, Acl) else None
        said = {"action": step.action, "kind": step.kind, "name": step.name, "old": step.old, "new": step.new}
        return {**said, "acl": acl, "state": state, "reason": why}

    rows = [row(step) for step in plan.steps]
    ok = not plan.errors and all(row["state"] in ("done", "kept") for row in rows)
    return {"ok": ok, "broker": broker, "steps": rows, "errors": list(plan.errors), "notes": list(plan.notes)}
