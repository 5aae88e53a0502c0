"""Places in a tile of WorldCover where regions may lie: squares on a lattice, so that no two overlap."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geodata.grid import BoundingBox

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.imagery.stac.reading import NativePart
    from geodata.regions.worldcover import LabelTile

KILOMETRES_A_DEGREE = 111.32


@dataclass(frozen=True, slots=True)
class Cell:
    """One square, as many kilometres wide as high."""

    name: str
    """Unique, and the same whenever it is drawn: `N48E006-r012c034`."""

    tile: str
    """Name of the tile that it lies in."""

    bbox: BoundingBox

    @property
    def latitude(self) -> float:
        """Of its middle."""
        return (self.bbox.south + self.bbox.north) / 2

    def to_json(self) -> dict[str, Any]:
        """As `from_json` takes it."""
        box = self.bbox
        return {"name": self.name, "tile": self.tile, "bbox": [box.west, box.south, box.east, box.north]}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Cell:
        """What `to_json` made."""
        return cls(document["name"], document["tile"], BoundingBox(*document["bbox"]))


def random_cells(tile: LabelTile, size_km: float, *, most: int, seed: int) -> list[tuple[float, Cell]]:
    """Some cells of a tile, each with a random number to order it by.

    They depend on the seed and the tile, and on no other tile.

    Args:
        tile: where.
        size_km: side of a cell.
        most: this many at most.
        seed: of the draw.
    """
    rows = _lattice(tile.bbox, size_km)
    ends = np.cumsum([row.columns for row in rows])
    rng = np.random.default_rng([seed, 1, zlib.crc32(tile.name.encode())])
    numbers = rng.permutation(int(ends[-1]) if rows else 0)[:most]
    keys = rng.random(numbers.size)
    return [(float(key), _cell(tile, rows, ends, int(n))) for key, n in zip(keys, numbers, strict=True)]


def counts_in(part: NativePart, bbox: BoundingBox) -> NDArray[np.int64]:
    """How often each value occurs in a box, (256,); pixels belong where their middles lie.

    Args:
        part: one byte a pixel, in longitude and latitude.
        bbox: within the part; what lies outside is not counted.
    """
    inverse = ~part.transform
    (left, top), (right, bottom) = inverse @ (bbox.west, bbox.north), inverse @ (bbox.east, bbox.south)
    rows = slice(max(0, math.ceil(top - 0.5)), max(0, math.ceil(bottom - 0.5)))
    cols = slice(max(0, math.ceil(left - 0.5)), max(0, math.ceil(right - 0.5)))
    return np.bincount(part.values[rows, cols].ravel(), minlength=256).astype(np.int64)


class _Row(NamedTuple):
    south: float
    """Degrees."""
    height: float
    """Of a cell, in degrees of latitude."""
    width: float
    """Of a cell, in degrees of longitude."""
    columns: int


def _lattice(bbox: BoundingBox, size_km: float) -> list[_Row]:
    """Rows of cells from south to north, in the middle of the tile."""
    height = size_km / KILOMETRES_A_DEGREE
    count = math.floor((bbox.north - bbox.south) / height + 1e-9)
    first = (bbox.south + bbox.north - count * height) / 2
    rows = []
    for row in range(count):
        south = first + row * height
        width = height / max(math.cos(math.radians(south + height / 2)), 0.01)
        rows.append(_Row(south, height, width, math.floor(bbox.width / width + 1e-9)))
    return rows


def _cell(tile: LabelTile, rows: list[_Row], ends: NDArray[np.int64], number: int) -> Cell:
    row = int(np.searchsorted(ends, number, side="right"))
    south, height, width, columns = rows[row]
    column = number - (int(ends[row]) - columns)
    west = (tile.bbox.west + tile.bbox.east - columns * width) / 2 + column * width
    box = BoundingBox(*(round(v, 7) for v in (west, south, west + width, south + height)))
    return Cell(f"{tile.name}-r{row:03d}c{column:03d}", tile.name, box)
