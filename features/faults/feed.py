"""What a campaign sends, chunk after chunk, by the product's producer or the plain client; and how much of what."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from features.faults import clients, evidence, on_sending, traffic
from features.faults.faults import Fault
from features.faults.on_sending import Order
from features.faults.profiles import Profile
from features.faults.site import Site
from features.faults.stage import Hit
from features.faults.traffic import Sending

BULK = 25_000  # events in one sending at the end
DISORDERED = ("late", "early", "reordered")
COUNTED = (*DISORDERED, "conflict", "malformed", "tombstone", "large", "repeat")
FILES = 4  # every so manieth chunk of the product's producer comes from a file


@dataclass
class Feed:
    """`sent` counts by label; `later` are copies that belong to a chunk to come. Chunks are numbered from 1."""

    site: Site
    profile: Profile
    sent: Counter[str] = field(default_factory=Counter)
    later: list[Sending] = field(default_factory=list)
    chunks: int = 0

    def send(self, fault: Fault | None, *, own: bool) -> Hit | None:
        """One chunk, all of it acknowledged in the end. A fault hits the product's producer only."""
        self.chunks += 1
        if fault is None and own:
            self._own()
            return None
        if fault is None and self.chunks % FILES == 0:
            self._file()
            return None
        return on_sending.send(self.site, self._order(self.profile.chunk), fault)

    def enough(self, records: int, *, own: bool) -> None:
        """At least so many records that the ledger does not have yet."""
        while self.site.backlog() < records:
            self.send(None, own=own)

    def missing(self) -> dict[str, int]:
        """How much of what is promised was not sent yet."""
        short = {name: count - self.sent[name] for name, count in self.profile.traffic.items()}
        return {name: count for name, count in short.items() if count > 0}

    def rest(self, *, topped_up: bool) -> None:
        """What is left of the copies and, if wanted, of what is promised."""
        while topped_up and self.missing():
            self.send(None, own=True)
        if self.later:
            self._plain(self.later, "last-own")
            self.later = []
        records = self.profile.events if topped_up else 0
        while (short := records - evidence.high_offsets(self.site.broker.bootstrap)) > 0:
            self.chunks += 1
            on_sending.send(self.site, self._order(min(BULK, short + 100)), None)

    def _order(self, events: int) -> Order:
        """Versions take turns, and no two chunks have one seed."""
        self.sent["by the producer"] += events
        return Order(f"{self.chunks:04d}", 1 + self.chunks % 2, events, self.site.seed * 10_000 + self.chunks)

    def _file(self) -> None:
        """Somebody's own lines, one of them larger than the topic takes: that one is refused, with its reason."""
        version = 1 + self.chunks % 2
        lines, giant = traffic.lines(self.site.seed, self.chunks, version, self.profile.chunk, datetime.now(UTC))
        on_sending.send_lines(self.site, f"{self.chunks:04d}-file", version, [*lines, giant], refused=1)
        self.sent["by the producer, from files"] += len(lines)
        self.sent["giants refused"] += 1

    def _own(self) -> None:
        mix = self.profile.own
        now = datetime.now(UTC).replace(microsecond=0)
        sendings, later = traffic.chunk(self.site.seed, self.chunks, mix, now)
        taken = self._plain([*sendings, *self.later], f"{self.chunks:04d}-own")
        self.later = later
        self.sent["sent 2 to 20 times"] += mix.repeated
        self.sent["giants refused"] += mix.giant - taken["giant"]

    def _plain(self, sendings: list[Sending], name: str) -> Counter[str]:
        taken = clients.send(self.site.broker.bootstrap, sendings, self.site.receipt(name))
        self.sent["by the plain client"] += taken.total()
        self.sent.update({label: taken[label] for label in COUNTED})
        self.sent["late, early or reordered"] += sum(taken[label] for label in DISORDERED)
        return taken
