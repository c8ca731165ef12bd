"""The project's contracts as they would be without `client_tickets` v2: a folder that the commands take.

Speed is measured on v1 events. KPIs and refusals are outputs of the newest major, v2, and a job of v2 carries v1 events
over one by one; so a job that reads v1 as it stands today makes no KPIs. In this folder v1 is the newest major, with
all outputs, and the whole job is measured on it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from contracts.compiler.catalogue import HOME

NAMES = ("client_tickets", "tickets", "ticket_kpis", "rejected_events", "support_targets")
_NEWEST = re.compile(r"\b(client_tickets|tickets)\.v2\b")


def contracts(folder: Path) -> Path:
    """Make the folder anew, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in NAMES:
        (folder / name).mkdir(parents=True)
        for file in sorted((HOME / name).glob("v1.*")):
            (folder / name / file.name).write_text(_NEWEST.sub(r"\1.v1", file.read_text("utf-8")), "utf-8")
    return folder
