"""Install peers, hold what they write against our verdicts, and say what was found."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import benchmarks.peers as about
from benchmarks.peers import drive, ours, told
from benchmarks.peers.agreement import agreement
from benchmarks.peers.engines import BUILD, HOME, PEERS, Peer
from benchmarks.peers.install import install
from benchmarks.speed import topic
from contracts.compiler.catalogue import HOME as CONTRACTS
from contracts.compiler.catalogue import Catalogue

RESULTS = HOME / "results"
EVENTS, BATCH = 20_000, 10_000


def compare(peer: Peer, events: int, held: topic.Topic) -> dict[str, Any]:
    """One run of a peer on a small topic, and what became of each record."""
    folder = BUILD / "run" / peer.name
    shutil.rmtree(folder, ignore_errors=True)
    batches = list[int]()
    drive.run(peer, held.bootstrap, folder, BATCH, batches.append)
    words = ours.read(held.bootstrap)
    found = agreement(words, peer.rows(folder), ours.alike(Catalogue(CONTRACTS).get(topic.CONTRACT)))
    shutil.rmtree(folder)
    return {"peer": peer.name, "title": peer.title, "events": events, "batches": len(batches), **found.document()}


def main() -> None:
    """Exit code 1 where a peer fails; a disagreement is a finding, not a failure."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=about.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=("install", "compare", "table"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PEERS)}; all of them if none is named")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"size of the topic to compare on ({EVENTS:,})")
    parser.add_argument("--write", action="store_true", help="keep what was found in benchmarks/peers/results/ too")
    parser.add_argument("--json", action="store_true", help="one document instead of text")
    chosen = parser.parse_args()
    strangers = [name for name in chosen.names if name not in PEERS]
    if strangers:
        parser.error(f"{', '.join(strangers)} is no peer; there are {', '.join(PEERS)}")
    peers = [PEERS[name] for name in chosen.names or PEERS]
    if chosen.what == "install":
        for peer in peers:
            install(peer, _say)
        return
    found = _kept(peers) if chosen.what == "table" else _compared(peers, chosen.events, chosen.write)
    if chosen.json:
        print(json.dumps(found))
    elif chosen.what == "table":
        print(told.table(found))
    else:
        print("\n\n".join(told.text(one) for one in found))


def _compared(peers: Sequence[Peer], events: int, write: bool) -> list[dict[str, Any]]:
    for peer in peers:
        install(peer, _say)
    held = topic.prepared(
        (BUILD / "topic" / str(events)).resolve(), events, ("--invalid", "3%", "--duplicates", "1%"), _say
    )
    found = []
    try:
        for peer in peers:
            _say(f"{peer.name} reads {events:,} events")
            found.append(compare(peer, events, held))
            _keep(BUILD / "results", found[-1])
            if write:
                _keep(RESULTS, found[-1])
    finally:
        topic.ended(held)
    return found


def _keep(folder: Path, found: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{found['peer']}.json").write_text(json.dumps(found, indent=1) + "\n")


def _kept(peers: Sequence[Peer]) -> list[dict[str, Any]]:
    files = [RESULTS / f"{peer.name}.json" for peer in peers]
    missing = [path.stem for path in files if not path.is_file()]
    if missing:
        raise SystemExit(f"not compared yet: python -m benchmarks.peers compare --write {' '.join(missing)}")
    return [json.loads(path.read_text()) for path in files]


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
