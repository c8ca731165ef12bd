"""Seed to random numbers in blocks: the same on every machine and with every numpy, whose raw bits never change."""

import hashlib

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
LIMIT = 2**32


class Entropy:
    """One source of random numbers; what is drawn from it depends on its name and on what was drawn before."""

    def __init__(self, name: str) -> None:
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big")
        self._bits = np.random.PCG64(seed)

    def raw(self, many: int) -> npt.NDArray[np.uint64]:
        """Numbers of 64 random bits."""
        return self._bits.random_raw(many)

    def below(self, limit: int, many: int) -> Integers:
        """Numbers from 0 to `limit` - 1, each as likely as can be told; `limit` is at most LIMIT."""
        return scaled(self.raw(many), limit)

    def fractions(self, many: int) -> npt.NDArray[np.float64]:
        """Numbers from 0 to below 1."""
        return (self.raw(many) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def octets(self, many: int, width: int) -> Octets:
        """Rows of random bytes."""
        words = self.raw(many * (-(-width // 8))).astype("<u8")
        return words.view(np.uint8).reshape(many, -1)[:, :width]


def scaled(bits: npt.NDArray[np.uint64], limit: int) -> Integers:
    """The upper 32 bits of each number as one from 0 to `limit` - 1."""
    return ((bits >> np.uint64(32)) * np.uint64(limit) >> np.uint64(32)).astype(np.int64)
