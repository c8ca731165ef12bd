"""The work in mq-bridge's own words: `run.py all|types BOOTSTRAP TOPIC GROUP FOLDER BATCH`, in its own environment.

One route: Kafka, deduplication, a JSON Schema for what its subset has (types, required, enum), one expression for the
other clauses (`types`: without it), Parquet for what passes, JSON lines for the rest. It ends when the topic is empty.
Set after its reference for 1.2.0 (docs/REFERENCE.md and docs/DELIVERY.md of the crate `mq-bridge`):
- a large `batch_size`, because each batch is one Parquet file ("one object per batch");
- `types` leaves the expression out: it parses every payload again and compiles each pattern for each event (the crate
  `zen-expression` 2.1.6), so this is the fast way, for those to whom types, required fields and enums are enough;
- `deduplication` on the input, in memory ("the fastest store"), keyed by a business key;
- `mapping` names every field: a Parquet schema is inferred from each batch, and one unknown member with values of two
  types fails the whole batch otherwise (seen, 1.2.0);
- `coerce: false`, because "4" is no number here;
- `fsync: off`, because neither our tables nor the other ways sync their files;
- `concurrency: 2`, one task a core; `write_time` names, because deduplication leaves holes in the positions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from mq_bridge import Route

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HEX = "[0-9a-fA-F]"
_MOMENT = f"^{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}([.][0-9]{{1,6}})?(Z|[+-][0-9]{{2}}:[0-9]{{2}})$"
_EMAIL = "^[^@ ]{1,64}@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$"


def _short(text: str, most: int) -> str:
    """At most so many characters: its `len` counts bytes, so where that is more a pattern counts."""
    return f'(len({text}) <= {most} or matches({text}, "(?s)^.{{0,{most}}}$"))'


# Its regular expressions are `regex-lite`: no look-ahead, so no form of an address that also counts its characters.
CLAUSES = (
    f'matches(event_id, "^{_HEX}{{8}}(-{_HEX}{{4}}){{3}}-{_HEX}{{12}}$")',
    "meta.event_id == event_id",
    'meta.contract == "client_tickets"',
    'startsWith(meta.contract_version, "1.")',
    'matches(ticket_id, "^TCK-[0-9]{8}$")',
    'matches(client_id, "^CLI-[0-9]{6}$")',
    f'matches(occurred_at, "{_MOMENT}")',
    "d(occurred_at).isValid()",
    f"len(request) >= 1 and {_short('request', 2000)}",
    f'(client_email == null or (len(client_email) <= 254 and matches(client_email, "{_EMAIL}")))',
    '(language == null or matches(language, "^[a-z]{2}(-[A-Z]{2})?$"))',
    "(satisfaction == null or (satisfaction >= 1 and satisfaction <= 5))",
    "(amount == null or (amount >= 0 and amount < 10000000000 and round(amount, 2) == amount))",
    f'(due_on == null or (matches(due_on, "^{_DAY}$") and d(due_on).isValid()))',
    f"(tags == null or (len(tags) <= 10 and all(tags, len(#) >= 1 and {_short('#', 30)})))",
    "(attachments == null or (len(attachments) <= 20 and all(attachments,"
    f" len(#.name) >= 1 and {_short('#.name', 255)} and len(#.media_type) <= 100"
    ' and matches(#.media_type, "^[a-z]+/[a-z0-9.+-]+$") and #.size_bytes >= 0 and #.size_bytes <= 26214400)))',
)


def route(whole: bool, bootstrap: str, topic: str, group: str, folder: Path, batch: int) -> dict[str, Any]:
    """The configuration as its JSON Schema (`mq_bridge.config_schema()`) has it."""
    schema = json.loads((folder / "schema.json").read_text())

    def files(name: str, **more: Any) -> dict[str, Any]:
        url = f"file://{folder.resolve()}/{name}"
        return {"object_store": {"url": url, "name_by": "write_time", "date_partition": False, "fsync": "off", **more}}

    transform = {
        "mapping": {field: f"$.{field}" for field in schema["properties"]},
        "schema": schema,
        "coerce": False,
        "apply_defaults": False,
    }
    accepted, rejected = files("accepted", format="parquet", compression="zstd"), files("rejected", format="json")
    judged = {"when": [{"if": " and ".join(CLAUSES), "to": accepted}], "default": rejected}
    seen = {"store": "memory://seen?max_keys=100000000", "ttl_seconds": 2_592_000, "key": "${payload:event_id}"}
    return {
        "batch_size": batch,
        "concurrency": 2,
        "exit_on_empty": True,
        "startup_timeout_ms": 60_000,
        "input": {
            "kafka": {
                "url": bootstrap,
                "topic": topic,
                "group_id": group,
                "consumer_options": [["fetch.min.bytes", "100000"], ["queued.min.messages", "200000"]],
            },
            "middlewares": [{"deduplication": seen}],
        },
        "output": {  # read from the bottom: the dead letters take what the schema refuses
            **({"switch": judged} if whole else accepted),
            "middlewares": [{"transform": transform}, {"dlq": {"endpoint": rejected}}],
        },
    }


if __name__ == "__main__":
    Route.from_config(route(sys.argv[1] == "all", *sys.argv[2:5], Path(sys.argv[5]), int(sys.argv[6]))).run()
