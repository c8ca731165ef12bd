"""Counts to places: which of many events something happens to, exactly as often as asked, drawn as they go by."""

import sys
from random import Random


class Spread:
    """`hits` of `total` places, one drawn from each of as many stretches that together are all places."""

    def __init__(self, hits: int, total: int, rng: Random) -> None:
        self._hits, self._total, self._rng = hits, total, rng
        self._drawn = self._passed = 0
        self._next = self._draw()

    def among(self, many: int) -> list[int]:
        """Those of the next `many` places, counted from the first of these."""
        begin, found = self._passed, list[int]()
        self._passed += many
        while self._next < self._passed:
            found.append(self._next - begin)
            self._next = self._draw()
        return found

    def _draw(self) -> int:
        turn = self._drawn
        if turn == self._hits:
            return sys.maxsize
        self._drawn += 1
        return self._rng.randrange(turn * self._total // self._hits, (turn + 1) * self._total // self._hits)
