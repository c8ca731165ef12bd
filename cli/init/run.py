"""A draft to a run: payloads of it judged, then samples and payloads through broker, Spark, export and audit.

Everything lies in a workspace of its own below --data, so that a wrong draft leaves nothing elsewhere.
"""

import io
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.init.samples import Event
from cli.init.sketch import Judged
from contracts.compiler.catalogue import Catalogue
from contracts.compiler.load import readable
from contracts.compiler.model import Contract
from runtime.errors import MachineError
from runtime.workspace import EXPORTS_VARIABLE, TABLES_VARIABLE, Workspace

PAYLOADS, GENERATED, FORMATS = 200, 1_000, ("json", "csv", "parquet", "duckdb")


def run(found: Judged, events: Sequence[Event], data: Path, broker: str) -> dict[str, Any]:
    """Steps as far as they go, each by name; `ok` is whether all went well, `stopped` why the last were not run."""
    steps: dict[str, Any] = {"ok": True, "stopped": None, "lint": len(found.problems)}
    if found.contract is None:
        return {**steps, "ok": False, "stopped": "the draft does not compile"}
    try:
        steps["payloads"] = _payloads(found.contract)
        steps["ok"] = not found.problems and steps["payloads"]["refused"] == 0
        if found.contract.envelope is None or found.problems:
            return {**steps, "ok": False, "stopped": "the draft describes no topic yet: do what lint says"}
        return {**steps, **_end_to_end(found, events, data, broker, steps["ok"])}
    except Exception as error:
        if not hasattr(error, "what"):
            raise
        remedy = getattr(error, "remedy", "")
        return {**steps, "ok": False, "stopped": f"{error.what}. {remedy}".strip()}


def _payloads(contract: Contract) -> dict[str, int]:
    """How many generated payloads the draft itself refuses: none, unless a guess contradicts another."""
    from cli.agreement.enforcers import ENFORCERS
    from cli.payloads import START
    from producer.blocks.lines import lines

    made = list(lines(contract, count=PAYLOADS, seed=1, start=START))
    found = ENFORCERS["decoder"](readable(contract))(made)
    return {"made": len(made), "refused": sum(map(bool, found))}


def _end_to_end(found: Judged, events: Sequence[Event], data: Path, broker: str, ok: bool) -> dict[str, Any]:
    from runtime.java import find_java

    if shared := [name for name in (TABLES_VARIABLE, EXPORTS_VARIABLE) if name in os.environ]:
        said = f"{shared[0]} names a place that others read: unset it for a trial; nothing was sent"
        return {"ok": ok, "stopped": said}
    try:
        find_java()
    except MachineError as error:
        return {"ok": ok, "stopped": f"{error.what}: payloads and samples were judged, nothing was sent"}
    from cli.audit import run_audit
    from cli.export import run_export
    from cli.process import run_process
    from runtime.broker import connect

    workspace = Workspace.open(data / "init" / f"{found.sketch.topic}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    contract, folder = _moved(found, workspace)
    with connect(broker, workspace) as where:
        sent = _sent(contract, events, workspace, where)
        processed = run_process(contract, folder, workspace, where)
        exported = run_export(contract, folder, workspace.root, FORMATS)
        audited = run_audit(contract, folder, workspace, where)
    steps = {
        "workspace": str(workspace.root),
        "sent": sent,
        "outcomes": processed["outcomes"],
        "export": {table["table"]: table["rows"] for table in exported["tables"]},
        "audit": {"ok": audited["ok"], "offsets": audited["offsets"]},
    }
    return {"ok": ok and _agrees(steps), **steps}


def _agrees(steps: dict[str, Any]) -> bool:
    """Whether every sample was sent, all that was sent was accepted (or came twice), and the audit says so."""
    sent, outcomes = steps["sent"], steps["outcomes"]
    arrived = sent["acknowledged"] == sum(outcomes.values()) and not outcomes.get("rejected")
    return bool(steps["audit"]["ok"] and arrived and not sent["refused"])


def _moved(found: Judged, workspace: Workspace) -> tuple[Contract, Catalogue]:
    """The draft in a folder of its own, where no other contract can be in its way."""
    folder = Catalogue(workspace.root / "contracts")
    file = folder.root / found.sketch.topic / "v1.odcs.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(found.text, "utf-8")
    return folder.get(found.sketch.topic), folder


def _sent(contract: Contract, events: Sequence[Event], workspace: Workspace, broker: Any) -> dict[str, Any]:
    """The samples as somebody's own file, then generated events."""
    from cli.produce.parameters import own_name
    from cli.produce.runs import run_file, run_generated

    lines = b"".join(event.raw + b"\n" for event in events)
    own = run_file(
        contract,
        broker,
        workspace,
        file=io.BytesIO(lines),
        size=len(lines),
        input_format="jsonl",
        make_ids=False,
        producer=own_name(),
        receipts=None,
        rate=None,
        timeout_s=60,
        progress=False,
    )
    made = run_generated(contract, broker, workspace, events=GENERATED, seed=1)
    return {
        "samples": own["acknowledged"],
        "refused": own["refused"],
        "refused_by_clause": own["refused_by_clause"],
        "generated": made["acknowledged"],
        "acknowledged": own["acknowledged"] + made["acknowledged"],
    }


def _unsent(done: dict[str, Any]) -> list[tuple[str, int]]:
    """Samples that a writer may not send, such as those with a field that the draft leaves out, by clause."""
    return list(done["sent"]["refused_by_clause"].items())


def lines(done: dict[str, Any]) -> list[str]:
    """What a run came to, in words."""
    made = []
    if "payloads" in done:
        made.append(f"Payloads  {done['payloads']['made']} generated, {done['payloads']['refused']} of them refused")
    if "sent" in done:
        counts = " + ".join(f"{count} {name}" for name, count in done["outcomes"].items())
        made.append(f"Sent      {done['sent']['samples']} samples and {done['sent']['generated']} generated: {counts}")
        made += [f"            not sent: {count} samples, {clause}" for clause, count in _unsent(done)]
        made.append("Exported  " + ", ".join(f"{name} {rows} rows" for name, rows in done["export"].items()))
        made.append(f"Audit     {'ok' if done['audit']['ok'] else 'FAILED'}: {done['audit']['offsets']} offsets")
        made.append(f"Results   {done['workspace']}")
    return made + ([f"Stopped   {done['stopped']}"] if done["stopped"] else [])
