"""The peers: how each is installed, started and read, its licence, and what it does not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.peers import outputs
from benchmarks.peers.outputs import Row

HOME = Path(__file__).parent
ROOT = HOME.parent.parent
BUILD = ROOT / "build" / "peers"
# What the whole job does beyond a verdict by the event's own clauses. Of each a peer says why not, or None: it does.
ABILITIES = (
    "one commit for all outcomes",
    "a replay gives the same result",
    "every clause of a refusal",
    "duplicates are kept as records",
    "exact decimals",
    "masked values in what is refused",
    "pseudonyms for persons",
)


@dataclass(frozen=True)
class Peer:
    """An engine. `made_of` are the files its installation follows from, in the folder `home` below build/peers;
    `program` is what is there afterwards. `batch` is its own best number of records a batch, or near it.

    `stops` says that it ends by itself; else SIGTERM ends it when all is committed, as its documentation says.
    `lacks` has an entry for each of ABILITIES: why not, or None.
    """

    name: str
    title: str
    licence: str
    home: str
    made_of: Sequence[Path]
    program: Path
    command: Callable[[Path], Sequence[str]]
    rows: Callable[[Path], list[Row]]
    batch: int
    stops: bool
    less: str
    lacks: Mapping[str, str | None]


def _python(folder: str, *words: str) -> Callable[[Path], Sequence[str]]:
    return lambda program: (str(program), str(HOME / folder / "run.py"), *words)


_MQ_BRIDGE = Peer(
    name="mq-bridge",
    title="mq-bridge 1.2.0 (PyPI; core in Rust)",
    licence="MIT OR Apache-2.0",
    home="mq-bridge",
    made_of=(HOME / "mq_bridge" / "requirements.lock",),
    program=BUILD / "mq-bridge" / "bin" / "python",
    command=_python("mq_bridge", "all"),
    rows=outputs.mq_bridge,
    batch=10_000,
    stops=True,
    less="does not see the record's key; duplicates are dropped before they are checked; rejected records are JSON "
    "lines, without a reason where the expression refused them",
    lacks={
        "one commit for all outcomes": "files, then offsets: at least once",
        "a replay gives the same result": "ids are remembered in memory, files are named by the time",
        "every clause of a refusal": "the first one of the schema, none of the expression",
        "duplicates are kept as records": "dropped",
        "exact decimals": "doubles",
        "masked values in what is refused": "refused records are kept in clear",
        "pseudonyms for persons": "no keyed hash in its expressions",
    },
)


PEERS: Mapping[str, Peer] = {
    peer.name: peer
    for peer in (
        _MQ_BRIDGE,
        replace(
            _MQ_BRIDGE,
            name="mq-bridge-types",
            title="mq-bridge 1.2.0, its JSON Schema subset alone",
            command=_python("mq_bridge", "types"),
            less="as mq-bridge; only types, required fields and enums are checked",
        ),
        Peer(
            name="quixstreams",
            home="quixstreams",
            batch=10_000,
            title="Quix Streams 3.28.1 (PyPI) with msgspec 0.22.0",
            licence="Apache-2.0",
            made_of=(HOME / "quixstreams" / "requirements.lock",),
            program=BUILD / "quixstreams" / "bin" / "python",
            command=_python("quixstreams"),
            rows=outputs.quixstreams,
            stops=False,
            less="user code in Python may check anything: this checks what msgspec and a careful person would",
            lacks={
                "one commit for all outcomes": "files, changelog, then offsets: at least once",
                "a replay gives the same result": "what was not committed is written again, cut otherwise",
                "every clause of a refusal": "the first",
                "duplicates are kept as records": None,
                "exact decimals": "doubles; could be written",
                "masked values in what is refused": "could be written; refused records are kept in clear",
                "pseudonyms for persons": "could be written; not done here",
            },
        ),
        Peer(
            name="benthos",
            home="benthos",
            batch=10_000,
            title="Benthos 4.60.0 (Go; the core of Bento and Redpanda Connect) with franz-go and parquet-go",
            licence="MIT (franz-go: BSD-3-Clause; parquet-go: Apache-2.0)",
            made_of=tuple(sorted((HOME / "benthos").glob("*.*"))),
            program=BUILD / "benthos" / "benthos",
            command=lambda program: (str(program),),
            rows=outputs.benthos,
            stops=True,
            less="Kafka input and Parquet encoder are plugins of ours (benthos/*.go), lighter than the products' own",
            lacks={
                "one commit for all outcomes": "files, then offsets: at least once",
                "a replay gives the same result": "ids are remembered in memory; a shared cache voids at-least-once",
                "every clause of a refusal": "the first, as text",
                "duplicates are kept as records": "dropped",
                "exact decimals": "doubles",
                "masked values in what is refused": "refused records are kept in clear",
                "pseudonyms for persons": "could be written (`hash`); not done here",
            },
        ),
    )
}
