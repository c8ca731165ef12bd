"""Two words on each record are counted where they belong, whichever way they disagree."""

from typing import Any

import pytest

from benchmarks.peers.agreement import Agreement, agreement, placed
from benchmarks.peers.ours import Ours
from benchmarks.peers.outputs import Place, Row


def ours(offset: int, event_id: str | None, *clauses: str) -> Ours:
    """Our word on the record at 0:offset; without clauses it is accepted, with one value beside its id."""
    return Ours((0, offset), event_id, clauses, None if clauses else {"event_id": event_id, "amount": 1})


def row(place: Place | None, outcome: str, event_id: str | None = None, amount: int = 1) -> Row:
    """A peer's row; accepted ones have values."""
    held = {"event_id": event_id, "amount": amount} if outcome == "accepted" else None
    return Row(place, outcome, event_id, held, "no" if outcome == "rejected" else None)


def same(values: dict[str, Any]) -> dict[str, Any]:
    """Values that are comparable as they are."""
    return values


def counted(words: list[Ours], rows: list[Row]) -> Agreement:
    """The agreement; every record is in exactly one count."""
    found = agreement(words, rows, same)
    plain = (found.equal, found.different, found.both_refuse, found.duplicates, found.only_ours_duplicate)
    sums = sum(found.only_peer_accepts.values()) + sum(found.only_peer_refuses.values())
    assert sum(plain) + sums + found.only_peer_duplicate + found.dropped == found.records == len(words)
    return found


def test_each_verdict_has_its_count() -> None:
    """Equal, different, refused by both, accepted or refused by the peer only."""
    words = [ours(0, "a"), ours(1, "b"), ours(2, "c", "x/type"), ours(3, "d", "y/enum", "z/type"), ours(4, "e")]
    rows = [
        row((0, 0), "accepted", "a"),
        row((0, 1), "accepted", "b", amount=2),
        row((0, 2), "rejected"),
        row((0, 3), "accepted", "d"),
        row((0, 4), "rejected"),
    ]
    found = counted(words, rows)
    assert (found.equal, found.different, found.both_refuse) == (1, 1, 1)
    assert found.fields == {"amount": 1}
    assert found.only_peer_accepts == {"y/enum, z/type": 1}
    assert found.only_peer_refuses == {"no": 1}
    assert found.refused_by == {"x/type": 1, "y/enum": 1, "z/type": 1}
    assert found.caught == {"x/type": 1}


def test_any_of_two_equal_events_may_be_the_duplicate() -> None:
    """A peer that keeps the second of two agrees with us as much as one that keeps the first."""
    words = [ours(0, "a"), ours(1, "a")]
    for kept in (0, 1):
        found = counted(words, [row((0, kept), "accepted", "a")])
        assert (found.equal, found.duplicates) == (1, 1)


def test_a_peer_that_keeps_both_of_two_equal_events_has_no_duplicate() -> None:
    """It is a duplicate for us only."""
    found = counted([ours(0, "a"), ours(1, "a")], [row((0, 0), "accepted", "a"), row((0, 1), "accepted", "a")])
    assert (found.equal, found.only_ours_duplicate) == (1, 1)


def test_an_event_that_we_refuse_is_no_duplicate_for_us() -> None:
    """A peer that looks for duplicates before it judges may drop it."""
    found = counted([ours(0, "", "event_id/format"), ours(1, "", "event_id/format")], [row((0, 0), "rejected")])
    assert (found.both_refuse, found.only_peer_duplicate) == (1, 1)


def test_a_record_that_is_written_nowhere_is_no_duplicate() -> None:
    """Nothing else with its id was written, or it has no id: the peer lost it."""
    found = counted([ours(0, "a"), ours(1, None, "$/json"), ours(2, None, "$/json")], [row((0, 2), "rejected")])
    assert (found.dropped, found.both_refuse) == (2, 1)


def test_a_row_without_a_place_is_found_by_its_id() -> None:
    """The record that we accept comes first, then others with the id; never one whose place the peer names."""
    words = [ours(0, "a", "x/type"), ours(1, "a"), ours(2, "a")]
    accepted = row(None, "accepted", "a")
    assert placed(words, [accepted]) == {(0, 1): accepted}
    assert placed(words, [row((0, 1), "rejected"), accepted])[0, 2] == accepted


@pytest.mark.parametrize(
    "rows",
    [
        [row((0, 0), "accepted", "a"), row((0, 0), "rejected")],
        [row((0, 7), "rejected")],
        [row(None, "accepted", "a"), row(None, "accepted", "a")],
        [row(None, "accepted", "b")],
    ],
    ids=["a place twice", "an unknown place", "an id too often", "an unknown id"],
)
def test_rows_that_are_no_records_of_the_topic_are_refused(rows: list[Row]) -> None:
    """What a peer wrote twice would count twice."""
    with pytest.raises(ValueError, match="the peer wrote"):
        placed([ours(0, "a")], rows)
