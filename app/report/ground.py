"""A map's picture and the ground: how long a metre is in it, where north is, and where labels lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import shapely
from affine import Affine
from pyproj import Geod, Transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

_STEPS = 33
_WIDEST_BAR = 0.4  # of the picture


@dataclass(frozen=True, slots=True)
class Ground:
    """What a picture of a whole grid shows; the picture is stretched so that both directions have one scale."""

    geobox: GeoBox
    width_m: float
    """Along the middle row, on the ellipsoid."""

    height_m: float
    """Along the middle column."""

    @classmethod
    def of(cls, geobox: GeoBox) -> Self:
        """Measured on WGS 84."""
        height, width = (int(n) for n in geobox.shape)
        to_lonlat = Transformer.from_crs(str(geobox.crs), 4326, always_xy=True)
        geod, along = Geod(ellps="WGS84"), np.linspace(0, 1, _STEPS)

        def metres(cols: NDArray[np.float64], rows: NDArray[np.float64]) -> float:
            return float(geod.line_length(*to_lonlat.transform(*_applied(geobox.affine, cols, rows))))

        middle = np.full(_STEPS, 0.5)
        return cls(geobox, metres(along * width, middle * height), metres(middle * width, along * height))

    @property
    def aspect(self) -> float:
        """Width over height on the ground."""
        return self.width_m / self.height_m

    @property
    def bar_m(self) -> float:
        """Length of the scale bar, in metres: 1, 2 or 5 times a power of ten."""
        most = _WIDEST_BAR * self.width_m
        power = 10.0 ** math.floor(math.log10(most))
        return next(step * power for step in (5, 2, 1) if step * power <= most)

    @property
    def bar_share(self) -> float:
        """Length of the scale bar as a share of the picture's width."""
        return self.bar_m / self.width_m

    @property
    def north_degrees(self) -> float:
        """Where north is in the middle of the picture, clockwise from up; -180..180."""
        geobox = self.geobox
        height, width = (int(n) for n in geobox.shape)
        to_lonlat = Transformer.from_crs(str(geobox.crs), 4326, always_xy=True)
        lon, lat = to_lonlat.transform(*(geobox.affine @ (width / 2, height / 2)))
        step = 1e-3 if lat < 89 else -1e-3  # beside the pole: away from it
        x, y = to_lonlat.transform(lon, lat + step, direction="INVERSE")
        col, row = ~geobox.affine @ (x, y)
        right = (col - width / 2) / width * self.width_m * np.sign(step)
        up = (height / 2 - row) / height * self.height_m * np.sign(step)
        return math.degrees(math.atan2(right, up))

    def placed(self, geometries: NDArray[np.object_], width: float) -> NDArray[np.object_]:
        """Geometries (n,) in longitude and latitude -> in a picture of some width, its origin the upper left corner."""
        height_px, width_px = (int(n) for n in self.geobox.shape)
        scaled = Affine.scale(width / width_px, width / self.aspect / height_px) @ ~self.geobox.affine
        from_lonlat = Transformer.from_crs(4326, str(self.geobox.crs), always_xy=True)

        def moved(positions: NDArray[np.float64]) -> NDArray[np.float64]:
            x, y = from_lonlat.transform(positions[:, 0], positions[:, 1])
            return np.column_stack(_applied(scaled, np.asarray(x), np.asarray(y)))

        found: NDArray[np.object_] = shapely.transform(geometries, moved)
        return found


def _applied(
    affine: Affine, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return affine.a * x + affine.b * y + affine.c, affine.d * x + affine.e * y + affine.f
