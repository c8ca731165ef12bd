"""What a campaign sends, chunk after chunk, by the product's producer or the plain client; and how much of what."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from features.faults import clients, evidence, on_sending, traffic
from features.faults.faults import Fault
from features.faults.on_sending import Order
from features.faults.plan import Profile
from features.faults.site import Site
from features.faults.stage import Hit
from features.faults.traffic import Sending

BULK = 25_000  # events in one sending at the end
COUNTED = ("late", "early", "reordered", "conflict", "malformed", "tombstone", "large", "repeat")


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
        if own and fault is None:
            self._own()
            return None
        return on_sending.send(self.site, self._order(self.profile.chunk), fault)

    def enough(self, records: int, *, own: bool) -> None:
        """At least so many records that the ledger does not have yet."""
        while self.site.backlog() < records:
            self.send(None, own=own)

    def rest(self, records: int) -> None:
        """What is left of the copies, and events until the topic holds so many records."""
        if self.later:
            self._plain(self.later, "last-own")
            self.later = []
        while (short := records - evidence.high_offsets(self.site.broker.bootstrap)) > 0:
            self.chunks += 1
            on_sending.send(self.site, self._order(min(BULK, short + 100)), None)

    def _order(self, events: int) -> Order:
        """Versions take turns, and no two chunks have one seed."""
        self.sent["by the producer"] += events
        return Order(f"{self.chunks:04d}", 1 + self.chunks % 2, events, self.site.seed * 10_000 + self.chunks)

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
        return taken
