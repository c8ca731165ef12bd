"""Rules of recovery: backups, what holds back while something is away, and the order in which things come back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from architecture import needs, parts
from architecture.rules import ways
from architecture.rules.facts import Facts
from architecture.rules.rule import Fault, Rule, arrows

TEST_EVERY_DAYS = 365


def _keeps(component: parts.Component) -> bool:
    return any(held.form != "encrypted" for held in component.holds)


def _no_backup(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        if _keeps(part) and part.kind not in ("backup", "client") and part.backup is None and not part.rebuilt_from:
            kept = ", ".join(held.data for held in part.holds)
            yield Fault(part.id, "", f"keeps {kept}; has no backup and can be made again from nothing")


def _untested(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        if part.backup is None:
            continue
        day = part.backup.tested
        if day is None:
            yield Fault(part.id, "backup", "no restore of its backup was ever tried")
        elif facts.around.age_days(day) > TEST_EVERY_DAYS:
            yield Fault(part.id, "backup", f"a restore was last tried on {day}, {facts.around.age_days(day)} days ago")


def _backup_beside(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        if part.backup is None:
            continue
        shared = facts.stands_in(part.id) & facts.stands_in(part.backup.to)
        if shared:
            place = max(shared, key=lambda name: len(facts.around_place(name)))
            way = f"{arrows(part.id, place)} and {arrows(part.backup.to, place)}"
            yield Fault(part.id, "backup", f"backup and original are lost together: {way}")


def _short_history(facts: Facts) -> Iterator[Fault]:
    for part in facts.architecture.components:
        kept = [held.kept_days for held in part.holds if held.kept_days is not None]
        if not part.rebuilt_from or not kept or part.backup is not None:
            continue
        way = arrows(part.id, *part.rebuilt_from)
        if part.rebuild_days is None or part.rebuild_days < max(kept):
            have = "an unknown history" if part.rebuild_days is None else f"{part.rebuild_days:g} days of history"
            yield Fault(part.id, "rebuild_days", f"keeps {max(kept):g} days, and can be made again from {have}: {way}")


def _circle(facts: Facts) -> Iterator[Fault]:
    stuck = set(facts.recover) - ways.risen(facts.recover)
    circle = ways.circle(facts.recover, stuck)
    if circle:
        first = next((name for name in circle if name in facts.components), circle[0])
        what = f"{len(stuck)} parts cannot be brought back from nothing: {arrows(*circle)}"
        yield Fault(first, "", what)


def _short_buffer(facts: Facts) -> Iterator[Fault]:
    """For each flow the worst scenario in which its source works on and its other end, or the way to it, is gone."""
    for flow in facts.architecture.flows:
        if flow.purpose != "data" or flow.mode != "asynchronous" or flow.retry is None:
            continue
        holds = flow.retry.buffer_h or 0.0
        worst: tuple[float, str] = (0.0, "")
        for scenario in facts.architecture.scenarios:
            if not scenario.hours or not scenario.removes:
                continue
            gone = facts.gone("run", *scenario.removes)
            buffer = flow.retry.buffer or flow.source
            if flow.id in gone and buffer not in gone and flow.source not in gone:
                worst = max(worst, (scenario.hours.high, scenario.id))
        if worst[0] > holds:
            way = arrows(flow.source, flow.id, flow.to)
            what = f"holds back {holds:g} h, and {worst[1]} lasts up to {worst[0]:g} h: {way}"
            yield Fault(flow.id, "retry", what)


def _no_retry(facts: Facts, mode: str) -> Iterator[Fault]:
    for flow in facts.architecture.flows:
        if flow.retry is None and flow.mode == mode and flow.purpose in ("data", "backup", "control"):
            yield Fault(
                flow.id, "", f"is {mode} and does not say what happens when {needs.other(flow)} does not answer"
            )


def _unknown_restore(facts: Facts) -> Iterator[Fault]:
    for service in facts.architecture.services:
        if service.objectives.rto_h is None:
            continue
        for part in facts.below("recover", service.id):
            if part.restore_h is None and part.kind != "client":
                way = arrows(*facts.way("recover", service.id, part.id))
                yield Fault(part.id, "restore_h", f"nobody said how long it takes to bring back; needed by {way}")


def _no_runbook(facts: Facts) -> Iterator[Fault]:
    pages = {part.id: part.runbook for part in facts.architecture.scenarios}
    optional = {part.id: part.runbook for part in facts.architecture.components if part.runbook}
    for name, page in (pages | optional).items():
        if page is None:
            yield Fault(name, "runbook", "has no runbook")
        elif not facts.around.has(page):
            yield Fault(name, "runbook", f"names the runbook {page}, and there is no such file")


def _no_caller(facts: Facts) -> Iterator[Fault]:
    for scenario in facts.architecture.scenarios:
        if scenario.calls is None:
            yield Fault(scenario.id, "calls", "calls nobody")


ROWS = (
    Rule(
        "backup-missing",
        "error",
        "part",
        "What keeps data has a backup, or can be made again from something.",
        "One wrong command and they are gone, on all replicas at once.",
        "Add backup, or rebuilt_from with its rebuild_days.",
        _no_backup,
    ),
    Rule(
        "untested-backup",
        "error",
        "part",
        f"A restore of every backup was tried within {TEST_EVERY_DAYS} days.",
        "A backup that nobody restored is a hope.",
        "Try it, write down the day under backup.tested; until then a waiver says who answers for it.",
        _untested,
    ),
    Rule(
        "backup-beside",
        "error",
        "path",
        "A backup shares no place with what it is of, not even the data centre or region.",
        "Fire, water and a lost account take both.",
        "Send it to another site or region.",
        _backup_beside,
    ),
    Rule(
        "history-too-short",
        "error",
        "path",
        "What is made again from something else finds there as many days as it keeps.",
        "The rest of its history would be gone for good.",
        "Keep the origin longer, keep the copy shorter, or make a backup.",
        _short_history,
    ),
    Rule(
        "recovery-circle",
        "error",
        "path",
        "Everything can be brought back from nothing, in some order.",
        "A vault that needs the directory that needs the vault stays down, with all that needs either.",
        "Break the circle: an emergency identity, a sealed copy, a start without the other.",
        _circle,
    ),
    Rule(
        "buffer-shorter-than-outage",
        "error",
        "path",
        "What sends on holds back as long as the longest outage of a scenario it lives through.",
        "When the buffer is full, events are lost or the source stops.",
        "Raise retry.buffer_h, with the disk for it, or shorten the outage.",
        _short_buffer,
    ),
    Rule(
        "retry-missing",
        "warning",
        "part",
        "An asynchronous flow says what it does when the other side is away.",
        "Otherwise it is found out in the outage.",
        "Add retry: policy, and how long it can hold back where.",
        partial(_no_retry, mode="asynchronous"),
    ),
    Rule(
        "timeout-missing",
        "warning",
        "part",
        "A synchronous flow says when it gives up waiting.",
        "A caller that waits for ever is down with what it calls, and its callers with it.",
        "Add retry: policy with the timeout and what is done then.",
        partial(_no_retry, mode="synchronous"),
    ),
    Rule(
        "restore-unknown",
        "error",
        "path",
        "Whatever a service with a promised recovery time needs says how long it takes to bring back.",
        "One unknown makes the whole promise unknown.",
        "Estimate restore_h with a range; a rehearsal makes it a measurement.",
        _unknown_restore,
    ),
    Rule(
        "runbook-missing",
        "error",
        "part",
        "Every scenario has a runbook, and every runbook that is named is there.",
        "At three in the morning nobody invents the right order of steps.",
        "Write the runbook, and name its path.",
        _no_runbook,
    ),
    Rule(
        "caller-missing",
        "error",
        "part",
        "Every scenario says who is called.",
        "An alert that goes to everybody is answered by nobody.",
        "Name the team under calls.",
        _no_caller,
    ),
)
