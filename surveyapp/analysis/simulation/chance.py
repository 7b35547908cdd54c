"""Chance that can be drawn again: every stream has a name, and follows from the seed and the name alone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Leaning = NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """The seed of a cohort and, in it, the group and the batch of people that are drawn."""

    seed: int
    group: str = ""
    batch: int = 0

    def of_all(self, *name: str) -> np.random.Generator:
        """What is the same for every batch: how likely the options of a question are."""
        return np.random.default_rng([self.seed, self._number(name)])

    def of_batch(self, *name: str) -> np.random.Generator:
        """What differs from person to person."""
        return np.random.default_rng([self.seed, self._number(name), self.batch + 1])

    def _number(self, name: tuple[str, ...]) -> int:
        return zlib.crc32("/".join((self.group, *name)).encode())


def skewed(count: int, chance: np.random.Generator) -> Leaning:
    """Shares of so many values, in no order: the largest several times the least, none nothing."""
    shares = 0.6 ** np.arange(count) + 0.03
    return chance.permutation(shares / shares.sum())


def humped(count: int, chance: np.random.Generator) -> Leaning:
    """Shares of the places of an ordered scale: a hump somewhere along it."""
    places = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
    shares = np.exp(-((places - chance.uniform(-0.6, 0.6)) ** 2) / 0.7) + 0.04
    return np.asarray(shares / shares.sum())


def placed(leaning: Leaning, shares: Leaning) -> NDArray[np.int32]:
    """The place on a scale of people with a leaning (standard normal), the lowest leanings at place 0."""
    cuts = ndtri(np.clip(np.cumsum(shares)[:-1], 0, 1))
    return np.searchsorted(cuts, leaning).astype(np.int32)
