"""Faults put to the running product: the short campaign, through the command that `make faults` uses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from features.harness import ROOT

CAMPAIGN_DEADLINE_S = 1500


@pytest.mark.jvm
@pytest.mark.timeout(CAMPAIGN_DEADLINE_S + 60)
def test_what_is_promised_holds_under_the_short_campaign(tmp_path: Path) -> None:
    """Every promised fault hits, no promise is broken, and every negative control is caught."""
    out = tmp_path / "campaign"
    command = [sys.executable, "-m", "features.faults", "--profile", "short", "--out", str(out), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=CAMPAIGN_DEADLINE_S)
    assert done.stdout, done.stderr[-3000:]
    result = json.loads(done.stdout)
    shown = {name: result[name] for name in ("violations", "fewer_than_promised", "cut_short")}
    assert (done.returncode, result["ok"]) == (0, True), shown
    assert {wanted for one in result["controls"] for wanted in one["caught_by"]} == set(result["invariants"])
