"""What a campaign promises: how often each kind of fault must hit, and how much of what is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from features.faults.points import BY_NAME
from features.faults.traffic import Mix

BATCHES = (40, 80, 150, 300)  # records in one batch at most


@dataclass(frozen=True, slots=True)
class Profile:
    """What is promised: how often each kind must hit (`at_points`: each point), and how much of what is sent."""

    name: str
    at_points: int
    counts: Mapping[str, int]
    events: int
    traffic: Mapping[str, int]
    chunk: int
    own: Mix
    batches: tuple[int, ...]
    exports_every: int
    live_controls: bool


_SHORT = Profile(
    name="short",
    at_points=1,
    counts={"kill group": 3, "kill broker": 1, "kill producer": 1, "weather": 1, "store errors": 1, "store away": 1},
    events=3_000,
    traffic={"sent 2 to 20 times": 20, "late, early or reordered": 80},
    chunk=400,
    own=Mix(300, 8, 30, 4, 9, 2, 1, 1),
    batches=(60, 120),
    exports_every=0,
    live_controls=False,
)
_STORE = {"kill group": 20, "store errors": 10, "store away": 10}  # the same, at the store of the tables alone

PROFILES: Mapping[str, Profile] = {
    "short": _SHORT,
    "store": replace(_SHORT, name="store", at_points=0, counts=_STORE),
    "full": Profile(
        name="full",
        at_points=7,
        counts={
            "kill group": 110, "kill java": 10, "kill workers": 10, "kill driver": 8, "wake zombie": 8, "two jobs": 6,
            "full disk": 8, "pause": 18, "kill broker": 20, "weather": 30, "kill producer": 30, "lose state": 16,
            "kill export": 8, "store errors": 12, "store away": 12,
        },
        events=200_000,
        traffic={"sent 2 to 20 times": 1_000, "late, early or reordered": 10_000},
        chunk=600,
        own=Mix(500, 16, 150, 4, 10, 3, 1, 1),
        batches=BATCHES,
        exports_every=12,
        live_controls=True,
    ),
}  # fmt: skip


def promised(profile: Profile) -> dict[str, int]:
    """How often each kind must hit; kills at points by their point."""
    points = {f"kill at point: {name}": profile.at_points for name in BY_NAME if profile.at_points}
    return {**points, **profile.counts}
