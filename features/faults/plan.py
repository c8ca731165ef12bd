"""A seed to a campaign: which faults, in which order, at which moments. Pure; campaign.py carries it out.

A round is one run of the job: it is sent something, is hit while a batch is in flight, and is ended by a fault.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from random import Random
from typing import Any

from features.faults import faults
from features.faults.faults import (
    Fault,
    FullDisk,
    KillAtPoint,
    KillBroker,
    KillDriver,
    KillExport,
    KillGroup,
    KillJava,
    KillProducer,
    KillWorkers,
    LoseState,
    Pause,
    StoreAway,
    StoreErrors,
    TwoJobs,
    WakeZombie,
    Weather,
)  # fmt: skip
from features.faults.points import BY_NAME
from features.faults.profiles import Profile, promised

WEATHERS = ("stall", "reset", "delay", "slow")
STATES = ("checkpoint", "index", "torn index", "torn checkpoint")
STORE_ERRORS, STORE_AWAY = ("slow down", "internal error"), ("stall", "reset")
STORE_S = (2.0, 5.0, 12.0)
TARGETS = ("driver", "java", "broker")


@dataclass(frozen=True, slots=True)
class Round:
    """One run. `sending` hits what is sent while it starts, `soft` what it may live through, `between` what comes
    after its end. `own` says by which client the chunk is sent; `warm` waits for one committed batch before the end.
    `bucket`: the run works in a second workspace, whose tables lie in a bucket.
    """

    number: int
    every: bool
    max_events: int
    own: bool
    warm: bool
    sending: Fault | None
    soft: tuple[Fault, ...]
    end: Fault
    between: tuple[Fault, ...]
    export: bool
    bucket: bool


def tallied(fault: Fault) -> str:
    """Under which name of `promised` a fault counts."""
    return f"kill at point: {fault.point}" if isinstance(fault, KillAtPoint) else faults.kind_of(fault)


def plan(profile: Profile, seed: int) -> list[Round]:
    """Every promised fault once, in rounds."""
    random = Random(f"plan/{seed}")
    drawn: dict[str, list[Fault]] = {"end": [], "soft": [], "sending": [], "between": [], "export": [], "store": []}
    for name, count in promised(profile).items():
        for turn in range(count):
            fault = draw(name, turn, random)
            drawn[place_of(fault)].append(fault)
    for bag in drawn.values():
        random.shuffle(bag)
    kills = [fault for fault in drawn["end"] if isinstance(fault, KillGroup)][: len(drawn["store"])]
    drawn["end"] = [fault for fault in drawn["end"] if not any(fault is one for one in kills)]
    rounds = list(_rounds(profile, random, drawn))
    pairs = zip(drawn["store"], kills, strict=True)
    return [*rounds, *(in_bucket(profile, len(rounds) + i, *pair, random) for i, pair in enumerate(pairs))]


def in_bucket(profile: Profile, number: int, fault: Fault, end: Fault, random: Random) -> Round:
    """A round on tables in a bucket, which reads what is there of the topic; more is sent where that is too little."""
    return Round(
        number=number,
        every=random.random() < 0.25,
        max_events=random.choice(profile.batches),
        own=number % 2 == 1,
        warm=False,
        sending=None,
        soft=(fault,),
        end=end,
        between=(),
        export=False,
        bucket=True,
    )


def _rounds(profile: Profile, random: Random, drawn: dict[str, list[Fault]]) -> Iterator[Round]:
    """Spread evenly: a kind that is rare does not stand all at the end."""
    ends = drawn["end"]
    anywhere = range(len(ends))
    lived = [
        number for number in anywhere if not isinstance(ends[number], KillAtPoint)
    ]  # those kill themselves at once
    rounds = {"sending": anywhere, "soft": lived, "between": anywhere, "export": lived}
    shares = {name: _spread(drawn[name], where, random) for name, where in rounds.items()}
    every = profile.exports_every
    plain = set(lived[every - 1 :: every]) if every else set()
    for number, end in enumerate(ends):
        at = {name: tuple(share.get(number, ())) for name, share in shares.items()}
        exports = bool(at["export"]) or number in plain
        yield Round(
            number=number,
            every=exports or needs_every(end, random),  # only then KPIs are there to be exported after a kill
            max_events=random.choice(profile.batches),
            own=not at["sending"] and number % 2 == 1,
            warm=exports,
            sending=next(iter(at["sending"]), None),
            soft=at["soft"],
            end=end,
            between=(*sorted(at["export"], key=_publishes), *at["between"]),
            export=number in plain,
            bucket=False,
        )


def _publishes(fault: Fault) -> bool:
    """Whether an export is there afterwards: then there is nothing left to export, and another one is not killed."""
    return isinstance(fault, KillAtPoint) and fault.point == "export renamed"


def _spread(bag: list[Fault], rounds: Sequence[int], random: Random) -> dict[int, list[Fault]]:
    """The faults on these rounds, as many on each as must be; which round gets which is drawn."""
    made: dict[int, list[Fault]] = defaultdict(list)
    left = list(bag)
    while left:
        for number in random.sample(rounds, min(len(left), len(rounds))):
            made[number].append(left.pop())
    return made


def spare(profile: Profile, name: str, turn: int, seed: int, number: int) -> Round:
    """One more round for a kind that has not hit as often as promised."""
    random = Random(f"spare/{seed}/{name}/{turn}")
    fault = draw(name, turn, random)
    where = place_of(fault)
    end = fault if where == "end" else KillGroup(random.random())
    if where == "store":
        return in_bucket(profile, number, fault, end, random)
    return Round(
        number=number,
        every=where == "export" or needs_every(end, random),
        max_events=random.choice(profile.batches),
        own=False,
        warm=where == "export",
        sending=fault if where == "sending" else None,
        soft=(fault,) if where == "soft" else (),
        end=end,
        between=(fault,) if where in ("between", "export") else (),
        export=False,
        bucket=False,
    )


def needs_every(end: Fault, random: Random) -> bool:
    """Whether the run reads on and on: some points are passed only then, two jobs need time, the rest is variety."""
    if isinstance(end, KillAtPoint):
        return BY_NAME[end.point].command == "every"
    return isinstance(end, TwoJobs) or random.random() < 0.25


def draw(name: str, turn: int, random: Random) -> Fault:
    """One fault of a kind of `promised`; `turn` walks through its varieties, so that each is met."""
    if name.startswith("kill at point: "):
        return KillAtPoint(name.removeprefix("kill at point: "), 1 if turn == 0 else random.choice((1, 1, 2)))
    return DRAWN[name](turn, random)


DRAWN: Mapping[str, Callable[[int, Random], Fault]] = {
    "kill group": lambda _, random: KillGroup(random.random()),
    "kill java": lambda _, random: KillJava(random.random()),
    "kill workers": lambda _, random: KillWorkers(random.random()),
    "kill driver": lambda _, random: KillDriver(random.random()),
    "wake zombie": lambda turn, random: WakeZombie(random.random(), turn % 2 == 0),
    "two jobs": lambda turn, random: TwoJobs(random.random(), turn % 2 == 0),
    "full disk": lambda _, random: FullDisk(random.random(), random.choice((0, 2_000, 20_000, 60_000))),
    "pause": lambda turn, random: Pause(TARGETS[turn % 3], random.random(), random.choice((0.5, 1.5, 4.0))),
    "kill broker": lambda turn, random: KillBroker(("reading", "producing")[turn % 2], random.random()),
    "weather": lambda turn, random: Weather(
        ("PRODUCING", "READING")[turn % 2], WEATHERS[turn // 2 % 4], random.random(), random.choice((0.5, 1.5, 3.0))
    ),
    "store errors": lambda turn, random: StoreErrors(STORE_ERRORS[turn % 2], random.random(), random.choice(STORE_S)),
    "store away": lambda turn, random: StoreAway(STORE_AWAY[turn % 2], random.random(), random.choice(STORE_S)),
    "kill producer": lambda _, random: KillProducer(random.random()),
    "lose state": lambda turn, _: LoseState(STATES[turn % len(STATES)]),
    "kill export": lambda _, random: KillExport(random.random()),
}  # fmt: skip


def place_of(fault: Fault) -> str:
    """Where in a round a fault goes."""
    if isinstance(fault, KillAtPoint):
        return "export" if BY_NAME[fault.point].command == "export" else "end"
    if isinstance(fault, KillBroker):
        return "soft" if fault.during == "reading" else "sending"
    if isinstance(fault, Weather):
        return "soft" if fault.link == "READING" else "sending"
    places = {
        Pause: "soft", KillProducer: "sending", LoseState: "between", KillExport: "export",
        StoreErrors: "store", StoreAway: "store",
    }  # fmt: skip
    return places.get(type(fault), "end")


def to_json(rounds: list[Round]) -> list[dict[str, Any]]:
    """A plan to be kept and replayed."""
    made = []
    for one in rounds:
        many = {name: [faults.to_json(fault) for fault in getattr(one, name)] for name in ("soft", "between")}
        single = {name: fault and faults.to_json(fault) for name, fault in (("sending", one.sending), ("end", one.end))}
        made.append({**asdict(one), **many, **single})
    return made


def from_json(rows: list[dict[str, Any]]) -> list[Round]:
    """The plan that `to_json` wrote."""
    made = []
    for row in rows:
        many = {name: tuple(faults.from_json(fault) for fault in row[name]) for name in ("soft", "between")}
        single = {name: row[name] and faults.from_json(row[name]) for name in ("sending", "end")}
        made.append(Round(**{**{field.name: row[field.name] for field in fields(Round)}, **many, **single}))
    return made
