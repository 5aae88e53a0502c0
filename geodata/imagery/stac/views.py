"""What a scene shows of a box, by an overview of its mask: where it is clear, and how its pixels lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer
from shapely import contains_xy, transform

from geodata.imagery.clouds import clear_mask
from geodata.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox
    from shapely.geometry.base import BaseGeometry

    from geodata.imagery.clouds import MaskSettings
    from geodata.imagery.stac.reading import AssetReader, NativePart
    from geodata.imagery.stac.scene import MaskAsset, Scene


Lattice = tuple[float, float, float]
"""How pixels lie: x and y of the corner of one, and its side."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One scene over a box."""

    scene: Scene

    clear: NDArray[np.bool_]
    """(h, w) on the survey's coarse grid."""

    lattice: Lattice | None
    """Of its mask, in the coarse grid's CRS; None where its pixels are turned against that grid's, or where it has no
    mask to look at."""

    @property
    def share(self) -> float:
        """Of the box that it shows clear, 0..1."""
        return float(self.clear.mean())


def view_of(scene: Scene, coarse: GeoBox, reader: AssetReader, settings: MaskSettings) -> View:
    """Look at a scene's mask, at an overview of it where it has one.

    Raises:
        AssetError: the mask cannot be read.
    """
    if scene.mask is None:
        return View(scene, _inside(scene.outline, coarse), None)
    coarsest_m = abs(float(coarse.affine.a))
    ((clear, lattice),) = _clear(scene.mask, [coarse], reader, settings, coarsest_m=coarsest_m)
    return View(scene, clear, lattice)


def clear_on(
    mask: MaskAsset, targets: Sequence[GeoBox], reader: AssetReader, settings: MaskSettings
) -> list[NDArray[np.bool_]]:
    """Which pixels of some grids are clear (h, w): decided on the mask's own pixels, then resampled (nearest).

    Clouds beyond a grid's edge grow into it, so that it does not matter how a region is cut.

    Raises:
        AssetError: the mask cannot be read.
    """
    return [clear for clear, _ in _clear(mask, targets, reader, settings, coarsest_m=0.0)]


def in_crs(outline: BaseGeometry, crs: str) -> BaseGeometry | None:
    """An outline in longitude and latitude on a map; None where it reaches beyond what the CRS can express."""
    to_crs = Transformer.from_crs(4326, crs, always_xy=True)

    def project(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_crs.transform(lonlat[:, 0], lonlat[:, 1]))

    # Straight edges in degrees are curves on the map.
    there = transform(outline.segmentize(0.05), project)
    return there if np.isfinite(there.bounds).all() else None


def _clear(
    mask: MaskAsset,
    targets: Sequence[GeoBox],
    reader: AssetReader,
    settings: MaskSettings,
    *,
    coarsest_m: float,
) -> list[tuple[NDArray[np.bool_], Lattice | None]]:
    parts = reader.native(mask.href, targets, margin_m=settings.dilation_m, coarsest_m=coarsest_m)
    return [
        (np.zeros(target.shape, dtype=np.bool_), None)
        if part is None
        else (
            _onto(clear_mask(part.values, mask.kind, settings, resolution_m=part.pixel_m), part, target),
            _moved(part.lattice, part.crs, str(target.crs)),
        )
        for part, target in zip(parts, targets, strict=True)
    ]


def _onto(clear: NDArray[np.bool_], part: NativePart, target: GeoBox) -> NDArray[np.bool_]:
    return np.asarray(nearest(clear, part.transform, part.crs, target, beyond=False))


def _moved(lattice: Lattice, crs: str, target: str) -> Lattice | None:
    """Where pixels lie in the target's CRS: the same one, or that of the same UTM zone's other half."""
    if crs == target:
        return lattice
    theirs, ours = CRS.from_user_input(crs), CRS.from_user_input(target)
    # Landsat counts from the equator down, in northern zones, where others begin at ten million metres.
    if not (theirs.utm_zone and ours.utm_zone and theirs.utm_zone[:-1] == ours.utm_zone[:-1]):
        return None
    x, y = Transformer.from_crs(theirs, ours, always_xy=True).transform(*lattice[:2])
    return round(float(x), 3), round(float(y), 3), lattice[2]


def _inside(outline: BaseGeometry, coarse: GeoBox) -> NDArray[np.bool_]:
    there = in_crs(outline, str(coarse.crs))
    if there is None:
        return np.ones(coarse.shape, dtype=np.bool_)
    affine = coarse.affine
    cols, rows = np.meshgrid(*(np.arange(n) + 0.5 for n in reversed(coarse.shape)))
    return np.asarray(
        contains_xy(
            there, affine.a * cols + affine.b * rows + affine.c, affine.d * cols + affine.e * rows + affine.f
        )
    )
