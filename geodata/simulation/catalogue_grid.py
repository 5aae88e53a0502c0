"""Where the pixels of simulated scenes lie on endless land, also those of scenes in another UTM zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.simulation.endless_land import EndlessLand
    from geodata.simulation.spectra import Floats, Floats32

CELL_M: Final = 10.0
"""Side of a cell of endless land; its row 0, column 0 begins at the origin of the home CRS."""

_LATTICE = 32  # cells between points that are projected; between them a UTM zone is straight to a millimetre


@dataclass(frozen=True, slots=True)
class CellGrid:
    """Square cells, north up, in a projected CRS."""

    epsg: int
    west: float
    north: float
    rows: int
    cols: int
    size: float = CELL_M
    """Side of a cell in metres."""

    @classmethod
    def of(cls, geobox: GeoBox) -> CellGrid:
        """The pixels of a GeoBox.

        Raises:
            ValueError: it is turned, or its pixels are not square, or its CRS has no EPSG code.
        """
        affine, epsg = geobox.affine, geobox.crs.epsg if geobox.crs else None
        if epsg is None or affine.b or affine.d or affine.a <= 0 or affine.e != -affine.a:
            raise ValueError(
                f"simulated land has square pixels, north up, in a CRS with an EPSG code: {geobox}"
            )
        height, width = (int(n) for n in geobox.shape)
        return cls(int(epsg), affine.c, affine.f, height, width, affine.a)

    @property
    def geobox(self) -> GeoBox:
        """For those who read and write rasters."""
        return GeoBox(
            (self.rows, self.cols),
            Affine(self.size, 0, self.west, 0, -self.size, self.north),
            f"EPSG:{self.epsg}",
        )

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        south, east = self.north - self.rows * self.size, self.west + self.cols * self.size
        return self.west, south, east, self.north

    def coarser(self, factor: int) -> CellGrid:
        """Cells that are so many times as wide; the number of cells must divide."""
        return replace(self, rows=self.rows // factor, cols=self.cols // factor, size=self.size * factor)

    def finer(self, factor: int) -> CellGrid:
        """Each cell cut into factor x factor."""
        return replace(self, rows=self.rows * factor, cols=self.cols * factor, size=self.size / factor)

    def part(self, row: int, col: int, rows: int, cols: int) -> CellGrid:
        """So many cells from one on; they may lie outside."""
        return replace(
            self, west=self.west + col * self.size, north=self.north - row * self.size, rows=rows, cols=cols
        )

    def centres(self, home_epsg: int) -> tuple[Floats, Floats]:
        """Eastings and northings of the cells' centres in the home CRS, shapes that broadcast to (rows, cols)."""
        x: Floats = self.west + (np.arange(self.cols, dtype=np.float64) + 0.5) * self.size
        y: Floats = self.north - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.size
        if self.epsg == home_epsg:
            return x[None, :], y[:, None]
        down, across = _between(self.rows), _between(self.cols)
        lattice_y = self.north - down[1] * self.size
        lattice_x = self.west + across[1] * self.size
        there = Transformer.from_crs(self.epsg, home_epsg, always_xy=True)
        home_x, home_y = there.transform(*np.meshgrid(lattice_x, lattice_y))
        return down[0] @ home_x @ across[0].T, down[0] @ home_y @ across[0].T


def places_on(land: EndlessLand, grid: CellGrid, home_epsg: int) -> NDArray[np.int32]:
    """What `EndlessLand.places` says of the cells under the centres of a grid's cells, (rows, cols)."""
    x, y = grid.centres(home_epsg)
    col, row = (np.floor(v / CELL_M).astype(np.int64) for v in (x, -y))
    top, left = int(row.min()), int(col.min())
    window = land.places(top, left, int(row.max()) - top + 1, int(col.max()) - left + 1)
    return window[row - top, col - left]


def averaged(values: Floats32, factor: int) -> Floats32:
    """Means over squares of factor x factor, (h, w) -> (h / factor, w / factor)."""
    if factor == 1:
        return values
    rows, cols = values.shape
    squares = values.reshape(rows // factor, factor, cols // factor, factor)
    return np.asarray(squares.mean(axis=(1, 3), dtype=np.float32))


def _between(count: int) -> tuple[Floats, Floats]:
    """Weights (count, points) that interpolate from lattice points to centres, and the points, in cells."""
    points = np.append(np.arange(0, count, _LATTICE), count).astype(np.float64)
    at = np.arange(count) + 0.5
    after = np.searchsorted(points, at)
    share = (at - points[after - 1]) / (points[after] - points[after - 1])
    weights = np.zeros((count, points.size))
    weights[np.arange(count), after - 1] = 1.0 - share
    weights[np.arange(count), after] = share
    return weights, points
