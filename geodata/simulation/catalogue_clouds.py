"""Clouds over simulated scenes: where they are, what they hide and shade, and what masks say of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from geodata.simulation.catalogue_grid import averaged
from geodata.simulation.landscape import rough

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geodata.simulation.catalogue_grid import CellGrid
    from geodata.simulation.spectra import Floats, Floats32

CLEAR, CLOUD, SHADOW, VEIL, UNSEEN = 0, 1, 2, 3, 255
"""What the truth about clouds says of a pixel."""

_PERIOD = 1024  # cells of 20 m after which clouds repeat: 20 km
_CELL_M = 20.0
_REACH = 2  # cells by which the edge of a cloud is thinner than what a mask calls cloud
_SHADE = 0.55  # share of the light that a shadow takes
_VEIL_OPACITY = 0.25
_LATTICE = 256


@dataclass(frozen=True, slots=True)
class Cover:
    """What lies over the cells of a grid, each 0..1, (rows, cols)."""

    cloud: Floats32
    """Opacity."""
    core: NDArray[np.bool_]
    """Where a mask sees the cloud: not its thin edge, which reaches two cells further."""
    veil: Floats32
    """Opacity of cirrus."""
    shadow: Floats32

    def over(self, ground: Floats32, white: float, *, cells: int, pixels: int) -> Floats32:
        """The ground's reflectance as it is seen, under clouds that reflect `white`.

        Args:
            ground: of pixels `pixels` wide, one a multiple of the other of `cells`.
            white: reflectance of a cloud that hides the ground.
            cells: how wide the cells of this cover are.
            pixels: in the same unit.
        """
        cloud, veil, shadow = (
            _resized(layer, cells, pixels) for layer in (self.cloud, self.veil, self.shadow)
        )
        shaded = ground * (1.0 - np.float32(_SHADE) * shadow)
        veiled = shaded + veil * (np.float32(white) - shaded)
        return np.asarray(veiled + cloud * (np.float32(white) - veiled), dtype=np.float32)

    def truth(self) -> NDArray[np.uint8]:
        """Codes of what changes a cell at all, the most opaque first."""
        layers = [self.cloud > 0, self.veil > 0, self.shadow > 0]
        return np.select(layers, [np.uint8(CLOUD), np.uint8(VEIL), np.uint8(SHADOW)], np.uint8(CLEAR))


@dataclass(frozen=True, slots=True)
class Sky:
    """The clouds of one day, over all land."""

    seed: int
    cloud_above: float
    """Where the fractal field is higher there is cloud."""
    veil_above: float
    drift: tuple[int, int]
    """Cells by which the field has moved, down and across: clouds of different days have nothing in common."""
    shadow: tuple[float, float]
    """Metres east and north from a cloud to its shadow."""

    def over(self, grid: CellGrid, home_epsg: int) -> Cover:
        """Clouds over the cells of a grid (20 or 30 m, as a mask has them)."""
        x, y = grid.part(-_REACH, -_REACH, grid.rows + 2 * _REACH, grid.cols + 2 * _REACH).centres(home_epsg)
        core = self.hides(x, y)
        shadow = self.hides(x - self.shadow[0], y - self.shadow[1])
        veil = _field(self.seed, 1, x, y, self.drift) > self.veil_above
        inner = np.s_[_REACH:-_REACH, _REACH:-_REACH]
        return Cover(_soft(core), core[inner], np.float32(_VEIL_OPACITY) * _soft(veil), _soft(shadow))

    def hides(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Whether there is cloud over places in the home CRS, without its thin edge; shapes broadcast."""
        return np.asarray(_field(self.seed, 0, x, y, self.drift) > self.cloud_above)


