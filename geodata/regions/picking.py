"""Which of a region's pixels become its task: of every class, from places all over the region."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geodata.regions.allotment import allot
from geodata.regions.errors import UnsuitableRegionError
from geodata.regions.worldcover import CLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

BLOCK_M: Final = 500.0
"""Side of the blocks whose pixels make a group: labels and what is asked for never lie in the same one."""

_GAP_M = 30.0  # along each side of a block: its pixels are no neighbours of another block's

LEAST_PIXELS: Final = 20
LEAST_BLOCKS: Final = 4
"""What a class needs to be a part of the task: enough for labels and for questions, in places of their own."""


@dataclass(frozen=True, slots=True)
class Picks:
    """Pixels of a region."""

    rows: NDArray[np.int64]
    """(n,)"""

    cols: NDArray[np.int64]
    values: NDArray[np.uint8]
    """(n,) of WorldCover."""

    groups: NDArray[np.int64]
    """(n,) number of the block."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def by_class(self) -> dict[str, int]:
        """Name of the class -> pixels."""
        values, counts = np.unique(self.values, return_counts=True)
        return {CLASSES[int(v)]: int(n) for v, n in zip(values, counts, strict=True)}


def refuse_uniform(labels: NDArray[np.uint8], pixel_m: float) -> None:
    """Refuse a region of fewer than two classes, before any imagery is read for it.

    Args:
        labels: (h, w) values of WorldCover, 0 for none.
        pixel_m: side of a pixel.

    Raises:
        UnsuitableRegionError: it is one.
    """
    _candidates(labels, _blocks(labels.shape, pixel_m))


def pick_pixels(labels: NDArray[np.uint8], pixel_m: float, *, most: int, rng: np.random.Generator) -> Picks:
    """Pick pixels at random: of a class that is a hundred times as frequent, ten times as many.

    All blocks that have a class give one pixel of it before any gives a second.

    Args:
        labels: (h, w) values of WorldCover, 0 where a pixel is not to be taken.
        pixel_m: side of a pixel.
        most: pixels of all classes together, but for the few that rare ones need.
        rng: the only source of randomness.

    Raises:
        UnsuitableRegionError: fewer than two classes have enough pixels.
    """
    blocks = _blocks(labels.shape, pixel_m)
    candidates = _candidates(labels, blocks)
    wanted = allot(most, {str(value): len(found) for value, found in candidates.items()})
    flat_blocks = blocks.ravel()
    taken = [
        _spread(flat_blocks[found], max(LEAST_PIXELS, wanted[str(value)]), rng, found)
        for value, found in sorted(candidates.items())
    ]
    places = np.sort(np.concatenate(taken))
    rows, cols = np.divmod(places, labels.shape[1])
    return Picks(rows, cols, labels.ravel()[places], flat_blocks[places])


def _blocks(shape: tuple[int, ...], pixel_m: float) -> NDArray[np.int64]:
    """Number of the block that each pixel (h, w) lies in, -1 in the gaps between them."""
    side, gap = max(1, round(BLOCK_M / pixel_m)), math.ceil(_GAP_M / pixel_m)
    rows, cols = (np.arange(n) for n in shape)
    across = -(-shape[1] // side)
    numbers = rows[:, None] // side * across + cols[None, :] // side
    inside = [(at % side >= gap) & (at % side < side - gap) for at in (rows, cols)]
    return np.where(inside[0][:, None] & inside[1][None, :], numbers, -1).astype(np.int64)


def _candidates(labels: NDArray[np.uint8], blocks: NDArray[np.int64]) -> Mapping[int, NDArray[np.int64]]:
    """Value -> its pixels (flat indices), for each class with enough of them."""
    usable = np.where(blocks >= 0, labels, 0).ravel()
    found = {value: np.flatnonzero(usable == value) for value in CLASSES}
    enough = {
        value: places
        for value, places in found.items()
        if len(places) >= LEAST_PIXELS and len(np.unique(blocks.ravel()[places])) >= LEAST_BLOCKS
    }
    if len(enough) < 2:
        there = ", ".join(f"{CLASSES[value]} {len(places)}" for value, places in found.items() if len(places))
        raise UnsuitableRegionError(
            f"fewer than two classes have {LEAST_PIXELS} pixels amid their like in {LEAST_BLOCKS} blocks "
            f"({there or 'there are none at all'})"
        )
    return enough


def _spread(
    blocks: NDArray[np.int64], count: int, rng: np.random.Generator, places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """`count` of some places, from all their blocks in turn."""
    order = rng.permutation(len(places))
    by_block = order[np.argsort(blocks[order], kind="stable")]
    _, starts, sizes = np.unique(blocks[by_block], return_index=True, return_counts=True)
    turn = np.arange(len(by_block)) - np.repeat(starts, sizes)
    # Within a turn at random, so that the last turn does not favour the first blocks.
    chosen = by_block[np.lexsort((rng.random(len(by_block)), turn))]
    return places[chosen[:count]]
