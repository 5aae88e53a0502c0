"""How much ground a pixel covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox


def row_areas_m2(geobox: GeoBox) -> NDArray[np.float64]:
    """Area on the ellipsoid of one pixel in each row, (H,), in square metres, whatever the CRS.

    The area is that of the row's middle pixel; along a row it hardly varies in the projections that maps of
    small regions use (0.1 % within a UTM zone).
    """
    height, width = geobox.shape
    crs = CRS.from_user_input(str(geobox.crs))
    geodetic = crs.geodetic_crs
    assert geodetic is not None, "the CRS of imagery refers to an ellipsoid"
    ellipsoid = geodetic.ellipsoid
    assert ellipsoid is not None
    to_lonlat = Transformer.from_crs(crs, geodetic, always_xy=True)

    def radians(cols: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitude and latitude (2, H), in radians."""
        affine = geobox.affine
        x = affine.a * cols + affine.b * rows + affine.c
        y = affine.d * cols + affine.e * rows + affine.f
        lonlat: NDArray[np.float64] = np.radians(np.array(to_lonlat.transform(x, y)))
        return lonlat

    # The pixel as a parallelogram: across it from left to right, and from top to bottom.
    rows = np.arange(height, dtype=np.float64) + 0.5
    middle = np.full(height, width / 2, dtype=np.float64)
    across = radians(middle + 0.5, rows) - radians(middle - 0.5, rows)
    down = radians(middle, rows + 0.5) - radians(middle, rows - 0.5)
    # Metres to a radian along the parallel and along the meridian, from the radii of curvature.
    latitude = radians(middle, rows)[1]
    e2 = 1 - (ellipsoid.semi_minor_metre / ellipsoid.semi_major_metre) ** 2
    root = np.sqrt(1 - e2 * np.sin(latitude) ** 2)
    parallel = ellipsoid.semi_major_metre * np.cos(latitude) / root
    meridian = ellipsoid.semi_major_metre * (1 - e2) / root**3
    areas: NDArray[np.float64] = np.abs(across[0] * down[1] - across[1] * down[0]) * parallel * meridian
    return areas
