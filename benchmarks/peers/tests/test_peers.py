"""Peers are told of as they are: pinned, installed once, and with a word on everything they lack."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.peers import install, told
from benchmarks.peers.engines import ABILITIES, HOME, PEERS, Peer


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_a_peer_has_a_word_on_each_ability(peer: Peer) -> None:
    """Left out is not the same as able."""
    assert set(peer.lacks) == set(ABILITIES)


@pytest.mark.parametrize("path", sorted(HOME.glob("*/requirements.lock")), ids=lambda path: path.parent.name)
def test_a_lock_pins_by_hash_and_names_no_index(path: Path) -> None:
    """Every requirement has a version and hashes; where it comes from is the machine's matter."""
    text = path.read_text()
    assert "--index" not in text and "://" not in text
    pinned = re.findall(r"^[a-z0-9][^\n]*", text, re.MULTILINE)
    assert pinned and all("==" in line and line.endswith("\\") for line in pinned)


def test_what_is_installed_is_left_alone_until_its_files_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second call does nothing; another lock installs anew."""
    lock, program, calls = tmp_path / "a.lock", tmp_path / "a" / "program", list[str]()
    lock.write_text("one")
    peer = replace(PEERS["mq-bridge"], name="a", home="a", made_of=(lock,), program=program)

    def made(one: Peer, folder: Path) -> None:
        calls.append(one.name)
        program.touch()

    monkeypatch.setattr(install, "BUILD", tmp_path)
    monkeypatch.setattr(install, "_pip", made)
    for _ in range(2):
        install.install(peer, lambda _: None)
    assert calls == ["a"]
    lock.write_text("two")
    install.install(peer, lambda _: None)
    assert calls == ["a", "a"]


def test_an_installation_that_broke_off_begins_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp is written last, so half of an installation is none."""
    lock, calls = tmp_path / "a.lock", list[int]()
    lock.write_text("one")
    peer = replace(PEERS["mq-bridge"], name="a", home="a", made_of=(lock,), program=tmp_path / "a" / "program")

    def broken(*_: object) -> None:
        calls.append(1)
        peer.program.touch()
        raise SystemExit("no network")

    monkeypatch.setattr(install, "BUILD", tmp_path)
    monkeypatch.setattr(install, "_pip", broken)
    for _ in range(2):
        with pytest.raises(SystemExit, match="no network"):
            install.install(peer, lambda _: None)
    assert len(calls) == 2


def found(peer: str, caught: int) -> dict[str, object]:
    """A comparison's result: 10 records, 4 of which break one clause."""
    counts = dict.fromkeys(("both_refuse", "only_ours_duplicate", "only_peer_duplicate", "dropped", "different"), 0)
    return {
        "peer": peer,
        "title": peer,
        "events": 10,
        "equal": 6,
        "duplicates": 0,
        **counts,
        "only_peer_accepts": {"$/duplicate_key": 4 - caught} if caught < 4 else {},
        "only_peer_refuses": {},
        "fields": {},
        "refused_by": {"$/duplicate_key": 4, "tags/type": 0},
        "caught": {"$/duplicate_key": caught, "tags/type": 0},
    }


def test_the_table_names_the_clauses_that_a_peer_misses() -> None:
    """How many of how many, and nothing of clauses that all caught."""
    text = told.table([found("mq-bridge", 1), found("benthos", 4)])
    assert "| `$/duplicate_key` | 3 of 4 | - |" in text
    assert "tags/type" not in text
    assert "| accepted by the peer only | 3 | 0 |" in text


def test_the_text_says_what_stands_behind_a_disagreement() -> None:
    """The clause with its count."""
    assert re.search(r" 3  \$/duplicate_key", told.text(found("mq-bridge", 1)))


def test_the_readme_holds_the_table() -> None:
    """Made anew from the kept results: `python -m benchmarks.peers table mq-bridge quixstreams benthos`."""
    kept = [
        json.loads((HOME / "results" / f"{name}.json").read_text()) for name in ("mq-bridge", "quixstreams", "benthos")
    ]
    assert told.table(kept) in (HOME.parent / "README.md").read_text()
