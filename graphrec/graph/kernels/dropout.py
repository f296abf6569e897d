"""Which entries a step drops: the same on every device, from a seed and an entry's number."""

from typing import NamedTuple

import torch


class Dropout(NamedTuple):
    """Entry number n is kept if mix(mix(n + low) ^ high) ≥ least, with MurmurHash3's 32-bit mix."""

    least: int
    """rate * 2^32"""
    scale: float
    """What is kept is multiplied by 1 / (1 - rate)."""
    low: int
    high: int
    """Two halves of the seed."""

    @classmethod
    def draw(cls, rate: float) -> "Dropout":
        """With a seed from torch's global generator, one number a call whatever the size."""
        if rate <= 0:
            return NO_DROPOUT
        seed = int(torch.randint(2**63 - 1, ()))
        return cls(round(rate * 2**32), 1 / (1 - rate), seed % 2**32, seed >> 32)

    def starting_at(self, number: int) -> "Dropout":
        """The same, the first entry being number `number`."""
        return self._replace(low=(self.low + number) % 2**32)


NO_DROPOUT = Dropout(0, 1.0, 0, 0)
