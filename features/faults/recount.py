"""Raw records to KPIs, in plain Python from the contract's descriptions, and held against the table.

    python -m features.faults.recount --data DIR [--broker HOST:PORT]

Stands alone: it needs a workspace, and the broker whose topic that was made from.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

from features.faults.evidence import Evidence, command, gather

Group = tuple[datetime, str, str, str]
GROUP = ("hour", "request_type", "priority", "support_team")
CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Event:
    """What KPIs need of one event that counts."""

    ticket: str
    kind: str
    at: datetime
    group: Group
    target_hours: int
    mark: float | None


def counted(evidence: Evidence) -> Iterator[Event]:
    """The events that count: of each id one, judged valid from its bytes."""
    for place in evidence.winners.values():
        body = evidence.judged[place].body or {}
        team, hours = evidence.targets[body["request_type"], body["priority"]]
        at = body["occurred_at"]
        group = (at.replace(minute=0, second=0, microsecond=0), body["request_type"], body["priority"], team)
        mark = body.get("satisfaction")
        yield Event(body["ticket_id"], body["event_type"], at, group, hours, None if mark is None else float(mark))


def kpis(events: Iterable[Event]) -> dict[Group, dict[str, Any]]:
    """The KPIs of every group that has an event."""
    opened: dict[str, datetime] = {}
    groups: dict[Group, list[Event]] = defaultdict(list)
    for event in events:
        groups[event.group].append(event)
        if event.kind == "opened":
            opened[event.ticket] = min(event.at, opened.get(event.ticket, event.at))
    return {group: _of_group(members, opened) for group, members in groups.items()}


def _of_group(events: list[Event], opened: Mapping[str, datetime]) -> dict[str, Any]:
    kinds = Counter(event.kind for event in events)
    resolved = [event for event in events if event.kind == "resolved" and event.ticket in opened]
    timed = [((event.at - opened[event.ticket]) / timedelta(hours=1), event.target_hours) for event in resolved]
    hours, past = [took for took, _ in timed], sum(took > target for took, target in timed)
    marks = [event.mark for event in events if event.mark is not None]
    return {
        "events": len(events),
        "opened": kinds["opened"],
        "resolved": kinds["resolved"],
        "reopened": kinds["reopened"],
        "resolved_without_opened": kinds["resolved"] - len(timed),
        "past_target": past,
        "median_hours_to_resolve": interpolated(hours, 0.5),
        "p95_hours_to_resolve": interpolated(hours, 0.95),
        "share_past_target": past / len(timed) if timed else None,
        "mean_satisfaction": mean(marks) if marks else None,
    }


def interpolated(values: list[float], share: float) -> float | None:
    """Percentile by linear interpolation between closest ranks (Hyndman and Fan, type 7); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def differences(evidence: Evidence) -> list[str]:
    """Where the KPI table is not what a recount gives: one sentence a group."""
    wanted = kpis(counted(evidence))
    found: dict[Group, dict[str, Any]] = {}
    said: list[str] = []
    for row in evidence.kpis:
        group: Group = tuple(row[name] for name in GROUP)
        said += [f"{_shown(group)} has two rows"] * (group in found)
        found[group] = row
    said += [f"{_shown(group)} is missing" for group in sorted(wanted.keys() - found.keys())]
    said += [f"{_shown(group)} has no event" for group in sorted(found.keys() - wanted.keys())]
    for group in sorted(wanted.keys() & found.keys()):
        wrong = {name: (found[group][name], value) for name, value in wanted[group].items()}
        wrong = {name: pair for name, pair in wrong.items() if not _close(*pair)}
        said += [f"{_shown(group)}: {name} is {a}, recounted {b}" for name, (a, b) in wrong.items()]
    return said


def _close(found: Any, wanted: Any) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return bool(found == wanted if isinstance(wanted, int) else abs(found - wanted) <= CLOSE)


def _shown(group: Group) -> str:
    return f"KPIs of {group[0]:%Y-%m-%d %H}:00 {' '.join(group[1:])}"


def main(arguments: list[str]) -> int:
    """0 where the table equals the recount, else 1 and the differences."""
    parser = argparse.ArgumentParser(prog="python -m features.faults.recount", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="The workspace.")
    parser.add_argument("--broker", help="HOST:PORT. [default: the broker that the workspace runs]")
    chosen = parser.parse_args(arguments)
    where = chosen.broker or _running(chosen.data)
    evidence = gather(chosen.data, where, chosen.data / "receipts")
    said = differences(evidence)
    print("\n".join(said) or f"{len(evidence.kpis)} rows of KPIs equal a recount of {len(evidence.winners)} events")
    return int(bool(said))


def _running(data: Path) -> str:
    """The address of the workspace's own broker."""
    return str(json.loads(command("broker", "status", "--json", "--data", str(data)))["bootstrap"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
