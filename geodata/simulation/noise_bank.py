"""Noise that is cheap: a long strip of normal numbers, read from places that a key decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from geodata.simulation.spectra import Floats32

_LENGTH: Final = 2**22
LARGEST: Final = 2**20
"""Most numbers that one key gives."""


class NoiseBank:
    """Gaussian noise of one standard deviation; the same seed and key give the same numbers.

    Drawing numbers anew for each pixel, band and date would cost more than all else that simulates imagery.
    Different keys may give overlapping pieces of the strip; nothing that is averaged over pixels, bands or
    dates can tell.
    """

    def __init__(self, seed: int, sigma: float) -> None:
        self.sigma = sigma
        rng = np.random.default_rng([seed, 3])
        strip = rng.standard_normal(_LENGTH + LARGEST, dtype=np.float32)
        # Exactly what was asked for: tests hold errors against it.
        self._strip = (strip - strip.mean()) * np.float32(sigma / strip.std())
        self._strip.flags.writeable = False

    def take(self, key: tuple[int, ...], shape: tuple[int, int]) -> Floats32:
        """Noise of a shape, up to `LARGEST` numbers; a view, not to be written to.

        Raises:
            ValueError: the shape is too large.
        """
        count = shape[0] * shape[1]
        if count > LARGEST:
            raise ValueError(f"a key gives {LARGEST} numbers at most, asked were {shape[0]} x {shape[1]}")
        first = crc32(np.array(key, dtype=np.int64).tobytes()) % _LENGTH
        return np.asarray(self._strip[first : first + count].reshape(shape))
