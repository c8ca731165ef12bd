"""A peer's one run, watched: its batches are told by the offsets that the broker holds as committed for its group.

So all peers are told of in one way, which none of them reports itself. Looked at every 0.1 s, a batch may be told of so
much late; the look is a request to the broker and costs a peer nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from benchmarks.peers.engines import ROOT, Peer
from benchmarks.speed.topic import CONTRACT, TOPIC

LOOK_S = 0.1
SILENT_S = 120.0  # nothing committed for so long: it hangs
END_S = 60.0  # from the last commit to the end of the process
WAIT_S = 10.0


def run(peer: Peer, bootstrap: str, folder: Path, batch: int, told: Callable[[int], None]) -> None:
    """Batches are at most so large, and never larger than is best for the peer.

    Returns when all that the topic held at the start is committed and the process has ended with 0.
    """
    if not peer.program.exists():
        raise SystemExit(f"{peer.name} is not installed: python -m benchmarks.peers install {peer.name}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schema.json").write_text(json.dumps(schema()))
    group = f"peer-{peer.name}-{uuid.uuid4().hex[:8]}"
    words = [*peer.command(peer.program), bootstrap, TOPIC, group, str(folder.resolve()), str(min(batch, peer.batch))]
    looker = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False})
    process = subprocess.Popen(words, stdout=sys.stderr, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=folder)
    try:
        _watch(peer, process, looker, told)
    finally:
        if process.poll() is None:
            process.terminate()
            _ended(process)
        looker.close()
        _tidy(bootstrap, group)


def schema() -> object:
    """The contract as JSON Schema, for the engines that read one."""
    from contracts.compiler.catalogue import HOME, Catalogue
    from producer.schema.json_schema import json_schema

    return json_schema(Catalogue(HOME).get(CONTRACT), closed=False)


def _watch(peer: Peer, process: subprocess.Popen[bytes], looker: Consumer, told: Callable[[int], None]) -> None:
    marks = _marks(looker)
    whole, seen, moved = sum(high - low for low, high in marks.values()), 0, time.monotonic()
    while True:
        over = process.poll()  # before the look: what it committed last is seen by the look after its end
        done = _committed(looker, marks)
        if done is not None and done > seen:
            told(done - seen)
            seen, moved = done, time.monotonic()
        if over is not None and done is not None:
            break
        if seen == whole and not peer.stops:
            process.terminate()
            over = _ended(process)
            break
        if time.monotonic() - moved > (END_S if seen == whole else SILENT_S):
            raise SystemExit(f"{peer.name} hangs at {seen:,} of {whole:,} records")
        time.sleep(LOOK_S)
    if over or seen != whole:
        raise SystemExit(f"{peer.name} ended with {over} at {seen:,} of {whole:,} records")


def _ended(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _marks(looker: Consumer) -> Mapping[int, tuple[int, int]]:
    partitions = looker.list_topics(TOPIC, WAIT_S).topics[TOPIC].partitions
    return {one: looker.get_watermark_offsets(TopicPartition(TOPIC, one), WAIT_S) for one in partitions}


def _committed(looker: Consumer, marks: Mapping[int, tuple[int, int]]) -> int | None:
    """Records that are done with; None where the broker does not say (it has no coordinator of the group at first)."""
    try:
        held = looker.committed([TopicPartition(TOPIC, one) for one in marks], WAIT_S)
    except KafkaException:
        return None
    done: int = sum(max(0, one.offset - marks[one.partition][0]) for one in held)
    return done


def _tidy(bootstrap: str, group: str) -> None:
    """Topics that a peer made for its state: the broker is shared by all ways."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    made = [name for name in admin.list_topics(timeout=WAIT_S).topics if group in name]
    for removed in admin.delete_topics(made).values() if made else ():
        removed.result(WAIT_S)