def draw_sky(
    rng: np.random.Generator,
    seed: int,
    region: tuple[float, float, float, float],
    *,
    cloud: float | None,
    veil: float | None,
) -> Sky:
    """Draws the clouds of one day.

    Args:
        rng: source of the day's randomness.
        seed: of the fields that all days share.
        region: west, south, east, north in the home CRS: where the shares are reached.
        cloud: share of the region under clouds; None draws one, from a clear to an overcast day.
        veil: share of it under cirrus; None draws one, none on most days.
    """
    kind, amount = rng.random(), rng.random()
    drawn = np.select([kind < 0.35, kind < 0.75], [0.08 * amount, 0.1 + 0.5 * amount], 0.6 + 0.4 * amount)
    thin = 0.1 + 0.3 * rng.random() if rng.random() < 0.3 else 0.0
    drift = (int(rng.integers(_PERIOD)), int(rng.integers(_PERIOD)))
    azimuth, length = np.radians(rng.uniform(140.0, 170.0)), rng.uniform(250.0, 600.0)
    west, south, east, north = region
    x, y = np.linspace(west, east, _LATTICE)[None, :], np.linspace(south, north, _LATTICE)[:, None]
    shares = (float(drawn) if cloud is None else cloud, float(thin) if veil is None else veil)
    above = [_threshold(_field(seed, layer, x, y, drift), share) for layer, share in enumerate(shares)]
    # The sun stands in the south-east, shadows fall to the north-west.
    shadow = (float(-np.sin(azimuth) * length), float(-np.cos(azimuth) * length))
    return Sky(seed, above[0], above[1], drift, shadow)


def scene_classification(
    cover: Cover, water: NDArray[np.bool_], green: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Sentinel-2's SCL, but for pixels without data.

    Like the real one it misses the thin edges of clouds: those are for the user's dilation to find.
    """
    layers = [cover.core & (cover.cloud > 0.85), cover.core, cover.veil > 0, cover.shadow > 0, water, green]
    return np.select(layers, [np.uint8(v) for v in (9, 8, 10, 3, 6, 4)], np.uint8(5))


def pixel_quality(cover: Cover, water: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Landsat Collection 2's QA_PIXEL, but for fill: clouds come dilated, each kind with its confidence."""
    cloud, dilated = cover.core, (cover.cloud > 0) & ~cover.core
    cirrus, shadow = cover.veil > 0, (cover.shadow > 0) & ~cover.core
    bits: Sequence[tuple[NDArray[np.bool_], int]] = (
        (dilated, 1 << 1), (cirrus, 1 << 2), (cloud, 1 << 3), (shadow, 1 << 4), (water, 1 << 7),
        (~(cloud | dilated), 1 << 6),
        # Confidences of cloud, shadow, snow and cirrus in two bits each: 1 low, 3 high.
        (cloud, 3 << 8), (~cloud, 1 << 8), (shadow, 3 << 10), (~shadow, 1 << 10),
        (np.ones_like(cloud), 1 << 12), (cirrus, 3 << 14), (~cirrus, 1 << 14),
    )  # fmt: skip
    quality = np.zeros(cloud.shape, dtype=np.uint16)
    for where, value in bits:
        quality[where] |= np.uint16(value)
    return quality


QA_FILL: Final = 1
"""QA_PIXEL where nothing was seen."""


@lru_cache(maxsize=2)
def _fields(seed: int) -> tuple[Floats32, Floats32]:
    """Two fractal fields (PERIOD, PERIOD) that repeat without a seam: clouds in heaps, cirrus in sheets."""
    rng = np.random.default_rng([seed, 5])
    return rough(rng, (_PERIOD, _PERIOD), 3.0), rough(rng, (_PERIOD, _PERIOD), 4.0)


def _field(seed: int, layer: int, x: Floats, y: Floats, drift: tuple[int, int]) -> Floats32:
    down = np.floor(-y / _CELL_M).astype(np.int64) + drift[0]
    across = np.floor(x / _CELL_M).astype(np.int64) + drift[1]
    return _fields(seed)[layer][down % _PERIOD, across % _PERIOD]


def _threshold(values: Floats32, share: float) -> float:
    """What a `share` of the values exceeds."""
    if not 0.0 < share < 1.0:
        return float("inf") if share <= 0.0 else float("-inf")
    return float(np.quantile(values, 1.0 - share))


def _soft(mask: NDArray[np.bool_]) -> Floats32:
    """Edges that fade over `_REACH` cells inwards and outwards; the result has no margin of `_REACH`."""
    soft = mask.astype(np.float32)
    if not mask.any() or mask.all():
        return soft[_REACH:-_REACH, _REACH:-_REACH]
    for _ in range(_REACH):
        soft = soft[:-2] + soft[1:-1] + soft[2:]
        soft = (soft[:, :-2] + soft[:, 1:-1] + soft[:, 2:]) / np.float32(9)
    return soft


def _resized(layer: Floats32, cells: int, pixels: int) -> Floats32:
    if pixels == cells:
        return layer
    if pixels < cells:
        return layer.repeat(cells // pixels, axis=0).repeat(cells // pixels, axis=1)
    return averaged(layer, pixels // cells)
