"""The last committed result to docs/promises.md: what is promised, how it is tested, and what is not promised.

    python -m features.faults.page [build/faults/1/result.json]

With a result: it becomes docs/promises.json first.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import click

from features.faults.profiles import PROFILES
from features.harness import ROOT

DATA, PAGE = ROOT / "docs" / "promises.json", ROOT / "docs" / "promises.md"

DONE: dict[str, str] = {
    "kill at point: decoded": "`kill -9` of the job, once a batch is decoded",
    "kill at point: settled": "`kill -9` of the job, right before the ledger's commit",
    "kill at point: ledger committed": "`kill -9` of the job, right after the ledger's commit",
    "kill at point: index noted": "`kill -9` of the job, once the index knows the batch",
    "kill at point: tickets appended": "`kill -9` of the job, once the tickets are appended",
    "kill at point: KPIs refreshed": "`kill -9` of the job, once the KPIs are made anew",
    "kill at point: export staged": "`kill -9` of an export, right before it is published",
    "kill at point: export renamed": "`kill -9` of an export, published but not yet the latest",
    "kill group": "`kill -9` of the job at a random moment of a batch",
    "kill java": "`kill -9` of the job's Java process alone, as for want of memory",
    "kill workers": "`kill -9` of the Python processes that decode",
    "kill driver": "`kill -9` of the driver alone: its Java process lives on while the next run starts",
    "wake zombie": "Java stopped, its driver killed, Java woken while the next run is at work",
    "two jobs": "two jobs at once on the same tables, with the lock switched off",
    "full disk": "no file can grow any more",
    "pause": "driver, Java or broker stopped for a while",
    "kill broker": "`kill -9` of the broker, and a restart",
    "weather": "the network between broker and job or producer: stalled, reset, delayed, slow",
    "store errors": "the store of tables in a bucket: every request answered with an error for a while",
    "store away": "the store of tables in a bucket: not reached for a while",
    "kill producer": "`kill -9` of the producer; then the same is sent again",
    "lose state": "checkpoint or index removed or cut in half between two runs",
    "kill export": "`kill -9` of an export at a random moment",
}
LIMITS = (
    "Power loss and broken disks: faults here kill processes, and what the kernel holds is written. One broker that "
    "does not sync each record (Kafka's default) loses acknowledged records with its machine; replication is for that.",
    "Records that the broker's retention removes before the job has read them: the job stops and names them.",
    "Events that a killed producer had not been acknowledged, where nobody has its input any more.",
    "An event is sent twice if its producer is started anew; it is one ticket all the same, by its id. "
    "Without an id of its own (`--make-ids`) that is promised for the same input only.",
    "Which of two bodies under one id counts, if they arrive in different partitions: exactly one does, the first "
    "committed.",
    "Tables on anything but a local disk: faults of a store of objects are put to a second workspace, whose tables lie "
    "in a bucket, where the table of faults names them. More than one machine: not tested here; docs/cluster.md says "
    "what is.",
)


def page(result: dict[str, Any]) -> str:
    """The whole page; it follows from the result alone."""
    parts = [_head(result), _promises(result), _faults(result), _traffic(result), _controls(result), _limits()]
    return "\n\n".join([*parts, _again(result)]) + "\n"


def _head(result: dict[str, Any]) -> str:
    bound = result["failure_rate_below"]
    sure = (
        f"No promise was broken. With 95 % confidence fewer than {bound:.2%} of such faults break one"
        if bound is not None
        else f"**{len(result['violations'])} violations were found.**"
    )
    return (
        "# What is promised, and how it is tested\n\n"
        "<!-- Made by `python -m features.faults.page` from promises.json: change neither by hand. -->\n\n"
        f"{result['hits']} faults hit the running product in the middle of its work, while "
        f"{result['records']:,} records went through it. {sure} (rule of three, exactly: 1 - 0.05^(1/n)).\n\n"
        f"Profile `{result['profile']}`, seed {result['seed']}, {result['at'][:10]}, "
        f"{result['seconds'] / 60:.0f} minutes on two cores; {result['broker']}; "
        f"{', '.join(f'{name} {version}' for name, version in result['versions'].items())}."
        + ("\n\n**Cut short:** not every promised fault was reached." if result["cut_short"] else "")
    )


def _promises(result: dict[str, Any]) -> str:
    lines = ["## Promises\n", "| | promised | checked | broken |", "|---|---|---:|---:|"]
    for name, row in result["invariants"].items():
        lines.append(f"| {name} | {row['says']} | {row['checked']} | {row['violations']} |")
    runs = result["runs"]
    lines.append(f"| I8 | {runs['says']} | {runs['started']} | {runs['violations']} |")
    lines.append(
        "\nI2, I4 and I6 are looked at after every round, everything at the end, after one run that nothing disturbs. "
        "The checker reads the raw topic, the tables, the receipts and the published files by means of its own; it "
        "imports nothing that wrote them. KPIs can be recounted alone: `python -m features.faults.recount --data DIR`."
    )
    return "\n".join(lines)


def _faults(result: dict[str, Any]) -> str:
    lines = ["## Faults\n", "A fault counts if it hit while a batch (a sending, an export) was in flight.\n"]
    lines += ["| fault | done | hit |", "|---|---:|---:|"]
    lines += [f"| {DONE[name]} | {row['done']} | {row['in_flight']} |" for name, row in result["faults"].items()]
    return "\n".join(lines)


def _traffic(result: dict[str, Any]) -> str:
    lines = ["## Traffic\n", "| sent | |", "|---|---:|"]
    lines += [f"| {name} | {count:,} |" for name, count in result["traffic"].items()]
    lines += ["", "| outcome in the ledger | |", "|---|---:|"]
    lines += [f"| {name} | {count:,} |" for name, count in result["outcomes"].items()]
    return "\n".join(lines)


def _controls(result: dict[str, Any]) -> str:
    caught = sum(one["ok"] for one in result["controls"])
    lines = [
        "## Negative controls\n",
        "A checker that finds nothing may be one that can't. So the product, or what it ",
    ]
    lines[-1] += (
        f"left, is broken on purpose: {caught} of {len(result['controls'])} were caught, by the right invariant.\n"
    )
    lines += ["| broken | caught by | for example |", "|---|---|---|"]
    lines += [f"| {o['name']} | {', '.join(o['caught_by'])} | {_cell(o['example'])} |" for o in result["controls"]]
    return "\n".join(lines)


def _cell(text: str) -> str:
    short = text if len(text) <= 90 else f"{text[:87]}..."
    return short.replace("|", "\\|").replace("\n", " ")


def _limits() -> str:
    return "\n".join(["## Not promised\n", *(f"- {limit}" for limit in LIMITS)])


def _again(result: dict[str, Any]) -> str:
    least = ", ".join(f"`{name}`" for name in PROFILES)
    return (
        "## Again\n\n"
        f"`make faults` runs the full profile (there are {least}); `FAULTS_SEED={result['seed']} make faults` the same "
        "plan. Each run leaves `build/faults/SEED/`: `plan.json`, `faults.jsonl` with every fault and what it met, "
        "`result.json`; where something was found also topic, tables and logs. "
        f"`python -m features.faults --replay build/faults/{result['seed']}` carries out a plan once more."
    )


@click.command(epilog="\b\nExample:\n  python -m features.faults.page build/faults/1/result.json")
@click.argument("result", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def main(result: Path | None) -> None:
    """Write docs/promises.md from docs/promises.json, or from the RESULT of a campaign, which is kept there first."""
    if result is not None:
        shutil.copy(result, DATA)
    PAGE.write_text(page(json.loads(DATA.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
