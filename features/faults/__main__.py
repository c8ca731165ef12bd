"""`python -m features.faults`: a campaign of faults, its report, and an exit code: whether all promises held."""

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import click

from features.faults import plan as plans
from features.faults import report
from features.faults.campaign import Campaign
from features.faults.profiles import PROFILES, Profile
from features.faults.site import Site
from features.harness import ROOT

EPILOG = """\b
Examples:
  python -m features.faults --profile short
  python -m features.faults --profile full --seed 7
  python -m features.faults --profile full --minutes 20
  python -m features.faults --replay build/faults/7
"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--profile", type=click.Choice(list(PROFILES)), default="short", show_default=True, envvar="FAULTS_PROFILE"
)
@click.option("--seed", type=int, default=1, show_default=True, envvar="FAULTS_SEED", help="Defines the whole plan.")
@click.option(
    "--minutes", type=click.FloatRange(0, min_open=True), help="Begin no round after this; the report says so."
)
@click.option(
    "--replay", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The plan of an earlier run."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run. [default: build/faults/SEED]")
@click.option("--keep", is_flag=True, help="Keep topic and tables even if nothing was found.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def main(
    profile: str, seed: int, minutes: float | None, replay: Path | None, out: Path | None, keep: bool, as_json: bool
) -> None:
    """Put faults to the running product, and check what is promised.

    Leaves plan.json, faults.jsonl (each fault and what it hit) and result.json in build/faults/SEED. Exits with 1 where
    a promise was broken, a negative control was not caught, or fewer faults hit than are promised (unless --minutes cut
    it short).
    """
    chosen = json.loads((replay / "plan.json").read_text("utf-8")) if replay else None
    if chosen:
        profile, seed = chosen["profile"], chosen["seed"]
    rounds = plans.from_json(chosen["rounds"]) if chosen else plans.plan(PROFILES[profile], seed)
    folder = (out or ROOT / "build" / "faults" / f"{seed}{'-replay' if replay else ''}").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = {"profile": profile, "seed": seed, "rounds": plans.to_json(rounds)}
    (folder / "plan.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    result = carry_out(Site(folder, seed), PROFILES[profile], rounds, minutes)
    (folder / "result.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    click.echo(json.dumps(result) if as_json else report.text(result))
    if result["ok"] and not keep:
        for name in ("workspace", "bucket", "broker", "logs", "receipts", "controls"):
            shutil.rmtree(folder / name, ignore_errors=True)
    sys.exit(0 if result["ok"] else 1)


def carry_out(site: Site, profile: Profile, rounds: list[plans.Round], minutes: float | None) -> report.Result:
    """The campaign, then the controls on what it left; whatever happens, what was started is ended."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    campaign = Campaign(site, profile, rounds, None if minutes is None else began + 60 * minutes, tell)
    try:
        site.open()
        campaign.run()
    finally:
        campaign.close()
        site.close()
    return report.build(campaign, time.monotonic() - began)


def tell(line: str) -> None:
    """One line that is overwritten on a terminal, unless it matters; plain lines elsewhere. All on stderr."""
    if not sys.stderr.isatty():
        print(line, file=sys.stderr, flush=True)
        return
    width = os.get_terminal_size(sys.stderr.fileno()).columns
    end = "\n" if line.startswith("VIOLATION") else ""
    print(f"\r\x1b[K{line if end else line[: width - 1]}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
