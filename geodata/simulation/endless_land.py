"""Land without an end: which field lies at any cell of a grid, computed in blocks that need no neighbours."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from geodata.simulation.landscape import FINE, LAND, draw_landscape, rough

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cells = NDArray[np.int32]

BLOCK: Final = 240
"""Cells along the side of a block: a multiple of what bands of 20, 30 and 60 m average over."""

SHADES: Final = 16
"""Variants of a field, dark to bright, that its cells take."""

FIELDS: Final = 24
"""Fields that each land cover is drawn from; a block takes some of them."""

COVERS: Final = len(LAND)
_PATCHES = 6  # drawn once; every block is one of them, turned or mirrored, with fields of its own


class EndlessLand:
    """Farmland, woods, water and towns on every cell of an endless grid, rows running south.

    The same seed gives the same land, wherever one starts; safe to share between threads.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._patch = lru_cache(maxsize=_PATCHES)(self._draw_patch)
        self._block = lru_cache(maxsize=48)(self._make_block)  # 230 kB each: a few rows of blocks

    def places(self, row: int, col: int, height: int, width: int) -> Cells:
        """Which field, and which shade of it, (height, width) cells have from `row`, `col` on.

        Returns:
            Indices into a table of spectra with `COVERS * FIELDS * SHADES` rows, sorted by cover, then by field.
        """
        out = np.empty((height, width), dtype=np.int32)
        for block_row in range(row // BLOCK, (row + height - 1) // BLOCK + 1):
            top, bottom = max(row, block_row * BLOCK), min(row + height, (block_row + 1) * BLOCK)
            for block_col in range(col // BLOCK, (col + width - 1) // BLOCK + 1):
                left, right = max(col, block_col * BLOCK), min(col + width, (block_col + 1) * BLOCK)
                block = self._block(block_row, block_col)
                down, across = block_row * BLOCK, block_col * BLOCK
                out[top - row : bottom - row, left - col : right - col] = block[
                    top - down : bottom - down, left - across : right - across
                ]
        return out

    def _make_block(self, block_row: int, block_col: int) -> Cells:
        rng = np.random.default_rng([self._seed, 1, block_row % 2**32, block_col % 2**32])
        unit, cover, shade = self._patch(int(rng.integers(_PATCHES)))
        turns, mirrored = int(rng.integers(4)), bool(rng.integers(2))
        unit, shade = (np.rot90(part, turns) for part in (unit, shade))
        if mirrored:
            unit, shade = unit[:, ::-1], shade[:, ::-1]
        field = cover * FIELDS + rng.integers(0, FIELDS, cover.size)
        block = np.ascontiguousarray((field * SHADES).astype(np.int32)[unit] + shade)
        block.flags.writeable = False
        return block

    def _draw_patch(self, number: int) -> tuple[Cells, NDArray[np.int64], Cells]:
        """Piece of land of each cell, cover of each piece, shade of each cell."""
        rng = np.random.default_rng([self._seed, 0, number])
        land = draw_landscape(rng, (BLOCK, BLOCK))
        unit = np.ascontiguousarray(land.unit[FINE // 2 :: FINE, FINE // 2 :: FINE])
        smooth, grain = rough(rng, unit.shape, 2.2), rng.standard_normal(unit.shape, dtype=np.float32)
        rank = (0.6 * smooth + 0.8 * grain) / 3.6 + 0.5
        return unit, land.cover, np.clip(rank * SHADES, 0, SHADES - 1).astype(np.int32)
