"""A hand-made pipeline for tests of capacity and scenarios."""

from __future__ import annotations

from typing import Any

from architecture import parts
from architecture.tests.small import amount, architecture, sure

HYPOTHESES: list[dict[str, Any]] = [
    {"id": "events-per-day", "amount": amount(86_400, 200_000, 300_000)},
    {"id": "peak-per-second", "amount": amount(40, 60, 90)},
    {"id": "office-hours", "amount": sure(10)},
    {"id": "bytes-per-event", "amount": sure(650)},
    {"id": "stored-bytes-per-event", "amount": sure(120)},
]


def piped(**scenario: Any) -> parts.Architecture:
    """Source, broker, job, store in a row; the job takes 1,000 events a second, or 500 at its low end."""
    kept = {"policy": {"en": "x", "fr": "x"}, "buffer": "broker", "buffer_h": 720}
    step = {"en": "start it", "fr": "démarrer"}
    return architecture(
        hypotheses=HYPOTHESES,
        data=[{"id": "raw-events"}, {"id": "tickets"}],
        places=[{"id": "room"}, {"id": "other"}],
        components=[
            {"id": "source", "kind": "producer", "places": ["other"]},
            {
                "id": "broker",
                "kind": "broker",
                "instances": 3,
                "needed": 2,
                "capacity": sure(2_000),
                "holds": [{"data": "raw-events", "form": "clear", "kept_days": 30}],
                "rebuilt_from": ["source"],
                "rebuild_days": 30,
                "runbook": "broker.md",
            },
            {"id": "job", "kind": "job", "capacity": amount(500, 1_000, 1_500), "runbook": "job.md"},
            {"id": "store", "kind": "store", "holds": [{"data": "tickets", "form": "clear", "kept_days": 1095}]},
        ],
        flows=[
            {"id": "sent", "source": "source", "to": "broker"},
            {"id": "read", "source": "broker", "to": "job", "initiator": "to", "retry": kept},
            {"id": "written", "source": "job", "to": "store", "mode": "synchronous"},
        ],
        teams=[{"id": "always", "on_call": "always"}],
        services=[{"id": "s", "answers": ["store"], "path": ["sent", "read", "written"]}],
        scenarios=[
            {
                "id": "job-down",
                "removes": ["job"],
                "hours": sure(8),
                "detection_h": sure(0.5),
                "calls": "team",
                "detected_by": "lag",
                "runbook": "job-down.md",
                "steps": [{"text": step, "team": "team", "hours": sure(1)}],
            }
            | scenario
        ],
    )
