"""One client ticket as a producer sends it, for tests that change a member or two."""

from typing import Any

TICKET: dict[str, Any] = {
    "event_id": "0b7c7c1e-52ae-4a1c-9d0f-5d4f6f0f6f11",
    "event_type": "opened",
    "ticket_id": "TCK-00000042",
    "client_id": "CLI-004711",
    "occurred_at": "2026-01-05T08:30:00Z",
    "request": "My invoice is wrong.",
    "request_type": "billing",
    "priority": "low",
    "channel": "web",
}
